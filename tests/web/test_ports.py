"""Where the page listens: the wanted port, else the next free one, said aloud; a foreign address is refused."""

import socket
from pathlib import Path

import pytest

from studio.errors import UsageError
from studio.settings import load
from studio.ui.app import free_port, main
from tests.serving import serve


def test_a_taken_port_gives_the_next_free_one(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = free_port("127.0.0.1", port)
        assert port < found < port + 100
        with serve(home, port) as served:
            assert not served.address.endswith(f":{port}")


def test_the_page_is_not_opened_to_the_network(home: Path) -> None:
    with pytest.raises(UsageError, match="has no password"):
        main(load(host="0.0.0.0"), open_browser=False)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UsageError, match="does not belong to this machine"):
        free_port("192.0.2.1", 7860)
