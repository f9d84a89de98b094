"""Small helpers for the tests of the data room."""

import json
from pathlib import Path
from typing import Any

from studio.data import Checked, Example, Finding, Message, check_file


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
