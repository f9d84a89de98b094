"""Mending, mapping, editing by hand and undo: each a version, none of which touches the original."""

import json
from pathlib import Path

import pytest

from studio.data import Mapping, Message
from studio.data.values import Example
from studio.errors import DataError, JobError
from studio.session import Session
from studio.session.values import Dataset

GOOD = [{"prompt": f"What is {n} and {n}?", "completion": f"It is {2 * n}."} for n in range(50)]
MESSY = [*GOOD[:10], GOOD[3], {"prompt": "What is nothing?", "completion": "  "}, *GOOD[10:]]


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"prompt": "cut off\n', encoding="utf-8")
    return path


@pytest.fixture
def messy(session: Session, tmp_path: Path) -> Dataset:
    return session.datasets.add(session.projects.current().id, write(tmp_path / "messy.jsonl", MESSY))


def says(session: Session, dataset_id: str) -> list[str]:
    return [version.says for version in session.datasets.versions(dataset_id)]


def test_what_is_safe_is_mended_at_once_and_undone(session: Session, messy: Dataset) -> None:
    before = (messy.folder / "original.jsonl").read_bytes()
    assert messy.report.errors == 2
    offered = {repair.id: places for repair, places in session.datasets.repairs(messy.id)}
    assert offered["rows.unusable"] == 2
    preview = session.datasets.preview_repair(messy.id, "rows.unusable")
    assert preview is not None
    assert (preview.changed, preview.removed, len(preview.rows)) == (0, 2, 2)
    mended = session.datasets.mend_safe(messy.id)
    assert (mended.version, mended.report.errors) == (2, 0)
    assert len(session.datasets.current_split(messy.id).training) > 0
    assert (messy.folder / "original.jsonl").read_bytes() == before
    assert says(session, messy.id)[0] == "Brought in."
    with pytest.raises(JobError, match="Nothing was chosen"):
        session.datasets.mend(messy.id, ["rows.unusable"])
    assert session.datasets.undo(messy.id).report == messy.report
    with pytest.raises(JobError, match="as it was brought in"):
        session.datasets.undo(messy.id)
    assert session.datasets.mend(messy.id, ["rows.unusable"]).version == 3, "every version is kept"


def test_a_new_file_is_mended_as_the_last_one_was(session: Session, messy: Dataset, tmp_path: Path) -> None:
    session.datasets.mend_safe(messy.id)
    session.datasets.delete_row(messy.id, 2, 0)
    fresh = session.datasets.add(messy.project, write(tmp_path / "fresh.jsonl", MESSY[::-1]))
    assert session.datasets.last_time(fresh.id) == session.datasets.get(messy.id)
    done = session.datasets.mend_like(fresh.id, messy.id)
    assert done.report.errors == 0
    assert done.report.usable == session.datasets.get(messy.id).report.usable + 1, "edits by hand are not taken along"
    assert says(session, fresh.id)[-1] == "Mended like messy.jsonl."
    assert session.datasets.last_time(fresh.id) is None


def test_rows_are_edited_deleted_added_and_written_anew(session: Session, messy: Dataset) -> None:
    rows = session.datasets
    row = Example(0, (Message("user", "Who?"), Message("assistant", "Ann.")))

    def shown(number: int) -> Example:
        return rows.page(messy.id, number, 1)[0][0][1]

    assert rows.edit_row(messy.id, 1, 2, row).version == 2
    assert (shown(2).answer, shown(2).line) == ("Ann.", 3)
    with pytest.raises(JobError, match="changed meanwhile"):
        rows.delete_row(messy.id, 1, 0)
    rows.delete_row(messy.id, 2, 0)
    assert shown(0).line == 2
    added = rows.add_row(messy.id, row)
    last = added.report.usable - 1
    assert (shown(last).line, shown(last).answer) == (0, "Ann.")
    rows.edit_row(messy.id, added.version, last, Example(0, (Message("user", "Who?"), Message("assistant", "Ben."))))
    assert shown(last).answer == "Ben."
    rows.write_line(messy.id, 12, row)
    assert rows.get(messy.id).report.errors == 1
    rows.delete_row(messy.id, rows.get(messy.id).version, last + 1)
    assert rows.get(messy.id).report.usable == added.report.usable
    for wrong in (Message("assistant", " "), Message("user", "no answer")):
        with pytest.raises(DataError):
            rows.add_row(messy.id, Example(0, (Message("user", "Who?"), wrong)))
    while rows.get(messy.id).version > 1:
        rows.undo(messy.id)
    assert rows.get(messy.id).report == messy.report


