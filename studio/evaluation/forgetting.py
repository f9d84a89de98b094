"""What was forgotten: base and tuned model on general texts and questions that have nothing to do with the tuning. They
ship with the studio (assets/general, written for it, CC0).

The loss on the texts is compared pair by pair; the answers to the questions are shown, and counted where they hold a
word that a right answer has.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from studio.assets_path import asset
from studio.data.values import Example, Message
from studio.evaluation import compare

if TYPE_CHECKING:
    from studio.inference.generate import Engine

FOLDER = "general"
ROOM = 40


@dataclass(frozen=True)
class Forgotten:
    """base, tuned: mean loss on the texts (nats per token). evidence: 'worse' where the tuned model is clearly more
    surprised by general text, 'better', or 'none'. right: of the questions, how many answers hold a right word, by
    model. answers: {asked, base, tuned}. sentence: for people."""

    texts: int
    base: float
    tuned: float
    evidence: str
    questions: int
    right: dict[str, int]
    answers: list[dict[str, str]]
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def texts() -> list[str]:
    """Paragraphs of everyday prose."""
    whole = asset(FOLDER, "text.txt").read_text(encoding="utf-8")
    return [" ".join(part.split()) for part in whole.split("\n\n") if part.strip()]


def questions() -> list[dict[str, Any]]:
    """Each {asked, words}: a question, and words of which a right answer has at least one."""
    lines = asset(FOLDER, "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def checked(engine: "Engine", tuned: str = "tuned") -> Forgotten:
    """Both models on texts and questions."""
    from studio.evaluation.losses import Losses

    paragraphs, asked = texts(), questions()
    # A paragraph's second half, after its first half: prose going on, in the form the model is asked in.
    rows = [Example(1, tuple(_halves(paragraph))) for paragraph in paragraphs]
    losses: dict[str, list[float]] = {}
    answers: dict[str, list[str]] = {}
    scorer = Losses(engine, rows)
    for name, model in (("base", "base"), ("tuned", tuned)):
        found: dict[int, float] = {}
        for batch in scorer.batches(model):
            found |= batch
        losses[name] = [found[place] for place in range(len(rows))]
        answers[name] = engine.answers(model, [(Message("user", one["asked"]),) for one in asked], ROOM)
    return told(losses, asked, answers)


def told(losses: dict[str, list[float]], asked: Sequence[dict[str, Any]], answers: dict[str, list[str]]) -> Forgotten:
    """What these losses and answers say."""
    found = compare.difference(losses["base"], losses["tuned"], higher_is_better=False)
    right = {
        name: sum(
            any(word.lower() in text.lower() for word in one["words"]) for one, text in zip(asked, said, strict=True)
        )
        for name, said in answers.items()
    }
    how = {
        "worse": f"General text surprises the tuned model more than the base model (loss {found.tuned:.2f}, before "
        f"{found.base:.2f}): it has forgotten some of its general language.",
        "better": f"General text surprises the tuned model less than the base model (loss {found.tuned:.2f}, before "
        f"{found.base:.2f}): nothing shows that it forgot.",
        "none": f"On general text both models do about the same (loss {found.tuned:.2f}, before {found.base:.2f}): "
        "nothing shows that it forgot.",
    }
    said = (
        f" Of {len(asked)} general questions the tuned model answers {right['tuned']} with a right word, the base "
        f"model {right['base']}."
    )
    pairs = [
        {"asked": one["asked"], "base": base, "tuned": tuned}
        for one, base, tuned in zip(asked, answers["base"], answers["tuned"], strict=True)
    ]
    return Forgotten(
        found.rows, found.base, found.tuned, found.evidence, len(asked), right, pairs, how[found.evidence] + said
    )


def _halves(paragraph: str) -> tuple[Message, Message]:
    words = paragraph.split()
    middle = len(words) // 2
    return Message("user", " ".join(words[:middle])), Message("assistant", " ".join(words[middle:]))
