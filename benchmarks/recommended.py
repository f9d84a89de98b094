"""What *Recommended* reaches, beside the best of a grid of settings and beside what other tools begin with.

Five public tasks, two draws each. The grid's winner is chosen on the validation rows, test rows only judge. TRL: the
defaults of SFTConfig; LLaMA-Factory: its examples for full fine-tuning and for LoRA. They are run in our loop on the
base model and, but for LoRA, with the method that is recommended, so that the settings alone differ. Long (hours on two
cores): finished cells are kept in build/bench, so it can be stopped and goes on.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import tasks
from benchmarks.cells import Cells, trained
from benchmarks.table import Row
from benchmarks.tasks import Parts
from studio import models
from studio.evaluation.intervals import bootstrap_mean
from studio.methods.recommended import Proposal, propose
from studio.methods.situation import Rows
from studio.models import ModelInfo

SEEDS = (40, 41)
TASKS: dict[str, Callable[[int], Parts]] = {
    "banking77, 8 rows each": lambda seed: tasks.banking(seed, 8, 8),
    "banking77, 60 rows each": lambda seed: tasks.banking(seed, 60, 8),
    "sms spam, 500 rows": lambda seed: tasks.labelled("sms_spam.jsonl", seed, 500, 80, 600),
    "movie sentences, 1,000 rows": lambda seed: tasks.labelled("movie_sentence_polarity.jsonl", seed, 1000, 100, 600),
    "snips, 500 rows": lambda seed: tasks.snips(seed, 500, 60, 400),
}
EPOCHS = (3, 10, 20)
RATES = {"classifier": (5e-4, 2e-3, 8e-3), "full": (3e-4, 1e-3, 3e-3)}
PLAIN: dict[str, dict[str, Any]] = {
    "classifier": {"layers_rate": 1.0, "word_dropout": 0.0, "patience": 0},
    "full": {"patience": 0},
}
"""What other tools do not do."""
TRL = {"learning_rate": 2e-5, "epochs": 3, "schedule": "linear", "warmup": 0.0, "weight_decay": 0.0}
FACTORY = {"learning_rate": 1e-5, "epochs": 3, "schedule": "cosine", "warmup": 0.1, "weight_decay": 0.0}
FACTORY_LORA = {**FACTORY, "learning_rate": 1e-4, "rank": 8, "alpha": 16, "dropout": 0.0, "patience": 0}
OTHERS = {"TRL": (TRL, 8), "LLaMA-Factory": (FACTORY, 2)}
"""Settings and rows a step."""
Scores = dict[str, Any]


def measure() -> list[Row]:
    tasks.demand()
    cells, rows, gaps = Cells("recommended"), [], []
    for task, drawn in TASKS.items():
        found = [_seen(cells, task, seed, drawn(seed)) for seed in SEEDS]
        rows += [Row(f"{task}: {name}", tuple(100 * one[name]["right"] for one in found), "%") for name in found[0]]
        for other in ("grid's winner", *(name for name in found[0] if name not in ("recommended", "grid's winner"))):
            gap = _gap([one["recommended"] for one in found], [one[other] for one in found])
            rows.append(Row(f"{task}: recommended less {other} (95 % interval)", gap, "points", "not below 0"))
            gaps += [gap[1]] if other == "grid's winner" else []
    return [*rows, Row("recommended less the grid's winner, by task", tuple(gaps), "points", "mean at least -2")]


def _gap(ours: list[Scores], theirs: list[Scores]) -> tuple[float, float, float]:
    """The paired interval's lower end, the mean, and its upper end, in percentage points over all test rows."""
    differ = [
        100.0 * (int(a) - int(b))
        for one, other in zip(ours, theirs, strict=True)
        for a, b in zip(one["each"], other["each"], strict=True)
    ]
    low, high = bootstrap_mean(differ)
    return low, sum(differ) / len(differ), high


def _seen(cells: Cells, task: str, seed: int, parts: Parts) -> dict[str, Scores]:
    """The test scores by the name of the settings."""
    found = _proposal(parts)
    info = models.resolve(found.model.name)

    def cell(method: str, changed: Mapping[str, Any]) -> Scores:
        options = {**found.options, **changed} if method == found.method.id else dict(changed)
        options["seed"] = seed
        what = {"model": info.name, "task": task, "draw": seed, "rate": options["learning_rate"], "v": 1}
        what |= {"fingerprint": info.fingerprint, "method": method, "options": options}

        def score(place: Path) -> Scores:
            held = tasks.scores(info, found.method.teaches, place, parts.validation)
            return {**tasks.scores(info, found.method.teaches, place, parts.test), "chosen_by": held["right"]}

        return cells.get(what, lambda: trained(info, method, options, parts.training, parts.validation, score))

    own = found.method.id
    seen = {"recommended": cell(own, {})}
    for name, (settings, size) in OTHERS.items():
        seen[name] = cell(own, {**PLAIN[own], **settings, "tokens_per_step": _tokens(info, parts, size)})
    if found.method.teaches == "text":
        seen["LLaMA-Factory, LoRA"] = cell("lora", {**FACTORY_LORA, "tokens_per_step": _tokens(info, parts, 8)})
    grid = [cell(own, {"learning_rate": rate, "epochs": epochs}) for rate in RATES[own] for epochs in EPOCHS]
    seen["grid's winner"] = max(grid, key=lambda scores: (scores["chosen_by"], -scores["loss"]))
    return seen


def _proposal(parts: Parts) -> Proposal:
    counts: dict[str, int] = {}
    for example in parts.training:
        for label in example.labels:
            counts[label] = counts.get(label, 0) + 1
    task = "classify" if counts else "chat"
    situation = Rows(task, len(parts.training), len(counts), min(counts.values(), default=0))
    return propose(situation, [models.resolve("starter"), models.resolve("starter-encoder")])


def _tokens(info: ModelInfo, parts: Parts, rows: int) -> int:
    """How many tokens that many training rows have on average, at least the least that a step may have."""
    from studio.models import loading

    tokenizer = loading.load_tokenizer(Path(info.path))
    texts = [message.content for example in parts.training for message in example.messages]
    whole = sum(len(ids) for ids in tokenizer(texts)["input_ids"])
    return max(64, round(whole / len(parts.training) * rows))
