"""The entry of a Hugging Face Space. On a Space the page is a public demonstration: see docs/deploying.md."""

import sys

from studio.cli import main

if __name__ == "__main__":
    sys.exit(main(["ui", "--no-browser"]))
