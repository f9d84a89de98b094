"""Small helpers for the tests of the data room."""

import json
import tempfile
from pathlib import Path
from typing import Any

from studio.data import Checked, Example, Finding, Message, Source, check_file
from studio.data.log import Log
from studio.data.readers import read_rows


def checked(folder: Path, content: bytes | str, name: str = "rows.jsonl") -> Checked:
    """The check of a file with this content."""
    path = folder / "case.bin"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return check_file(path, name)


def findings(folder: Path, content: bytes | str) -> list[Finding]:
    """Findings but for those about the number of rows."""
    amount = ("rows.few", "rows.too_few", "openai.rows")
    return [f for f in checked(folder, content).report.findings if f.rule not in amount]


def brief(folder: Path, content: bytes | str) -> list[tuple[str, int | None]]:
    return [(f.rule, f.line) for f in findings(folder, content)]


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def example(prompt: str, answer: str, line: int = 1) -> Example:
    return Example(line, (Message("user", prompt), Message("assistant", answer)))


def read(content: bytes | str, name: str) -> tuple[list[tuple[int, Any]], list[Finding]]:
    """What the readers make of a file with this content and name: its rows and findings."""
    log = Log()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.bin"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        rows = list(read_rows(Source(path, name), log))
    return rows, list(log.findings())


def rules_of(findings: list[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in findings]
