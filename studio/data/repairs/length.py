"""Removes rows that are longer than what a model reads at once. It takes a model's tokenizer to tell
(checks/length.py), so the pass over the file hands it in."""

from studio.data.repairs.repair import Repair
from studio.data.values import Example


def _as_it_is(example: Example) -> Example:
    return example


TOO_LONG = Repair(
    "rows.too_long_removed",
    "Remove rows that are longer than the model reads",
    "Rows with more tokens than the chosen model reads at once are removed, so that no answer is cut.",
    ("answer.cut", "prompt.cut"),
    False,
    "example",
    b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "' + b"word " * 40 + b'"}\n',
    _as_it_is,
)

REPAIRS = (TOO_LONG,)
