"""Where a key may go: what is refused by its looks, what is refused when its name leads inside, and what is sent."""

import socket

import httpx2
import pytest

from studio.errors import UsageError
from studio.hosted import addresses
from tests.hosted.jobs import KEY


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.org/v1",
        "https://api.example.org:8443/v1/",
        "http://127.0.0.1:8199/v1",
        "http://localhost:4000",
        "http://[::1]:4000/v1",
        "https://10.0.0.7/v1",
    ],
)
def test_accepted_on_a_machine_of_ones_own(address):
    assert addresses.checked(f"  {address}/ ", private=True) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.example.org/v1",
        "ftp://api.example.org",
        "http://api.example.org/v1",
        "http://10.0.0.7/v1",
        "https://user:secret@api.example.org/v1",
        "https://api.example.org/v1?key=1",
        "https://api.example.org:99999/v1",
        "https://",
        "http://127.0.0.1.example.org/v1",
    ],
)
def test_refused_everywhere(address):
    with pytest.raises(UsageError) as caught:
        addresses.checked(address, private=True)
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "2130706433", "127.1", "0x7f000001"),
    ],
)
def test_a_studio_that_serves_others_reaches_nothing_inside(host):
    for scheme in ("https", "http"):
        with pytest.raises(UsageError):
            addresses.checked(f"{scheme}://{host}/v1", private=False)
    assert addresses.checked("https://8.8.8.8/v1", private=False)


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch, fake):
    """The name is public at first sight, and its answer is not: the connection is never made."""
    port = int(fake.address.split(":")[2].split("/")[0])
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **options: answers)
    url = f"https://rebound.example.org:{port}/v1"
    with addresses.http_client(url, KEY, private=False, timeout=2) as client, pytest.raises(httpx2.ConnectError):
        client.get(f"{url}/models")
    assert fake.script.seen == []


def test_one_bad_answer_among_good_ones_is_enough(monkeypatch):
    answers = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("192.168.0.1", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **options: answers)
    with (
        addresses.http_client("https://x.example.org", KEY, private=False, timeout=2) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.get("https://x.example.org/models")


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch):
    """A second look-up that answers otherwise changes nothing: there is none."""
    asked, connected = [], []
    answers = iter([[(2, 1, 6, "", ("93.184.216.34", 443))], [(2, 1, 6, "", ("10.0.0.1", 443))]])

    def look(host, *args, **options):
        asked.append(host)
        return next(answers)

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look)

    def connect(place, *args, **options):
        connected.append(place[0])
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "create_connection", connect)
    with (
        addresses.http_client("https://x.example.org", KEY, private=False, timeout=2) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.get("https://x.example.org/models")
    assert (asked, connected) == (["x.example.org"], ["93.184.216.34"])


def test_nothing_of_the_environment_is_sent(monkeypatch, fake):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-operator")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-the-operator")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-of-the-operator")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-key-of-the-operator")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-of-the-operator\nX-Secret: 1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example.org")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    from studio.hosted.base import Connection
    from studio.hosted.openai_protocol import client

    with client(Connection(fake.address, {"key": KEY})) as made:
        made.models.list()
    ((_, _, headers),) = fake.script.seen
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "operator" not in str(headers)
    assert set(headers) <= set(addresses._SENT) | {"authorization"}
