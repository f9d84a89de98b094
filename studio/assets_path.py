"""Where the files that ship with the studio lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

from studio.errors import StorageError

_PACKAGE = Path(__file__).parent


def asset(*parts: str) -> Path:
    """The path of assets/<parts>; StorageError when this installation came without it."""
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    raise StorageError(f"The file {'/'.join(parts)} is missing from this installation.", "Install the studio again.")
