"""The single values that are proposed for given rows, model and method, each with its reason in one sentence.

What is said of small models was measured (docs/recommended.md); the rest is from the literature named beside it.
"""

import math
from dataclasses import dataclass
from typing import Any

from studio.methods.base import Method, Strength
from studio.methods.situation import Base, Rows

TINY = 30_000_000
"""Weights. The learning rates of the methods' strengths are measured on models up to about here."""
WORDS_FIRST = "starter-encoder"
"""The one encoder that is begun as the mean of its words; layers of others have more to learn."""
FEW, SEVERAL = 200, 500
"""Rows that the strengths of the methods are set for; a small model that writes wants as many passes up to several,
before it copies what it is told into its answers (docs/recommended.md)."""
LEAST_EPOCHS, MOST_TIMES = 2, 2
ROWS_A_STEP, MOST_TOKENS_A_STEP = 8, 8192
ROWS_A_CHECK, MOST_CHECKS = 2500, 20
RANKS = ((100, 0.5), (2000, 1.0), (20_000, 2.0), (math.inf, 4.0))
"""Up to so many rows, times the strength's rank."""


@dataclass(frozen=True)
class Choice:
    """One proposal. name: model, method, strength, split or an option; because: one sentence."""

    name: str
    value: Any
    because: str


def settled(method: Method, model: Base, rows: Rows, strength: Strength) -> list[Choice]:
    """The values of the method's options that are weighed here, the most telling first."""
    return [
        *_rate(method, model, strength),
        _epochs(method, model, rows, strength),
        _step(method, model, rows),
        *_rank(method, rows, strength),
        _length(model, rows),
        _checks(method, rows),
        _patience(method),
        *_rare(method, rows),
    ]


def split(rows: Rows) -> Choice:
    """How the rows are divided, which happens before and is changed on the Data tab."""
    if not rows.has_test:
        because = "With so few examples some steer the training, and none are left to judge the result by."
        return Choice("split", "some to steer by", because)
    because = "What steers and what judges is never learned, so that learning by heart is seen."
    return Choice("split", "a tenth each to steer and to judge by, 8 to 500", because)


def _rate(method: Method, model: Base, strength: Strength) -> list[Choice]:
    """Larger models want smaller steps. For these there are no measurements of ours: full fine-tuning and classifiers
    take 2e-5 to 5e-5 (Devlin et al. 2018), LoRA about ten times that (Schulman et al. 2025, "LoRA Without Regret")."""
    if model.parameters <= TINY:
        if method.teaches == "labels" and model.name == WORDS_FIRST:
            return _words_first()
        usual = method.strengths[strength].get("learning_rate", method.options.model_fields["learning_rate"].default)
        return [Choice("learning_rate", usual, "Models this small learned best in steps this large, as measured here.")]
    if method.teaches == "preferences":
        return [Choice("learning_rate", 5e-5, "Preferences are learned in small steps, so that what was known stays.")]
    rate = 2e-4 if method.keeps == "adapter" else 5e-5 if model.parameters <= SMALL else 2e-5
    return [Choice("learning_rate", rate, "The larger the model, the smaller the steps it learns best in.")]


SMALL = 200_000_000
"""Weights. Up to here training all of them needs little memory, and measured better than an addition."""


def _words_first() -> list[Choice]:
    """Measured on the starter encoder (tools/starter/LOG.md): layers that learn as quickly as the words and the head
    learn few rows by heart and tell new ones worse."""
    return [
        Choice("learning_rate", 2e-3, "The words and the labels of a small encoder learn best in large steps."),
        Choice("layers_rate", 0.01, "What lies between them keeps what it knows and learns no example by heart."),
    ]


def _epochs(method: Method, model: Base, rows: Rows, strength: Strength) -> Choice:
    """So many that few rows give enough steps and many do not take hours."""
    usual = method.strengths[strength]["epochs"]
    until = SEVERAL if model.parameters <= TINY and method.teaches == "text" else FEW
    measured = min(max(FEW, rows.training), until)
    wanted = round(usual * math.sqrt(measured / max(1, rows.training)))
    epochs = max(LEAST_EPOCHS, min(wanted, MOST_TIMES * usual))
    count = f"{rows.training:,} examples"
    if abs(epochs - usual) * 4 <= usual:
        return Choice("epochs", usual, f"For about as many as {count} this number of passes measured well.")
    if epochs > usual:
        return Choice("epochs", epochs, f"{count} are few, so that they are read more often to give enough steps.")
    return Choice("epochs", epochs, f"{count} are many, so that fewer passes teach as much in less time.")


def _step(method: Method, model: Base, rows: Rows) -> Choice:
    """Small steps: more of them teach more with few rows (Schulman et al. 2025). A larger model reads several rows a
    step all the same, for one alone pulls it hither and thither."""
    usual = int(method.options.model_fields["tokens_per_step"].default)
    wanted = 64 * math.ceil(ROWS_A_STEP * rows.typical / 64)
    if model.parameters <= TINY or wanted <= usual:
        return Choice("tokens_per_step", usual, "Small steps mean many of them, and few examples need many.")
    tokens = min(wanted, MOST_TOKENS_A_STEP)
    because = f"About {max(1, tokens // rows.typical)} of your examples a step, so that no single one decides."
    return Choice("tokens_per_step", tokens, because)


def _rank(method: Method, rows: Rows, strength: Strength) -> list[Choice]:
    """The addition must be able to hold what the rows say, and with alpha left alone the best rate hardly depends on
    its size (Schulman et al. 2025); the factors are not measured here."""
    field = method.options.model_fields.get("rank")
    if field is None:
        return []
    usual = method.strengths[strength].get("rank", field.default)
    times = next(factor for most, factor in RANKS if rows.training <= most)
    because = f"{rows.training:,} examples have that much to say; a larger addition has room to learn them by heart."
    return [Choice("rank", round(usual * times), because)]


def _length(model: Base, rows: Rows) -> Choice:
    most = f"the {model.context:,} tokens that the model reads at once"
    if rows.longest <= model.context:
        return Choice("max_length", 0, f"Your longest example fits into {most}, so that nothing is cut.")
    return Choice("max_length", 0, f"As much as possible is kept: all of {most}; longer examples lose their beginning.")


def _checks(method: Method, rows: Rows) -> Choice:
    usual = int(method.options.model_fields["evaluations_per_epoch"].default)
    checks = max(usual, min(MOST_CHECKS, rows.training // ROWS_A_CHECK))
    if checks > usual:
        because = f"A pass over {rows.training:,} examples is long, so that it is looked at more often on the way."
        return Choice("evaluations_per_epoch", checks, because)
    return Choice("evaluations_per_epoch", usual, "Often enough to see it learn, seldom enough to cost little.")


def _patience(method: Method) -> Choice:
    checks = int(method.options.model_fields["patience"].default)
    return Choice(
        "patience", checks, f"It ends early once {checks} checks in a row bring nothing; the best state is kept."
    )


def _rare(method: Method, rows: Rows) -> list[Choice]:
    """A label with less than a quarter of its fair share would be drowned by the others."""
    if method.teaches != "labels" or not rows.labels or rows.rarest * rows.labels * 4 >= rows.training:
        return []
    because = f"The rarest label has {rows.rarest:,} of {rows.training:,} examples; its mistakes count more."
    return [Choice("class_weights", "balanced", because)]
