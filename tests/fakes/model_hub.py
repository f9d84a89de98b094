"""A stand-in for the models of the Hub: a real server on loopback that its own library talks to."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """files: of each model. gated: those that want the token. asked: method, path and token of every request. slow:
    half of each file of weights waits for it. down: every request is answered with this status."""

    files: dict[str, dict[str, bytes]]
    gated: tuple[str, ...] = ()
    token: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    slow: threading.Event | None = None
    down: int = 0
    address: str = ""

    def told(self, name: str) -> dict[str, Any]:
        content = self.files[name]
        return {
            "id": name,
            "modelId": name,
            "sha": COMMIT,
            "downloads": 100 * len(name),
            "gated": "manual" if name in self.gated else False,
            "tags": ["safetensors"],
            "cardData": {"license": "apache-2.0"},
            "safetensors": {"parameters": {"F32": 7}, "total": 7},
            "siblings": [{"rfilename": path, "size": len(data)} for path, data in content.items()],
        }


def of_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path, token = unquote(parts.path), self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.hub.asked.append((self.command, path, token))
        if self.hub.down:
            self._answer(self.hub.down, b"{}")
        elif path == "/api/models":
            words = parse_qs(parts.query).get("search", [""])[0].lower()
            listed = [self.hub.told(name) for name in self.hub.files if words in name.lower()]
            self._answer(200, json.dumps(listed).encode())
        elif path.startswith("/api/models/"):
            self._about(path.removeprefix("/api/models/"), token)
        else:
            self._file(path.removeprefix("/"), token)

    def _about(self, name: str, token: str) -> None:
        if name not in self.hub.files:
            self._answer(401, b"{}", **{"X-Error-Code": "RepoNotFound"})
        else:
            self._answer(200, json.dumps(self.hub.told(name)).encode())

    def _file(self, path: str, token: str) -> None:
        name, _, rest = path.partition("/resolve/")
        revision, _, inside = rest.partition("/")
        content = self.hub.files.get(name, {}).get(inside)
        if content is None or revision != COMMIT:
            self._answer(404, b"", **{"X-Error-Code": "EntryNotFound"})
            return
        if name in self.hub.gated and token != self.hub.token:
            self._answer(403 if token else 401, b"", **{"X-Error-Code": "GatedRepo"})
            return
        etag = hashlib.sha256(content).hexdigest()
        self._answer(200, content, **{"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.suppress(OSError):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if self.hub.slow is not None and self.path.endswith(".safetensors"):
                self.hub.slow.wait(60)
            self.wfile.write(body[len(body) // 2 :])


@contextlib.contextmanager
def model_hub(files: dict[str, dict[str, bytes]], gated: tuple[str, ...] = (), token: str = "") -> Iterator[Hub]:
    """Serves these models (owner/name -> path -> content)."""
    served = Hub(files, gated, token)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"hub": served}))
    server.daemon_threads = True
    served.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        if served.slow is not None:
            served.slow.set()
        server.shutdown()
        server.server_close()
