"""Who is compared: the base and the tuned model, and whoever else was asked for. An entrant is plain data; local.py,
labelled.py, hosted.py and rivals.py know how each kind answers.

A simple rival costs nothing and needs no model; where one is as good, tuning was not needed.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from studio.jobs.spec import Evaluate, Source

Kind = Literal["base", "tuned", "prompted", "remote", "rival"]
BASE, TUNED, PROMPTED = "base", "tuned", "prompted"
FREQUENT, NEAREST, LOGISTIC = "frequent", "nearest", "logistic"
RIVALS = {
    FREQUENT: "Most frequent answer",
    NEAREST: "Nearest training example",
    LOGISTIC: "Word statistics",
}


@dataclass(frozen=True)
class Entrant:
    """One candidate. id: unique in its evaluation, and its name in the document; title: for people.

    model, checkpoint: folders, of one on this machine (checkpoint None: the base alone). hosted: of one elsewhere:
    {provider, address, private, more, model, secret: which secret of the job is its key, price: US dollars per million
    tokens [read, written] or None}. instructions, shots: of a base model with a prompt, the number of its examples.
    """

    id: str
    kind: Kind
    title: str
    model: Source | None = None
    checkpoint: Source | None = None
    hosted: dict[str, Any] = field(default_factory=dict)
    instructions: str = ""
    shots: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def mark(self, **more: Any) -> str:
        """What its answers depend on, as a short digest; the same mark may take over kept answers."""
        told = {name: value for name, value in asdict(self).items() if name not in ("id", "title")}
        for one in ("model", "checkpoint"):
            told[one] = told[one] and told[one]["fingerprint"]
        told["hosted"] = {name: self.hosted[name] for name in ("address", "model") if name in self.hosted}
        text = json.dumps(told | more, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def from_json(raw: dict[str, Any]) -> Entrant:
    """An entrant as `as_json` wrote it."""
    sources = {name: Source(**raw[name]) if raw.get(name) else None for name in ("model", "checkpoint")}
    return Entrant(**{**raw, **sources})


def rivals() -> tuple[Entrant, ...]:
    """The simple rivals, always there and free."""
    return tuple(Entrant(name, "rival", title) for name, title in RIVALS.items())


def of(work: Evaluate) -> tuple[Entrant, ...]:
    """Everybody whom this work compares: base and tuned first."""
    return (*_pair(work), *(from_json(raw) for raw in work.candidates))


def _pair(work: Evaluate) -> tuple[Entrant, Entrant]:
    if not work.hosted:
        return (
            Entrant(BASE, "base", "Base model", work.model),
            Entrant(TUNED, "tuned", "Tuned model", work.model, work.checkpoint),
        )
    told = {name: work.hosted[name] for name in ("provider", "address", "private", "more")}
    models = work.hosted["models"]
    here = not models["base"]
    base = Entrant(BASE, "base", "Base model", work.model) if here else None
    return (
        base or Entrant(BASE, "remote", "Base model", hosted=_remote(told, models["base"], work)),
        Entrant(TUNED, "remote", "Tuned model", hosted=_remote(told, models["tuned"], work)),
    )


def _remote(told: dict[str, Any], model: str, work: Evaluate) -> dict[str, Any]:
    # What a provider charges goes by its base model's name, whatever the tuned one is called.
    return {**told, "model": model, "secret": "key", "price": None, "priced_as": work.model_name}
