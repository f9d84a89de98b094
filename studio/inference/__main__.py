"""`python -m studio.inference FOLDER`: the background chat server. Its token comes as one line of
JSON on standard input.

Reads FOLDER/server.json, writes FOLDER/ready.json once requests are answered, or FOLDER/failure.json.
"""

import json
import os
import sys
import traceback
from pathlib import Path

from studio.errors import JobError, StudioError
from studio.inference import endpoint
from studio.inference.serve import listen, run
from studio.jobs import processors
from studio.jobs.files import write_atomically
from studio.jobs.launchers.local import LOG
from studio.jobs.process import Identity


def main(folder: Path) -> int:
    """Serves until idle or told to end; 1 when it could not start."""
    try:
        _serve(folder, _token(sys.stdin.readline()))
    except StudioError as error:
        _tell(folder, error)
        return 1
    except Exception:  # noqa: BLE001  (border of the process: the log has the traceback, the page a sentence)
        traceback.print_exc()
        _tell(folder, JobError("The chat model could not be started.", f"Look into {folder / LOG}."))
        return 1
    return 0


def _serve(folder: Path, token: str) -> None:
    spec = json.loads((folder / endpoint.SPEC).read_text(encoding="utf-8"))
    processors.prepare(spec["threads"])
    from studio.inference.engines import load

    adapters = {name: Path(path) for name, path in spec["adapters"].items()}
    engine = load(Path(spec["model"]), adapters, spec["threads"])
    bound = listen(spec["host"], spec["port"])
    me = Identity.of(os.getpid())
    ready = {
        "v": 1,
        "pid": me.pid,
        "create_time": me.create_time,
        "port": bound.getsockname()[1],
        "models": list(engine.models),
    }
    write_atomically(folder / endpoint.READY, json.dumps(ready))
    run(engine, token, bound, spec["idle_minutes"], folder.parent.parent)


def _token(line: str) -> str:
    try:
        return str(json.loads(line)["token"])
    except (ValueError, KeyError, TypeError):
        remedy = "Start it from the page or the command line."
        raise JobError("The chat server was started without a key.", remedy) from None


def _tell(folder: Path, error: StudioError) -> None:
    print(error, file=sys.stderr)
    told = {"happened": error.happened, "remedy": error.remedy}
    write_atomically(folder / endpoint.FAILURE, json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
