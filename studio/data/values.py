"""The nouns of the data room: Source, Finding, Report, Message, Example, Split. Small frozen values, no behaviour of
their own beyond what follows from their fields."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
Role = Literal["system", "user", "assistant", "tool"]
Task = Literal["chat", "classify", "prefer", "text"]
"""What the rows of a shape are for: answers to write, labels to tell, the better of two answers, plain text."""


@dataclass(frozen=True)
class Source:
    """A file where it lies, and what the user calls it. Of several files no two have the same name."""

    path: Path
    name: str


@dataclass(frozen=True)
class Finding:
    """One thing seen in a file. An error keeps its row from being used; a warning advises; a note informs.

    rule: stable id such as 'answer.empty'. line: 1-based line in the file, None when it is about the whole file.
    message says what is so, remedy what to do; both plain sentences. excerpt: the start of the offending text.
    file: the name of the file where the data set has several, else None. count: in how many places it is so.
    """

    rule: str
    severity: Severity
    line: int | None
    field: str | None
    message: str
    remedy: str
    excerpt: str = ""
    file: str | None = None
    count: int = 1


@dataclass(frozen=True)
class Report:
    """What a check found. usable: rows without an error. Counts are derived, so they cannot disagree.

    files: the names of the files where there are several, in the order in which they are read.
    """

    file: str
    shape: str | None
    rows: int
    usable: int
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        return sum(f.severity == "error" for f in self.findings)

    @property
    def warnings(self) -> int:
        return sum(f.severity == "warning" for f in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The `check` document of the command line; fields may be added, never renamed."""
        return {
            "file": self.file,
            "files": list(self.files),
            "shape": self.shape,
            "rows": self.rows,
            "usable": self.usable,
            "errors": self.errors,
            "warnings": self.warnings,
            "findings": [asdict(f) for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. weight 0 keeps an assistant turn out of training (OpenAI's chat format); None means 1.

    calls: the turn's tool calls as a JSON list, '' for none. call_id: which call a tool's turn answers.
    """

    role: Role
    content: str
    weight: int | None = None
    calls: str = ""
    call_id: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class Example:
    """One usable row, as a conversation that ends with an assistant turn. line: 1-based line of the original.

    rejected: the turns that a preference row likes less than its answer. labels: of a text to classify (its answer
    says them too, so that any method can learn from the row). tools: the tools of a chat as a JSON list. A row of raw
    text is one assistant turn without a prompt. file: which of several originals the row is from, 0-based.
    """

    line: int
    messages: tuple[Message, ...]
    rejected: tuple[Message, ...] = ()
    labels: tuple[str, ...] = ()
    tools: str = ""
    file: int = 0

    @property
    def prompt(self) -> tuple[Message, ...]:
        """All turns before the last answer."""
        return self.messages[:-1]

    @property
    def answer(self) -> str:
        return self.messages[-1].content


@dataclass(frozen=True)
class Split:
    """Row numbers (0-based, into the stored rows) of the three parts: disjoint, together all rows.

    training teaches; validation steers; test judges and is opened by evaluation alone. An empty test part means too
    few rows: every verdict is then 'cannot tell'. fingerprint: over the contents and membership of the rows.
    """

    training: Sequence[int]
    validation: Sequence[int]
    test: Sequence[int]
    seed: int
    fingerprint: str = field(default="")
