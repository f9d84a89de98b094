"""`studio check`: several files, another shape, mapped columns, and a mended copy."""

import csv
import json

import pytest

from tests.cli.conftest import Studio

GOOD = [{"prompt": f"What is {n} and {n}?", "completion": f"It is {2 * n}."} for n in range(20)]


def write(studio: Studio, name: str, text: str) -> str:
    (studio.folder / name).write_text(text, encoding="utf-8")
    return name


def lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_mended_copy_and_the_file_as_it_was(studio: Studio) -> None:
    text = lines(GOOD[:5]) + '{"prompt": "a", "completion": "b",}\n' + lines(GOOD[5:]) + '{"prompt": "cut\n'
    file = write(studio, "messy.jsonl", text)
    done = studio("check", file, "--fix", "clean.jsonl", "--json")
    assert done.code == 0, done.err
    document = done.json()
    assert (document["errors"], document["usable"], document["fixed"]) == (0, 21, "clean.jsonl")
    assert document["before"] == {"rows": 22, "usable": 20, "errors": 2, "warnings": document["before"]["warnings"]}
    assert document["repairs"]
    rows = [json.loads(line) for line in (studio.folder / "clean.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"prompt": "a", "completion": "b"} in rows
    assert len(rows) == 21
    assert (studio.folder / file).read_text(encoding="utf-8") == text
    assert studio("check", "clean.jsonl").code == 0
    assert list(studio.home.iterdir()) == []


def test_columns_are_mapped_and_written_as_a_table_without_formulas(studio: Studio) -> None:
    table = "Nr,Frage,Antwort\n" + "".join(f"{n},=Frage {n}?,Antwort {n}\n" for n in range(12))
    file = write(studio, "tabelle.csv", table)
    told = studio("check", file, "--shape", "chat", "--map", "user=Frage", "--map", "assistant=Antwort", "--json")
    assert (told.code, told.json()["shape"], told.json()["usable"]) == (0, "chat", 12)
    mapping = ("--shape", "prompt_completion", "--map", "prompt=Frage", "--map", "completion=Antwort")
    done = studio("check", file, *mapping, "--fix", "out.csv")
    assert done.code == 0, done.err
    assert "Written to out.csv: 12 rows" in done.out
    with (studio.folder / "out.csv").open(encoding="utf-8-sig", newline="") as out:
        rows = list(csv.DictReader(out))
    assert rows[0] == {"prompt": "'=Frage 0?", "completion": "Antwort 0"}


def test_several_files_are_one_data_set(studio: Studio) -> None:
    first, second = write(studio, "a.jsonl", lines(GOOD[:10])), write(studio, "b.jsonl", lines(GOOD[10:]) + "{\n")
    done = studio("check", first, second, "--json")
    assert done.code == 1
    document = done.json()
    assert (document["file"], document["files"], document["rows"]) == ("a.jsonl and 1 more", [first, second], 21)
    errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert [(finding["file"], finding["line"]) for finding in errors] == [("b.jsonl", 11)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shape", "poem"], "no shape called poem"),
        (["--map", "prompt=Frage"], "Name the shape too"),
        (["--map", "prompt"], "--map field=column"),
        (["--fix", "out.xlsx"], "neither JSONL nor CSV"),
        (["--fix", "a.jsonl"], "Give it another name"),
    ],
)
def test_wrong_use_is_told(studio: Studio, words: list[str], said: str) -> None:
    done = studio("check", write(studio, "a.jsonl", lines(GOOD)), *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_nothing_to_mend_from_is_code_1_and_leaves_no_file(studio: Studio) -> None:
    done = studio("check", write(studio, "a.jsonl", "{broken\n"), "--fix", "out.jsonl")
    assert (done.code, done.out) == (1, "")
    assert not (studio.folder / "out.jsonl").exists()