def test_columns_of_other_names_are_mapped(session: Session, tmp_path: Path) -> None:
    table = tmp_path / "helpdesk.csv"
    lines = [f"{n},Kunde {n} fragt nach Posten {n},Posten {n} kommt morgen." for n in range(20)]
    table.write_text("Nr;".replace(";", ",") + "Spalte A,Spalte B\n" + "\n".join(lines) + "\n", encoding="utf-8")
    dataset = session.datasets.add(session.projects.current().id, table)
    assert (dataset.report.shape, dataset.report.usable) == (None, 0)
    guess = session.datasets.guess(dataset.id)
    assert guess.columns == ["Nr", "Spalte A", "Spalte B"]
    mapping = Mapping("chat", {"user": "Spalte A", "assistant": "Spalte B"}, {"system": "Be brief."})
    shown, findings = session.datasets.preview_mapping(dataset.id, mapping)
    assert [m.content for m in shown[0].messages] == [
        "Be brief.",
        "Kunde 0 fragt nach Posten 0",
        "Posten 0 kommt morgen.",
    ]
    assert findings == []
    mapped = session.datasets.set_mapping(dataset.id, mapping)
    assert (mapped.report.shape, mapped.report.usable) == ("chat", 20)
    assert (
        session.datasets.set_mapping(dataset.id, Mapping("text_label", {"text": "Spalte A", "label": "Nr"})).version
        == 3
    )
    with pytest.raises(DataError, match="No column is chosen"):
        session.datasets.preview_mapping(dataset.id, Mapping("chat", {"user": "Spalte A"}))


def test_a_run_keeps_the_version_it_was_started_with(session: Session, messy: Dataset, tiny_model: Path) -> None:
    mended = session.datasets.mend_safe(messy.id)
    run = session.runs.start(messy.project, messy.id, str(tiny_model), options={"epochs": 1})
    try:
        session.datasets.undo(messy.id)
        spec = json.loads((run.folder / "spec.json").read_text())
        assert (run.version, spec["work"]["data"]["path"]) == (2, str(mended.rows))
    finally:
        session.runs.wait(run.id, lambda event: None)
    assert session.runs.get(run.id).state.state == "finished"


def test_rows_are_taken_away_in_another_shape_and_those_left_out_with_reasons(session: Session, messy: Dataset) -> None:
    path = session.datasets.export(messy.id, "chat")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert (len(rows), set(rows[0])) == (messy.report.usable, {"messages"})
    assert (
        session.datasets.export(messy.id, None, ".csv").read_text(encoding="utf-8-sig").startswith("prompt,completion")
    )
    left = [json.loads(line) for line in session.datasets.rejected(messy.id).read_text(encoding="utf-8").splitlines()]
    assert [row["line"] for row in left] == [12, 53]
    assert all(row["reasons"] and row["text"] for row in left)
    with pytest.raises(DataError, match="cannot be written as"):
        session.datasets.export(messy.id, "preference")


def test_rows_that_the_model_would_cut_are_found_and_removed(session: Session, tmp_path: Path) -> None:
    project = session.projects.current()
    path = tmp_path / "rows.jsonl"
    rows = [{"prompt": f"p{n}", "completion": f"a{n}"} for n in range(20)] + [
        {"prompt": "p", "completion": "w " * 4000}
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    dataset = session.datasets.add(project.id, path)
    model = session.models.inspect("starter")
    (found,) = session.datasets.cut(dataset.id, model) or ()
    assert (found.rule, found.line) == ("answer.cut", 21)
    assert found.message.startswith("The answer has 4,0")
    assert session.datasets.cut(dataset.id, None) is None
    assert found in session.datasets.seen_by(dataset.id, model).report.findings
    assert session.datasets.page(dataset.id, 0, 5, rule="answer.cut", model=model)[1] == 1
    offered = {repair.id for repair, _ in session.datasets.repairs(dataset.id, model)}
    assert "rows.too_long_removed" in offered
    with pytest.raises(DataError, match="needs a model"):
        session.datasets.mend(dataset.id, ["rows.too_long_removed"])
    mended = session.datasets.mend(dataset.id, ["rows.too_long_removed"], model=model)
    assert mended.report.usable == 20
    assert session.datasets.cut(dataset.id, model) == ()
    again = session.datasets.mend(dataset.id, ["text.stripped"])
    assert again.report.usable == 20, "the step before is taken once more, with the tokenizer that was kept"
    path.write_text(path.read_text(encoding="utf-8").replace("a1", "b1"), encoding="utf-8")
    other = session.datasets.add(project.id, path, "more.jsonl")
    assert session.datasets.mend_like(other.id, dataset.id).report.usable == 20
