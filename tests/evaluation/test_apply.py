"""A model applied to a file: the same table with answers out, through a real job of the session, and its resume."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from studio.data.values import Message
from studio.errors import DataError, JobError, UsageError
from studio.evaluation import table
from studio.evaluation.rivals import suitable
from studio.session import Session
from studio.session.comparing import Beside, Elsewhere
from studio.session.values import Run
from studio.settings import load
from tests.evaluation.server import Server
from tests.tiny import chat_rows
from tests.tiny_encoder import labelled

KINDS = ("fruit", "tool")
TOOL, FRUIT = (one.messages[0].content for one in labelled(2))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> tuple[Path, str]:
    """A home with a classifier of fruit and tool, and the id of its run."""
    home = tmp_path_factory.mktemp("applied")
    file = home / "things.jsonl"
    rows = [{"text": one.messages[0].content, "label": one.labels[0]} for one in labelled(80)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Session(load(home=home)) as session:
        project = session.projects.current()
        dataset = session.datasets.add(project.id, file)
        options = {"learning_rate": 1e-3, "epochs": 20, "word_dropout": 0.0, "patience": 0}
        run = session.runs.start(project.id, dataset.id, str(tiny_encoder), "classifier", options=options)
        assert session.runs.wait(run.id, lambda event: None).state == "finished"
    return home, run.id


def done(session: Session, job: Run) -> Path:
    state = session.runs.wait(job.id, lambda event: None)
    assert state.state == "finished", state.sentence
    return session.applications.table(job.id)


def test_a_workbook_comes_back_with_labels_and_their_probability(trained: tuple[Path, str], tmp_path: Path) -> None:
    home, run = trained
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["id", "text"], [1, FRUIT], [2, None], [3, TOOL]):
        sheet.append(row)
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "new.xlsx")
    with Session(load(home=home)) as session:
        preview = session.applications.look(tmp_path / "new.xlsx")
        assert (preview.rows, preview.column, preview.first[0]) == (3, "text", FRUIT)
        made = done(session, session.applications.start(run, tmp_path / "new.xlsx"))
        assert made.name == "new-answers.xlsx"
        sheet = openpyxl.load_workbook(made).active
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == ("id", "text", "answer", "probability")
        assert [row[2] for row in rows[1:]] == ["fruit", None, "tool"]
        assert 0.5 < rows[1][3] <= 1
        assert sheet["A1"].font.bold, "the workbook's formats stay"
        notes = session.applications.of(run).state.notes
        assert any("1 rows hold no text" in note for note in notes)
        frequent = done(session, session.applications.start(run, tmp_path / "new.xlsx", who="nearest"))
        assert [row[2] for row in openpyxl.load_workbook(frequent).active.iter_rows(values_only=True)][1] in KINDS
        with pytest.raises(UsageError, match="cannot answer here"):
            session.applications.start(run, tmp_path / "new.xlsx", who="base")
        with pytest.raises(DataError, match="no column nothing"):
            session.applications.start(run, tmp_path / "new.xlsx", "nothing")
        card = session.evaluations.of(run)
        assert card is None, "an application is no evaluation"


def test_a_model_elsewhere_answers_and_judges_and_its_key_stays_out_of_every_file(trained: tuple[Path, str]) -> None:
    home, run = trained
    canary = "sk-canary-6b1f"
    server = Server(lambda text: "A" if "Answer A" in text else "fruit" if "number 1" in text else "tool")
    try:
        with Session(load(home=home)) as session:
            away = Elsewhere(server.address, "big-model", (2.0, 8.0))
            with pytest.raises(UsageError, match="no key"):
                session.evaluations.start(run, beside=Beside(remote=away))
            with pytest.raises(UsageError, match="https"):
                session.evaluations.start(run, beside=Beside(remote=Elsewhere("http://10.0.0.1/v1", "m")))
            session.providers.give_key("other", server.address, canary)
            used, dollars = session.evaluations.judge_price(run, away)
            assert dollars == pytest.approx((2.0 * used.input + 8.0 * used.output) / 1e6)
            judged = session.evaluations.start(
                run, beside=Beside("Sort.", 2, remote=away, judge=away, rubric="Be fair.")
            )
            state = session.runs.wait(judged.id, lambda event: None)
            assert state.state == "finished", state.sentence
            card = session.evaluations.scorecard(judged.id)
    finally:
        server.close()
    remote = next(one for one in card.candidates if one.name == "remote")
    assert remote.cost == pytest.approx(card.rows * (100 * 2.0 + 1 * 8.0) / 1e6)
    assert card.cost == remote.cost
    assert card.judge["swayed"] + sum(row.answers["base"] == row.answers["tuned"] for row in card.details) == card.rows
    assert card.candidates[1].metrics["judge"] == 0.5
    assert "Be fair." in "".join(server.asked)
    for path in home.rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path


def test_a_verdict_says_when_it_is_about_an_earlier_state(trained: tuple[Path, str]) -> None:
    home, run = trained
    with Session(load(home=home)) as session:
        judged = session.evaluations.start(run)
        assert session.runs.wait(judged.id, lambda event: None).state == "finished"
        card = session.evaluations.scorecard(judged.id)
        assert (card.version, len(card.template)) == (1, 64)
        assert {one.name for one in card.candidates} == {"base", "tuned", "nearest", "logistic"}
        assert session.evaluations.stale(judged.id) == []
        report, name = session.evaluations.taken(judged.id, "report")
        assert name.endswith(".html")
        assert "http" not in report.replace("http-equiv", ""), "nothing is loaded from elsewhere"
        rows = list(csv.reader(session.evaluations.taken(judged.id, "rows")[0].lstrip("\ufeff").splitlines()))
        assert len(rows) == 1 + card.rows
        everything = json.loads(session.evaluations.taken(judged.id, "everything")[0])
        assert everything["sentence"] == card.sentence
        dataset = session.runs.get(run).dataset
        session.datasets.split(dataset, seed=99)
        assert "divided in another way" in session.evaluations.stale(judged.id)[0]
        page = session.datasets.page(dataset, 0, 1)[0]
        session.datasets.delete_row(dataset, 1, page[0][0])
        assert "judged on version 1, and stands at version 2" in session.evaluations.stale(judged.id)[0]
        session.datasets.delete(dataset)
        assert "was deleted" in session.evaluations.stale(judged.id)[0]
        with pytest.raises(JobError, match="not finished"):
            session.applications.table(judged.id)


def test_tables_go_out_as_they_came_in(tmp_path: Path) -> None:
    lines = tmp_path / "in.jsonl"
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "old"}]
    lines.write_text(json.dumps({"n": 1, "messages": turns}) + "\n", encoding="utf-8")
    found = table.read(lines, "in.jsonl")
    asked = table.question(found.rows[0][1], "", "be brief")
    assert asked.prompt == (Message("system", "be brief"), Message("user", "a"))
    table.write(lines, found, {"answer": ["x"]}, tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text())["answer"] == "x"
    given = tmp_path / "in.csv"
    given.write_text("q;answer\nhi;1\n\nho;2\n", encoding="utf-8")
    found = table.read(given, "in.csv")
    assert table.unique("answer", found.columns) == "answer (2)"
    table.write(given, found, {"answer (2)": ["=1+1", "-"]}, tmp_path / "out.csv")
    rows = list(csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows == [["q", "answer", "answer (2)"], ["hi", "1", "'=1+1"], ["ho", "2", "'-"]]
    book = openpyxl.Workbook()
    book.active.append(["q"])
    book.active.append(["hi"])
    book.save(tmp_path / "in.xlsx")
    table.write(
        tmp_path / "in.xlsx", table.read(tmp_path / "in.xlsx", "in.xlsx"), {"a": ["=1\x00+1"]}, tmp_path / "o.xlsx"
    )
    cell = openpyxl.load_workbook(tmp_path / "o.xlsx").active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError):
        table.read(tmp_path / "empty.csv", "empty.csv")


def test_which_rivals_can_say_something() -> None:
    from studio.data.values import Example

    def rows(answers: list[str]) -> list[Example]:
        return [Example(n, (Message("user", f"ask {n}"), Message("assistant", a))) for n, a in enumerate(answers)]

    assert suitable([]) == ()
    assert suitable(rows(["a", "b"] * 5)) == ("frequent", "nearest", "logistic")
    assert suitable(rows([f"free text {n}" for n in range(10)])) == ("frequent", "nearest")
    fields = [row["messages"][1]["content"] for row in chat_rows(10)]
    assert "logistic" in suitable(rows(fields))
