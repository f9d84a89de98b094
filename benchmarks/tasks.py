"""The public tasks that models and settings are judged on: rows drawn with a seed, and the scores of a tuned model.

Read where they lie, beside the checkout; a draw's test rows are never among those that it learns from or chooses by.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.data.values import Example, Message
from studio.evaluation.metrics.json_fields import as_object
from studio.models import ModelInfo

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data" / "tasks"
INTENTS = 10


@dataclass(frozen=True)
class Parts:
    """One draw of a task. validation: steers the training and chooses among settings; test: judges."""

    training: list[Example]
    validation: list[Example]
    test: list[Example]


def demand() -> None:
    """Ends the program with a sentence when the data sets are not there."""
    if not FOLDER.is_dir():
        raise SystemExit(f"the data sets of this benchmark are not at {FOLDER}")


def banking(draw: int, each: int, held: int) -> Parts:
    """banking77: ten intents, `each` rows of them to learn from and `held` to steer; all their test rows."""
    rows, judged = _lines("banking77_train.jsonl"), _lines("banking77_test.jsonl")
    shuffle = random.Random(draw)
    by_label: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_label.setdefault(row["label"], []).append(row)
    intents = sorted(shuffle.sample(sorted(name for name, own in by_label.items() if len(own) >= each + held), INTENTS))
    training, validation = [], []
    for intent in intents:
        own = by_label[intent]
        shuffle.shuffle(own)
        training += own[:each]
        validation += own[each : each + held]
    return Parts(_texts(training), _texts(validation), _texts([row for row in judged if row["label"] in intents]))


def labelled(name: str, draw: int, rows: int, held: int, test: int) -> Parts:
    """Texts with labels from one file, drawn from all of it."""
    return _cut(_texts(_shuffled(_lines(name), draw)), rows, held, test)


def snips(draw: int, rows: int, held: int, test: int) -> Parts:
    """Commands answered as JSON; the test rows are from a file of their own."""
    learnt = _cut(_chats(_shuffled(_lines("snips_text2json_train.jsonl"), draw)), rows, held, 0)
    judged = _chats(_shuffled(_lines("snips_text2json_val.jsonl"), draw)[:test])
    return Parts(learnt.training, learnt.validation, judged)


def scores(info: ModelInfo, teaches: str, place: Path, rows: Sequence[Example]) -> dict[str, Any]:
    """right: the share of rows answered right; each: one letter a row, 1 for right. intent: of answers as JSON."""
    if teaches == "labels":
        from studio.inference.tell import Teller
        from studio.models.labels import text_of

        teller = Teller({"tuned": place})
        shares = teller.shares("tuned", [text_of(row.messages) for row in rows])
        told = [teller.labels("tuned").told(share) for share in shares]
        return _counted([one == row.labels for one, row in zip(told, rows, strict=True)])
    from studio.inference.generate import load

    said = load(Path(info.path), {"tuned": place}).answers("tuned", [row.prompt for row in rows], 96)
    answers = [(one.strip(), row.answer) for one, row in zip(said, rows, strict=True)]
    right = _counted([one == wanted or _same(one, wanted) for one, wanted in answers])
    return {**right, "intent": _counted([_intent(one) == _intent(wanted) for one, wanted in answers])["right"]}


def pairs(rows: Sequence[Example]) -> list[tuple[str, str]]:
    return [(row.messages[0].content, row.answer) for row in rows]


def _counted(right: Sequence[bool]) -> dict[str, Any]:
    return {"right": sum(right) / len(right), "each": "".join(str(int(one)) for one in right)}


def _same(one: str, wanted: str) -> bool:
    """Equal as JSON objects."""
    return as_object(wanted) is not None and as_object(one) == as_object(wanted)


def _intent(answer: str) -> str | None:
    found = as_object(answer)
    return str(found["intent"]) if found and "intent" in found else None


def _cut(rows: list[Example], training: int, held: int, test: int) -> Parts:
    return Parts(rows[:training], rows[training : training + held], rows[training + held : training + held + test])


def _shuffled(rows: list[dict[str, str]], draw: int) -> list[dict[str, str]]:
    random.Random(draw).shuffle(rows)
    return rows


def _lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _texts(rows: Sequence[dict[str, str]]) -> list[Example]:
    return [_example(row["text"], row["label"], labels=(row["label"],)) for row in rows]


def _chats(rows: Sequence[dict[str, str]]) -> list[Example]:
    return [_example(row["prompt"], row["completion"]) for row in rows]


def _example(asked: str, answer: str, labels: tuple[str, ...] = ()) -> Example:
    return Example(1, (Message("user", asked), Message("assistant", answer)), labels=labels)
