"""The password on a real server: nothing without it, everything with it; and the slow-down against guessing."""

from collections.abc import Iterator

import httpx
import pytest

from studio.settings import load
from studio.web.cookies import Cookie, secret
from studio.web.login import LONGEST_WAIT, Patience
from tests.serving import Served, serve
from tests.web.clicking import PAGE

PASSWORD = "três chouettes, 3"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    names = {"STUDIO_HOST": "0.0.0.0", "STUDIO_ALLOWED_HOSTS": "studio.example.org, other.example.org"}
    with serve(tmp_path_factory.mktemp("home"), STUDIO_PASSWORD=PASSWORD, **names) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/config", "/api/jobs/x/events", "/v1/models", "/studio-static/live.js", "/gradio_api/info"]
)
def test_nothing_without_the_password(served: Served, path: str) -> None:
    answer = httpx.get(served.address + path)
    assert answer.status_code == 401
    assert answer.json()["happened"] == "This studio is behind a password."
    assert answer.json()["error"]["message"]


def test_the_page_asks_for_it_and_opens(served: Served) -> None:
    with httpx.Client(base_url=served.address) as browser:
        asked = browser.get("/", headers=PAGE)
        assert asked.status_code == 401
        assert 'type="password"' in asked.text
        wrong = browser.post("/login", data={"password": "owl"}, headers=PAGE)
        assert wrong.status_code == 401
        assert 'role="alert"' in wrong.text
        assert browser.get("/config").status_code == 401
        entered = browser.post("/login", data={"password": PASSWORD}, headers=PAGE)
        assert entered.status_code == 303
        assert browser.get("/", headers=PAGE).status_code == 200
        assert browser.get("/v1/models").json()["data"] == []
        browser.cookies["studio-login"] = "9999999999." + browser.cookies["studio-login"].rpartition(".")[2]
        assert browser.get("/config").status_code == 401


def test_a_program_sends_it_as_its_key(served: Served) -> None:
    key = {"Authorization": b"Bearer " + PASSWORD.encode()}
    assert httpx.get(f"{served.address}/v1/models", headers=key).json() == {"object": "list", "data": []}


def test_health_is_open(served: Served) -> None:
    assert httpx.get(f"{served.address}/healthz").json()["status"] == "ok"


def test_only_the_allowed_names_are_answered(served: Served) -> None:
    for name, status in (("studio.example.org", 401), ("Other.Example.org:443", 401), ("evil.example", 403)):
        assert httpx.get(served.address, headers={"Host": name}).status_code == status, name
    own = {"Host": "studio.example.org", "Origin": "https://studio.example.org"}
    foreign = {"Host": "studio.example.org", "Origin": "https://evil.example"}
    for method in ("GET", "POST"):
        assert httpx.request(method, f"{served.address}/config", headers=own).status_code == 401
        assert httpx.request(method, f"{served.address}/config", headers=foreign).status_code == 403


def test_guessing_becomes_slow(served: Served) -> None:
    statuses = [httpx.post(f"{served.address}/login", data={"password": str(n)}).status_code for n in range(6)]
    assert statuses[0] == 401
    assert 429 in statuses
    told = httpx.post(f"{served.address}/login", data={"password": PASSWORD})
    assert told.status_code == 429
    assert "Wait" in told.text


def test_patience_doubles_forgives_and_forgets() -> None:
    now = [100.0]
    patience = Patience(clock=lambda: now[0])
    waits = []
    for _ in range(12):
        patience.wrong("a")
        waits.append(patience.wait("a"))
        now[0] += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert patience.wait("b") == 0
    patience.right("a")
    patience.wrong("a")
    assert patience.wait("a") == 0


def scope(**headers: str) -> dict:
    return {"type": "http", "scheme": "http", "headers": [(n.encode(), v.encode()) for n, v in headers.items()]}


def test_a_cookie_is_read_back_and_cannot_be_used_for_another_purpose() -> None:
    visitor, login = Cookie("visitor", "key"), Cookie("login", "key")
    text = visitor.header(scope(), "v-1")
    signed = text.partition(";")[0].partition("=")[2]
    assert visitor.read(scope(cookie=f"a=b; visitor={signed}")) == "v-1"
    assert login.read(scope(cookie=f"login={signed}")) is None
    assert Cookie("visitor", "another key").read(scope(cookie=f"visitor={signed}")) is None
    assert "HttpOnly" in text
    assert "Secure" not in text


def test_behind_https_a_cookie_is_bound_to_the_host_and_may_live_in_a_frame() -> None:
    https = scope(**{"x-forwarded-proto": "https"})
    framed, plain = (Cookie("c", "key", framed=framed).header(https, "v") for framed in (True, False))
    assert framed.startswith("__Host-c=v.")
    assert "Secure; SameSite=None; Partitioned" in framed
    assert "Secure; SameSite=Lax" in plain


def test_the_secret_is_made_once_and_private(home) -> None:
    settings = load()
    made = secret(settings)
    assert secret(settings) == made
    assert len(made) >= 32
    assert (home / "secret").stat().st_mode & 0o077 == 0
    assert secret(load({"STUDIO_SECRET": "given", "STUDIO_HOME": str(home)})) == "given"
