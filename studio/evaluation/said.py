"""What a candidate said to a row, and the file in the job's folder that keeps it as it comes, so that a stopped or
broken evaluation loses nothing and another one does not ask the same again."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

FILE = "answers.jsonl"


@dataclass(frozen=True)
class Said:
    """One answer. read, tokens: tokens of the prompt and of the answer; seconds: of this answer, a batch's time divided
    among its rows; all 0 where there is nothing to count. cut: it ended because there was no more room. labels,
    shares: of a classifier, the labels told, and the likeliest labels with their probabilities. loss: nats per token of
    the wanted answer (of a classifier: of the wanted labels), None where it is not known; worse: likewise of the answer
    that a preference row likes less."""

    text: str
    read: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cut: bool = False
    labels: tuple[str, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    loss: float | None = None
    worse: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ((), None, False)}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        shares = tuple((str(label), float(share)) for label, share in raw.get("shares", ()))
        return cls(**{**raw, "labels": tuple(raw.get("labels", ())), "shares": shares})


class Kept:
    """Values by mark (whose they are, and what they depend on) and row number. Appended and flushed batch by batch; a
    torn last line is passed over."""

    def __init__(self, folder: Path, earlier: Sequence[Path] = ()) -> None:
        self._path = folder / FILE
        self._known: dict[str, dict[int, Any]] = {}
        for path in (*earlier, self._path):
            self._read(path)

    def through(
        self, mark: str, numbers: Sequence[int], ask: Callable[[list[int]], Iterator[dict[int, Any]]]
    ) -> Iterator[dict[int, Any]]:
        """Batch by batch: place in `numbers` -> value (what JSON can hold). First what is kept; then `ask` is called
        with the places that are left and gives batches of (position among these -> value)."""
        known = self._known.setdefault(mark, {})
        have = {place: known[number] for place, number in enumerate(numbers) if number in known}
        if have:
            yield have
        left = [place for place in range(len(numbers)) if place not in have]
        for batch in ask(left) if left else ():
            found = {left[position]: value for position, value in batch.items()}
            self._write(mark, {numbers[place]: value for place, value in found.items()})
            yield found

    def has(self, mark: str, numbers: Sequence[int]) -> bool:
        """Whether every one of these rows is kept."""
        return set(numbers) <= self._known.get(mark, {}).keys()

    def _write(self, mark: str, values: dict[int, Any]) -> None:
        lines = (json.dumps({"mark": mark, "row": row, "value": value}) + "\n" for row, value in values.items())
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
        self._known.setdefault(mark, {}).update(values)

    def _read(self, path: Path) -> None:
        if not path.is_file():
            return
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    raw = json.loads(line)
                    self._known.setdefault(raw["mark"], {})[int(raw["row"])] = raw["value"]
                except (ValueError, KeyError, TypeError):
                    continue
