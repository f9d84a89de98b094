"""What can be hoped for from a method with these rows on this base model, in one sentence. Nothing is run for it.

Sources: Schulman et al. 2025, "LoRA Without Regret" (an addition learns as much as the whole model while the rows are
few for its size); Dettmers et al. 2023 (4 bits cost a trace); for small models what is measured in docs/recommended.md.
"""

from studio.methods.base import Method
from studio.methods.settling import SMALL
from studio.methods.situation import Base, Rows

FEW_TEXTS = 200
FEW_PAIRS = 200
FEW_OF_A_LABEL = 8
MANY_OF_A_LABEL = 50


def expected(method: Method, model: Base, rows: Rows) -> str:
    """For rows that the method can be used with."""
    count = f"{rows.training:,} examples"
    if method.teaches == "labels":
        return _labels(rows, rows.training // max(1, rows.labels))
    if method.teaches == "preferences":
        if rows.training < FEW_PAIRS:
            return f"{count} are few for preferences: the manner of the answers shifts a little, no more."
        return f"{count} shift which answers it likes; what it cannot do yet it will not learn from them."
    if rows.task == "text" and rows.training < FEW_TEXTS:
        return f"{rows.training:,} texts leave a trace of their tone; facts will not be dependable."
    if rows.task == "text":
        return f"{rows.training:,} texts teach their tone and vocabulary; facts will not be dependable."
    return _answers(method, model, count)


def _labels(rows: Rows, each: int) -> str:
    kinds = f"{rows.labels:,} labels with about {each:,} examples each"
    if each < FEW_OF_A_LABEL:
        return f"{kinds} are few: a rough sorting can be hoped for, and rare labels will be missed."
    if each < MANY_OF_A_LABEL:
        return f"{kinds} are enough for a useful sorting; more examples would still help clearly."
    return f"{kinds} are plenty: what labels can be told from the text alone will be told well."


def _answers(method: Method, model: Base, count: str) -> str:
    small, size = model.parameters <= SMALL, f"{model.parameters / 1e6:,.0f} million weights"
    if method.keeps == "model":
        if small:
            return f"The most that a model of {size} can learn from {count}."
        return f"About what LoRA learns from {count}; it forgets more of what the model knew."
    said = f"Less than full fine-tuning: in {size} there is little room beside." if small else ""
    said = said or f"As good as full fine-tuning with {count}."
    return f"{said} 4 bits cost a trace of that." if method.holds == "in 4 bits" else said
