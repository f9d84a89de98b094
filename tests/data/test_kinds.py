"""The same rows of real data in every kind of file: all readers agree with pandas, cell by cell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from studio.data import check_file
from tests.data.make import read

Frame = pd.DataFrame
WRITERS: dict[str, Callable[[Frame, Path], Any]] = {
    ".json": lambda frame, path: frame.to_json(path, orient="records", force_ascii=False),
    ".json.gz": lambda frame, path: frame.to_json(path, orient="records", indent=1),
    ".jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".csv.gz": lambda frame, path: frame.to_csv(path, index=False, sep=";"),
    ".tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t", encoding="utf-16"),
    ".xlsx": lambda frame, path: frame.to_excel(path, index=False),
    ".parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", ["pubmedqa", "sms_spam", "translate_en_es_2k", "wikisql_train", "self_instruct_seed"])
def test_same_rows_in_every_kind_of_file(name: str, ending: str, shared_data: Path, tmp_path: Path) -> None:
    frame = pd.read_json(shared_data / "tasks" / f"{name}.jsonl", lines=True)[:150].astype(str)
    path = tmp_path / f"rows{ending}"
    WRITERS[ending](frame, path)
    rows, findings = read(path.read_bytes(), path.name)
    wanted = [{key: text.replace("\r\n", "\n") for key, text in row.items()} for row in frame.to_dict("records")]
    assert [row for _, row in rows] == wanted
    assert {finding.rule for finding in findings} <= {"file.encoding"}
    report = check_file(path).report
    assert (report.rows, report.shape) == (len(frame), "text_label" if name == "sms_spam" else "prompt_completion")
