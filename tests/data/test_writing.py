"""Rows taken out again: in every shape, as JSONL and as a table without formulas; those left out, with the reasons."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from studio.data import (
    FORMATS,
    Edit,
    Recipe,
    check_file,
    export_rows,
    import_file,
    load_examples,
    make_version,
    rejected_rows,
    rows_file,
)
from studio.errors import DataError, UsageError
from tests.data.make import chat, lines
from tests.data.test_shapes import meaning


def kept(folder: Path, content: str, name: str = "rows.jsonl") -> Path:
    source = folder / name
    source.write_text(content, encoding="utf-8")
    import_file(source, folder / "set", name)
    return folder / "set"


def left_out(folder: Path, version: int | None = None) -> list[dict[str, Any]]:
    target = folder / "left.jsonl"
    count = rejected_rows(folder, version, target)
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count
    return rows


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
@pytest.mark.parametrize("shape", FORMATS, ids=lambda shape: shape.NAME)
def test_what_is_written_is_read_again(shape: Any, ending: str, tmp_path: Path) -> None:
    folder = kept(tmp_path, (shape.EXAMPLE + "\n") * 3)
    target = tmp_path / f"out{ending}"
    assert export_rows(folder, None, target, shape.NAME) == 3
    again = check_file(target)
    assert again.report.shape == shape.NAME
    before = [meaning(example) for example in load_examples(rows_file(folder))]
    assert [meaning(e).messages for e in again.examples] == [e.messages for e in before]
    assert [e.rejected for e in again.examples] == [e.rejected for e in before]


def test_pairs_become_chats_and_back(tmp_path: Path) -> None:
    folder = kept(tmp_path, lines({"prompt": "a\nb, c", "completion": "d"}, {"prompt": "é", "completion": '"'}))
    for shape in ("chat", "instruction", "sharegpt", "text_label", "prompt_completion"):
        for ending in (".jsonl", ".csv"):
            target = tmp_path / f"{shape}{ending}"
            export_rows(folder, None, target, shape)
            assert [e.messages for e in check_file(target).examples] == [
                e.messages for e in load_examples(rows_file(folder))
            ]


def test_a_shape_that_cannot_hold_the_rows(tmp_path: Path) -> None:
    rows = [chat(("user", "a"), ("assistant", "b")), chat(("system", "s"), ("user", "c"), ("assistant", "d"))]
    folder = kept(tmp_path, lines(*rows))
    with pytest.raises(DataError, match=r"1 of 2 rows .* line 2"):
        export_rows(folder, None, tmp_path / "out.jsonl", "prompt_completion")
    with pytest.raises(UsageError):
        export_rows(folder, None, tmp_path / "out.xlsx", "chat")
    with pytest.raises(DataError):
        export_rows(folder, None, tmp_path / "out.jsonl", "poem")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == []


def test_no_formula_leaves_in_a_table(tmp_path: Path, shared_data: Path) -> None:
    strings = json.loads((shared_data / "bad_inputs" / "naughty_strings" / "blns.json").read_text(encoding="utf-8"))
    strings += ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    folder = kept(tmp_path, lines(*({"prompt": text, "completion": f"answer {text}"} for text in strings)))
    target = tmp_path / "out.csv"
    export_rows(folder, None, target, "prompt_completion")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=HYPERLINK(1)" in cells
    export_rows(folder, None, tmp_path / "out.jsonl", "prompt_completion")
    written = [json.loads(line)["prompt"] for line in (tmp_path / "out.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert written == [e.messages[0].content for e in load_examples(rows_file(folder))]


def test_left_out_rows_with_their_reasons(tmp_path: Path) -> None:
    good = '{"prompt": "a", "completion": "b"}'
    content = f'{good}\n{{broken\n{good}\n42\n{{"prompt": "c"}}\n{{"prompt": "d", "completion": " "}}\n'
    folder = kept(tmp_path, content)
    rows = left_out(folder)
    assert [row["line"] for row in rows] == [2, 4, 5, 6]
    assert [row["text"] for row in rows] == ["{broken", "42", '{"prompt": "c"}', '{"prompt": "d", "completion": " "}']
    assert ["JSON" in rows[0]["reasons"][0], "answer is empty" in rows[3]["reasons"][0]] == [True, True]
    assert all("file" not in row for row in rows)
    edits = (Edit("delete", 4), Edit("add", 0, json.loads(good)))
    recipe = Recipe(repairs=("rows.duplicates_removed", "rows.unusable"), edits=edits)
    make_version(folder, 2, recipe)
    rows = left_out(folder, 2)
    reasons = {row["line"]: row["reasons"][0] for row in rows}
    assert sorted(reasons) == [2, 3, 4, 5, 6]
    assert ("JSON" in reasons[2], reasons[4]) == (True, "Edited by hand.")
    assert reasons[3].startswith("Remove")


def test_left_out_rows_of_several_files_and_lists(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"prompt": "a", "completion": "b"}, {"prompt": 1}, 7]', encoding="utf-8")
    (tmp_path / "b.csv").write_text("prompt,completion\nx,y\nx,y,z\n", encoding="utf-8")
    import_file([tmp_path / "a.json", tmp_path / "b.csv"], tmp_path / "set", "Both")
    rows = left_out(tmp_path / "set")
    assert [(row["file"], row["line"], row["text"]) for row in rows] == [
        ("a.json", 2, '{"prompt": 1}'),
        ("a.json", 3, "7"),
        ("b.csv", 3, "x,y,z\n"),
    ]
    assert "3 cells" in rows[2]["reasons"][0]


def test_rows_of_no_known_shape_are_all_left_out(tmp_path: Path) -> None:
    folder = kept(tmp_path, lines({"river": 1}, {"river": 2}))
    assert [row["line"] for row in left_out(folder)] == [1, 2]
