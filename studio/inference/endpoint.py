"""Where a living chat server is: what its folder says about it. Torch-free.

HOME/inference/<id>/: server.json (what to load), token (mode 0600), ready.json (written when the model is loaded),
failure.json (why it could not start), worker.log (its output).
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from studio.jobs.lease import LOCAL
from studio.jobs.process import Identity

SPEC = "server.json"
TOKEN = "token"
READY = "ready.json"
FAILURE = "failure.json"


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible server. id: of the server; name: for people; models: ids it answers as, 'base' first; owner:
    whose run it was started for."""

    id: str
    name: str
    model_name: str
    base_url: str
    api_key: str = field(repr=False)
    models: tuple[str, ...]
    pid: int
    create_time: float
    owner: str = LOCAL

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.create_time)


def address(host: str, port: int) -> str:
    """The base address for OpenAI clients."""
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def find(folder: Path) -> Endpoint | None:
    """The living server of this folder; None when it is not ready, or its process ended."""
    try:
        spec = json.loads((folder / SPEC).read_text(encoding="utf-8"))
        ready = json.loads((folder / READY).read_text(encoding="utf-8"))
        endpoint = Endpoint(
            id=folder.name,
            name=str(spec["name"]),
            model_name=str(spec["model_name"]),
            base_url=address(str(spec["host"]), int(ready["port"])),
            api_key=(folder / TOKEN).read_text(encoding="utf-8").strip(),
            models=tuple(map(str, ready["models"])),
            pid=int(ready["pid"]),
            create_time=float(ready["create_time"]),
            owner=str(spec.get("owner", LOCAL)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return endpoint if endpoint.identity.alive() else None
