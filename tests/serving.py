"""Starts the studio's page as a user does, in a process of its own, and waits until it answers."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from studio.session import Session
from studio.settings import load


@dataclass
class Served:
    """A running page. address: http://127.0.0.1:PORT."""

    process: subprocess.Popen[str]
    address: str
    home: Path

    def kill(self) -> None:
        """kill -9 of the web process alone."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def serve(home: Path, port: int = 0, **environment: str) -> Iterator[Served]:
    """`studio ui` on a free port of 127.0.0.1 over that home, with these variables in its environment."""
    import socket

    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    command = [sys.executable, "-m", "studio", "--home", str(home), "ui", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment}
    )
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                _answers(found[0])
                yield Served(process, found[0], home)
                return
        raise AssertionError(f"the page did not start:\n{said}")
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
        # A chat model outlives the page on purpose; it does not outlive the test.
        with Session(load(home=home)) as session:
            session.chats.close()


def _answers(address: str) -> None:
    for _ in range(100):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the page prints its address but does not answer")
