"""What the starter models have learnt that helps with few rows, beside random weights of their shapes and the classical
rival. Long (an hour or more on two cores): finished cells are kept in build/bench, so it can be stopped and goes on.

banking77: ten intents drawn five times, 8 rows each to learn from, 8 others to choose one of three learning rates by,
all test rows of those intents to judge. snips: 200 commands answered as JSON. For the starter's first version unpack it
to build/bench/starter-1: `git archive 7e87b58 assets/starter | tar x --strip-components=2 -C build/bench/starter-1`.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import rival
from benchmarks.cells import KEPT, Cells, random_like, trained
from benchmarks.table import Row
from studio import models
from studio.data.values import Example, Message
from studio.evaluation.metrics.json_fields import as_object
from studio.methods.recommended import propose
from studio.methods.situation import Rows
from studio.models import ModelInfo

TASKS = Path(__file__).parent.parent.parent / "shared" / "data" / "tasks"
DRAWS, INTENTS, EACH = 5, 10, 8
RATES = (0.5, 1.0, 2.0)
"""Of the recommended learning rate."""
SNIPS_ROWS, SNIPS_HELD, SNIPS_TEST = 200, 50, 400
Parts = tuple[list[Example], list[Example], list[Example]]


def measure() -> list[Row]:
    if not TASKS.is_dir():
        raise SystemExit(f"the data sets of this benchmark are not at {TASKS}")
    cells = Cells("transfer")
    starter, encoder = models.resolve("starter"), models.resolve("starter-encoder")
    writers = [starter, random_like(starter)]
    if (KEPT / "starter-1" / "config.json").is_file():
        writers.insert(1, models.inspect(KEPT / "starter-1", name="starter version 1"))
    rows = []
    draws = [_banking(draw) for draw in range(DRAWS)]
    for info in (*writers, encoder, random_like(encoder)):
        found = [_best(cells, info, "banking77", draw, parts) for draw, parts in enumerate(draws)]
        rows.append(Row(f"banking77, 8 rows each: {info.name}", tuple(100 * one["right"] for one in found), "%"))
    classical = tuple(100 * rival.accuracy(*map(_pairs, parts)) for parts in draws)
    rows.append(Row("banking77, 8 rows each: TF-IDF", classical, "%"))
    for info in writers:
        found = _best(cells, info, "snips", 0, _snips())
        rows.append(Row(f"snips, 200 rows, whole JSON: {info.name}", (100 * found["right"],), "%"))
        rows.append(Row(f"snips, 200 rows, intent: {info.name}", (100 * found["intent"],), "%"))
    return rows


def _best(cells: Cells, info: ModelInfo, task: str, draw: int, parts: Parts) -> dict[str, float]:
    """The test scores under the learning rate that does best on the validation rows."""
    training, validation, test = parts
    labels = {example.labels for example in training if example.labels}
    situation = Rows("classify" if labels else "chat", len(training), len(labels), EACH if labels else 0)
    found = propose(situation, [info], model=info)

    def score(place: Path) -> dict[str, float]:
        held = _scores(info, found.method.teaches, place, validation)
        return {**_scores(info, found.method.teaches, place, test), "chosen_by": held["right"]}

    def cell(factor: float) -> dict[str, float]:
        rate = found.options["learning_rate"] * factor
        options: dict[str, Any] = {**found.options, "learning_rate": rate, "seed": 17 + draw}
        what = {"model": info.name, "task": task, "draw": draw, "rate": rate}
        what |= {"fingerprint": info.fingerprint, "method": found.method.id, "options": options, "v": 1}
        return cells.get(what, lambda: trained(info, found.method.id, options, training, validation, score))

    return max(map(cell, RATES), key=lambda scores: (scores["chosen_by"], -scores["loss"]))


def _scores(info: ModelInfo, teaches: str, place: Path, rows: Sequence[Example]) -> dict[str, float]:
    if teaches == "labels":
        from studio.inference.tell import Teller
        from studio.models.labels import text_of

        teller = Teller({"tuned": place})
        shares = teller.shares("tuned", [text_of(row.messages) for row in rows])
        told = [teller.labels("tuned").told(share) for share in shares]
        return {"right": _share([one == row.labels for one, row in zip(told, rows, strict=True)])}
    from studio.inference.generate import load

    said = load(Path(info.path), {"tuned": place}).answers("tuned", [row.prompt for row in rows], 96)
    pairs = [(one.strip(), row.answer) for one, row in zip(said, rows, strict=True)]
    right = [one == wanted or _same(one, wanted) for one, wanted in pairs]
    return {"right": _share(right), "intent": _share([_intent(one) == _intent(wanted) for one, wanted in pairs])}


def _same(one: str, wanted: str) -> bool:
    """Equal as JSON objects."""
    return as_object(wanted) is not None and as_object(one) == as_object(wanted)


def _intent(answer: str) -> str | None:
    found = as_object(answer)
    return str(found["intent"]) if found and "intent" in found else None


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def _banking(draw: int) -> Parts:
    rows, judged = _lines("banking77_train.jsonl"), _lines("banking77_test.jsonl")
    shuffle = random.Random(draw)
    intents = sorted(shuffle.sample(sorted({row["label"] for row in rows}), INTENTS))
    training, validation = [], []
    for intent in intents:
        own = [row for row in rows if row["label"] == intent]
        shuffle.shuffle(own)
        training += own[:EACH]
        validation += own[EACH : 2 * EACH]
    test = [row for row in judged if row["label"] in intents]
    return _texts(training), _texts(validation), _texts(test)


def _snips() -> Parts:
    rows, judged = _lines("snips_text2json_train.jsonl"), _lines("snips_text2json_val.jsonl")
    shuffle = random.Random(0)
    shuffle.shuffle(rows)
    shuffle.shuffle(judged)
    held = SNIPS_ROWS + SNIPS_HELD
    return _chats(rows[:SNIPS_ROWS]), _chats(rows[SNIPS_ROWS:held]), _chats(judged[:SNIPS_TEST])


def _lines(name: str) -> list[dict[str, str]]:
    with (TASKS / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _texts(rows: Sequence[dict[str, str]]) -> list[Example]:
    return [_example(row["text"], row["label"], labels=(row["label"],)) for row in rows]


def _chats(rows: Sequence[dict[str, str]]) -> list[Example]:
    return [_example(row["prompt"], row["completion"]) for row in rows]


def _example(asked: str, answer: str, labels: tuple[str, ...] = ()) -> Example:
    return Example(1, (Message("user", asked), Message("assistant", answer)), labels=labels)


def _pairs(rows: Sequence[Example]) -> list[tuple[str, str]]:
    return [(row.messages[0].content, row.answer) for row in rows]
