"""A stand-in for the Hub: a real server on loopback that knows a few data sets and is stricter than the real one."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee0000000000000000000000000000000000"
GATED = "owner/gated"


@dataclass
class Hub:
    """files: of each data set, by revision. asked: the path of every request. slow: half of each file waits for it."""

    files: dict[str, dict[str, dict[str, bytes]]]
    asked: list[str] = field(default_factory=list)
    slow: threading.Event | None = None
    address: str = ""


@contextlib.contextmanager
def hub(files: dict[str, dict[str, bytes]]) -> Iterator[Hub]:
    """Serves data sets (owner/name -> path -> content) under their main revision."""
    served = Hub({name: {"main": content} for name, content in files.items()})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            served.asked.append(self.path)
            assert "authorization" not in {name.lower() for name in self.headers}, "a token was sent"
            if path.startswith("/api/datasets/"):
                self._listing(path.removeprefix("/api/datasets/"))
            else:
                self._file(path.removeprefix("/datasets/"))

        def _listing(self, path: str) -> None:
            name, _, revision = path.partition("/revision/")
            if name == GATED:
                self._answer(403, b"{}")
                return
            known = served.files.get(name)
            if known is None:
                self._answer(401, b"{}")
                return
            content = known.get(unquote(revision) or "main")
            if content is None:
                self._answer(404, b"{}")
                return
            siblings = [{"rfilename": path, "size": len(data)} for path, data in content.items()]
            self._answer(200, json.dumps({"id": name, "sha": COMMIT, "siblings": siblings}).encode())

        def _file(self, path: str) -> None:
            name, _, rest = path.partition("/resolve/")
            revision, _, inside = rest.partition("/")
            known = served.files.get(name, {})
            data = next((files[inside] for files in known.values() if inside in files), None)
            if data is None or revision != COMMIT:
                self._answer(404, b"")
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            half = len(data) // 2
            self.wfile.write(data[:half])
            if served.slow is not None:
                self.wfile.flush()
                served.slow.wait(60)
            with contextlib.suppress(OSError):
                self.wfile.write(data[half:])

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        if served.slow is not None:
            served.slow.set()
        server.shutdown()
        server.server_close()
