"""Data sets: kept byte for byte, used again, split once, looked at, deleted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import DataError, NotFoundError
from studio.session import Session
from studio.settings import Settings


def test_a_file_is_kept_byte_for_byte_with_its_report(session: Session, chat_file: Path, settings: Settings) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    assert (dataset.name, dataset.report.rows, dataset.report.usable) == ("fruit.jsonl", 60, 60)
    assert (dataset.folder / "original.jsonl").read_bytes() == chat_file.read_bytes()
    with Session(settings) as another:
        assert another.datasets.get(dataset.id) == dataset
        assert another.datasets.latest(project.id) == dataset


def test_the_same_content_again_is_the_same_data_set(session: Session, chat_file: Path, tmp_path: Path) -> None:
    project = session.projects.current()
    first = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    other = tmp_path / "other.jsonl"
    other.write_text(chat_file.read_text().replace("apple", "quince"), encoding="utf-8")
    second = session.datasets.add(project.id, other, "other.jsonl")
    assert [d.id for d in session.datasets.list(project.id)] == [second.id, first.id]
    again = session.datasets.add(project.id, chat_file, "renamed.jsonl")
    assert (again.id, again.name, again.report.file) == (first.id, "renamed.jsonl", "renamed.jsonl")
    assert [d.id for d in session.datasets.list(project.id)] == [first.id, second.id]
    assert len(list(first.folder.parent.iterdir())) == 2
    assert session.datasets.add(project.id, chat_file, "fruit.json").id != first.id
    elsewhere = session.projects.create("Elsewhere")
    assert session.datasets.add(elsewhere.id, chat_file, "fruit.jsonl").id != first.id


def test_a_file_with_errors_is_kept_and_says_what_is_wrong(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{broken\n", encoding="utf-8")
    project = session.projects.current()
    dataset = session.datasets.add(project.id, path, "bad.jsonl")
    assert dataset.report.usable == 0
    assert dataset.report.errors >= 1
    with pytest.raises(DataError, match="4"):
        session.datasets.split(dataset.id)


def test_what_cannot_be_read_at_all_leaves_nothing(session: Session, settings: Settings, tmp_path: Path) -> None:
    project = session.projects.current()
    big = tmp_path / "big.jsonl"
    big.write_bytes(b"x" * 1_500_000)
    with Session(replace(settings, upload_limit_mb=1)) as limited:
        for path in (tmp_path / "missing.jsonl", tmp_path, big):
            with pytest.raises(DataError):
                limited.datasets.add(project.id, path, path.name)
            with pytest.raises(DataError):
                limited.datasets.check(path)
    assert session.datasets.list(project.id) == []
    assert list(settings.datasets_folder.iterdir()) == []


def test_check_keeps_nothing(session: Session, settings: Settings, chat_file: Path) -> None:
    assert session.datasets.check(chat_file).usable == 60
    assert list(settings.datasets_folder.iterdir()) == []


def test_the_split_is_remembered_and_can_be_made_anew(session: Session, chat_file: Path, settings: Settings) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    default = session.datasets.current_split(dataset.id)
    assert sorted([*default.training, *default.validation, *default.test]) == list(range(60))
    chosen = session.datasets.split(dataset.id, validation=0.2, test=0.2)
    assert chosen != default
    with Session(settings) as another:
        assert another.datasets.current_split(dataset.id) == chosen


def test_rows_by_page_and_search(session: Session, chat_file: Path) -> None:
    dataset = session.datasets.add(session.projects.current().id, chat_file, "fruit.jsonl")
    rows, total = session.datasets.page(dataset.id, 10, 5)
    assert ([number for number, _ in rows], total) == ([10, 11, 12, 13, 14], 60)
    found, count = session.datasets.page(dataset.id, 0, 100, "hammer")
    assert len(found) == count > 0
    assert all("hammer" in json.dumps([m.as_dict() for m in example.messages]) for _, example in found)
    assert session.datasets.statistics(dataset.id).numbers.rows == 60


def test_every_sample_comes_in_by_one_call(session: Session) -> None:
    project = session.projects.current()
    for sample in session.datasets.samples():
        dataset = session.datasets.add_sample(project.id, sample.id)
        assert (sample.id, dataset.report.rows) == (sample.id, sample.rows)
        assert dataset.report.usable > 0
        assert session.datasets.add_sample(project.id, sample.id).id == dataset.id
    with pytest.raises(NotFoundError, match="no sample"):
        session.datasets.add_sample(project.id, "nothing")


def test_delete_takes_the_files_along(session: Session, chat_file: Path) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    session.datasets.delete(dataset.id)
    assert not dataset.folder.exists()
    assert session.datasets.latest(project.id) is None
    another = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    session.projects.delete(project.id)
    assert not another.folder.exists()


def test_owners_do_not_see_each_others_data(session: Session, settings: Settings, chat_file: Path) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    with Session(settings, owner="ada") as hers:
        assert hers.datasets.list(project.id) == []
        for act in (
            lambda: hers.datasets.get(dataset.id),
            lambda: hers.datasets.page(dataset.id, 0, 5),
            lambda: hers.datasets.split(dataset.id),
            lambda: hers.datasets.current_split(dataset.id),
            lambda: hers.datasets.statistics(dataset.id),
            lambda: hers.datasets.delete(dataset.id),
            lambda: hers.datasets.add(project.id, chat_file, "fruit.jsonl"),
        ):
            with pytest.raises(NotFoundError):
                act()
    assert dataset.folder.exists()


def test_a_split_by_files_by_column_and_with_near_copies_together(session: Session, tmp_path: Path) -> None:
    project = session.projects.current()
    for name, rows in (("train", 60), ("test", 12)):
        lines = [{"prompt": f"{name} number {n} is", "completion": "odd" if n % 2 else "even"} for n in range(rows)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    dataset = session.datasets.add(project.id, [tmp_path / "train.jsonl", tmp_path / "test.jsonl"])
    assert (dataset.name, dataset.report.files) == ("train.jsonl and 1 more", ("train.jsonl", "test.jsonl"))
    split = session.datasets.current_split(dataset.id)
    assert (list(split.test), len(split.validation)) == (list(range(60, 72)), 8), "the files' names say their parts"
    (tmp_path / "train.jsonl").write_text("{broken\n", encoding="utf-8")
    broken = session.datasets.add(project.id, [tmp_path / "train.jsonl", tmp_path / "test.jsonl"])
    assert len(session.datasets.current_split(broken.id).training) == 10, "without a file to learn from, rows are drawn"
    table = tmp_path / "table.csv"
    table.write_text("prompt,completion,who\n" + "".join(f"q{n},a{n},p{n % 5}\n" for n in range(60)), encoding="utf-8")
    second = session.datasets.add(project.id, table)
    made = session.datasets.split(second.id, column="who")
    people = [{row % 5 for row in part} for part in (made.training, made.validation, made.test)]
    assert sum(map(len, people)) == len(set.union(*people)), "a person is on one side only"
    assert session.datasets.split_how(second.id)["column"] == "who"
    with pytest.raises(DataError, match="No row has"):
        session.datasets.split(second.id, column="nobody")
    assert session.datasets.current_split(second.id) == made


def test_numbers_are_counted_in_tokens_of_the_model_and_kept(
    session: Session, chat_file: Path, tiny_model: Path
) -> None:
    dataset = session.datasets.add(session.projects.current().id, chat_file, "fruit.jsonl")
    model = session.models.inspect(str(tiny_model))
    measured = session.datasets.statistics(dataset.id, model)
    assert (measured.numbers.lengths.unit, measured.context) == ("tokens", model.context)
    assert session.datasets.statistics(dataset.id, model) == measured
    assert session.datasets.statistics(dataset.id).numbers.lengths.unit == "characters"
    assert len(list(dataset.folder.glob("statistics-1-*.json"))) == 2
    assert session.datasets.advice(dataset.id).choice in ("tune", "prompt", "retrieve", "more data")
