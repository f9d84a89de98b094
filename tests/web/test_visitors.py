"""A public demonstration on a real server: two people with a cookie jar each never meet."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from studio.session import Session
from studio.settings import load
from tests.serving import Served, serve
from tests.tiny import chat_rows
from tests.web.clicking import PAGE, Person

COOKIE = "studio-visitor"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("home"), STUDIO_SPACE="1") as running:
        yield running


@pytest.fixture
def ann(served: Served) -> Person:
    return Person(served.address, "ann")


@pytest.fixture
def ben(served: Served) -> Person:
    return Person(served.address, "ben")


def owner(person: Person) -> str:
    return person.http.cookies[COOKIE].rpartition(".")[0]


@pytest.fixture(scope="module")
def trained(served: Served, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, str]:
    """A third person, and the run she has trained."""
    import json

    file = tmp_path_factory.mktemp("data") / "secret-recipes.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(24)), encoding="utf-8")
    cleo = Person(served.address, "cleo")
    with Session(load(home=served.home), owner(cleo)) as session:
        project = session.projects.create("Cleo's recipes")
        dataset = session.datasets.add(project.id, file)
        run = session.runs.start(project.id, dataset.id, model=str(tiny_model), options={"epochs": 1})
        assert session.runs.wait(run.id, lambda event: None).state == "finished"
    return cleo, run.id


def test_each_visitor_is_somebody_else_and_stays_the_same(ann: Person, ben: Person) -> None:
    assert owner(ann) != owner(ben)
    before = owner(ann)
    ann.http.get("/", headers=PAGE)
    assert owner(ann) == before


def test_a_run_is_reached_by_its_owner_alone(trained: tuple[Person, str], ben: Person) -> None:
    cleo, run = trained
    for path in (f"/api/jobs/{run}/events", f"/api/jobs/{run}/adapter.zip"):
        assert cleo.http.get(path).status_code == 200, path
        assert ben.http.get(path).status_code == 404, path
        assert httpx.get(str(ben.http.base_url) + path).status_code == 404, path
    assert [m["id"] for m in cleo.http.get("/v1/models").json()["data"]] == [run, f"{run}:base"]
    assert ben.http.get("/v1/models").json()["data"] == []
    asked = ben.http.post("/v1/chat/completions", json={"model": run, "messages": [{"role": "user", "content": "x"}]})
    assert asked.status_code == 404


@pytest.mark.parametrize("forge", ["edited", "unsigned", "foreign tag"])
def test_a_forged_cookie_opens_nothing(trained: tuple[Person, str], served: Served, ben: Person, forge: str) -> None:
    cleo, run = trained
    real, tag = owner(cleo), cleo.http.cookies[COOKIE].rpartition(".")[2]
    forged = {
        "edited": f"{real}.{'0' if tag[0] != '0' else '1'}{tag[1:]}",
        "unsigned": real,
        "foreign tag": f"{real}.{ben.http.cookies[COOKIE].rpartition('.')[2]}",
    }[forge]
    cookie = {"Cookie": f"{COOKIE}={forged}"}
    assert httpx.get(f"{served.address}/api/jobs/{run}/events", headers=cookie).status_code == 404
    given = httpx.get(served.address, headers={**cookie, **PAGE}).cookies[COOKIE]
    assert given.rpartition(".")[0] not in (real, owner(ben))


def test_the_page_shows_each_visitor_their_own_projects(trained: tuple[Person, str], ann: Person, ben: Person) -> None:
    cleo, _ = trained
    told = {}
    for person in (ann, ben, cleo):
        opening = person.opening()
        assert '"success":true' in person.do(opening, [])
        told[person.session] = person.do(person.after(opening))
        assert '"success":true' in told[person.session]
    assert "Cleo's recipes" in told["cleo"]
    assert "secret-recipes" in told["cleo"]
    for name in ("ann", "ben"):
        assert "Cleo" not in told[name]
        assert "secret-recipes" not in told[name]


def test_a_stolen_page_session_shows_nothing(trained: tuple[Person, str], served: Served) -> None:
    """Somebody who knows the name that Gradio keeps Cleo's page under, but has not her cookie."""
    cleo, _ = trained
    opening = cleo.opening()
    cleo.do(opening, [])
    thief = Person(served.address, cleo.session)
    said = thief.do(thief.after(opening))
    assert '"success":false' in said
    assert "Cleo" not in said


def test_an_upload_is_nobody_elses(ann: Person, ben: Person, chat_file: Path) -> None:
    path = ann.http.post("/gradio_api/upload", files={"files": ("fruit.jsonl", chat_file.read_bytes())}).json()[0]
    for person in (ann, ben):
        for route in (f"/gradio_api/file={path}", f"/gradio_api/file/{path}", f"/gradio_api/%66ile={path}"):
            assert person.http.get(route).status_code == 403, route


def test_visitors_are_told_what_is_kept_and_offered_no_folders(ann: Person) -> None:
    page = str(ann.config)
    assert "public demonstration" in page
    assert "folder on this machine" not in page
    assert "Home folder" not in page


def test_who_keeps_no_cookie_is_told(served: Served, ann: Person) -> None:
    check = next(d for d in ann.config["dependencies"] if d["outputs"] == [ann.component("cookieless")])
    ask = {"data": [], "fn_index": check["id"], "session_hash": "x"}
    assert "keeps no cookie" not in ann.http.post("/gradio_api/run/predict", json=ask).text
    assert "keeps no cookie" in httpx.post(f"{served.address}/gradio_api/run/predict", json=ask).text
