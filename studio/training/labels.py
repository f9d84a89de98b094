"""Teaching labels: rows of texts with their labels, and the loss over the labels.

The practice for few rows follows Zhang et al. 2020 (arXiv 2006.05987): more steps than three epochs have, AdamW with
bias correction, a fresh head; and words are left out at random (Iyyer et al. 2015, "Deep Unordered Composition Rivals
Syntactic Methods for Text Classification"), so that no single word decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from studio.data.values import Example
from studio.errors import DataError
from studio.methods.base import Method
from studio.models import ModelInfo, classifying, loading
from studio.models import labels as labelled_rows
from studio.models.labels import Labels
from studio.models.pieces import Encoded
from studio.training.lesson import Found
from studio.training.preparing import Prepared, examples, laid_out
from studio.training.rows import Rows
from studio.training.team import SOLO, Team
from studio.training.tokens import Tokens, unkept


@dataclass(frozen=True)
class LabelledRow:
    """A text as token ids, and the positions of its labels."""

    ids: list[int]
    labels: tuple[int, ...]


def told(
    info: ModelInfo,
    method: Method,
    options: Any,
    training: Sequence[Example],
    validation: Sequence[Example],
    kept: Tokens = unkept,
    us: Team = SOLO,
) -> Prepared:
    """For methods that teach labels; DataError when there are fewer than two of them. kept: where tokens may lie. us:
    the processes that train together."""
    limit = options.max_length or info.context
    tokenizer = loading.load_tokenizer(Path(info.path))
    labels = labelled_rows.of(training, validation)
    if len(labels.names) < 2:
        raise DataError("The examples have fewer than two labels to tell apart.", "Add examples of another label.")
    how = {"limit": limit, "labels": True}
    texts = kept(info, "training", how, lambda: _texts(info, tokenizer, training, limit))
    held_texts = kept(info, "validation", how, lambda: _texts(info, tokenizer, validation, limit))
    rows, held = _labelled(texts, labels, training), _labelled(held_texts, labels, validation)
    cut, held_cut = texts.cut, held_texts.cut
    for part, name in ((rows, "training"), (held, "validation")):
        if not part:
            raise DataError(f"None of the {name} examples has a label.", "Add labels, or choose another method.")

    def make(device: str) -> Any:
        return method.build(classifying.load_fresh(info, labels, tokenizer, device), options)

    model, spared, fitting = laid_out(info, method, options, max(len(row.ids) for row in rows), us, make)

    def save(folder: Path, state: dict[str, Any] | None = None) -> None:
        method.save(model, folder, info.name, state)
        labels.write(folder)
        loading.copy_tokenizer(Path(info.path), folder)

    return Prepared(
        lesson=Telling(model, labels, options),
        rows=rows,
        held=held,
        tokens=sum(len(row.ids) for row in rows),
        trained_tokens=len(rows),
        cut=cut,
        notes=(*_notes(info, labels, cut + held_cut, limit), *fitting),
        save=save,
        spared=spared,
    )


def _labelled(texts: Rows, labels: Labels, part: Sequence[Example]) -> list[LabelledRow]:
    named = [example.labels for example in part if example.labels]
    return [LabelledRow(row.ids, labels.numbers(names)) for row, names in zip(texts.rows, named, strict=True)]


def _texts(info: ModelInfo, tokenizer: Any, part: Sequence[Example], limit: int) -> Rows:
    """Those that have labels; none of their tokens is written. cut: how many were shortened."""
    rows, cut = [], 0
    for example in part:
        if example.labels:
            text = labelled_rows.text_of(example.messages)
            ids, shortened = classifying.tokens(info, tokenizer, text, limit)
            rows.append(Encoded(ids, [False] * len(ids)))
            cut += shortened
    return Rows(rows, cut)


def _notes(info: ModelInfo, labels: Labels, cut: int, limit: int) -> list[str]:
    told = []
    if cut:
        side = "end" if info.kind == "encoder" else "start"
        told.append(f"{examples(cut)} longer than {limit:,} tokens lost the {side} of the text.")
    unseen = [name for name, count in zip(labels.names, labels.counts, strict=True) if not count]
    if unseen:
        shown = ", ".join(unseen[:5]) + (" and others" if len(unseen) > 5 else "")
        told.append(f"Held-out examples have labels that no training example has, so they cannot be learned: {shown}.")
    return told


class Telling:
    """Cross entropy over the labels; where a text may have several, binary cross entropy of each."""

    def __init__(self, model: Any, labels: Labels, options: Any) -> None:
        """options: of the method classifier."""
        self.model = model
        self.labels, self._options = labels, options
        self._weights = _weights(labels).to(model.device) if options.class_weights == "balanced" else None

    def loss(self, rows: Sequence[LabelledRow]) -> Tensor:
        found = classifying.logits(self.model, [row.ids for row in rows], self._options.word_dropout)
        return self._losses(found, rows).mean()

    def weight(self, rows: Sequence[LabelledRow]) -> int:
        return len(rows)

    def check(self, batches: Iterable[Sequence[LabelledRow]]) -> Found:
        names = self.labels.names
        total, wanted, said = 0.0, [], []
        for batch in batches:
            found = classifying.logits(self.model, [row.ids for row in batch])
            total += self._losses(found, batch).double().sum().item()
            wanted += [{names[index] for index in row.labels} for row in batch]
            said += [set(self.labels.told(shares)) for shares in classifying.probabilities(found, self.labels.several)]
        right = sum(one == other for one, other in zip(wanted, said, strict=True))
        return Found(total / len(wanted), right, len(wanted), labelled_rows.macro_f1(wanted, said))

    def _losses(self, found: Tensor, rows: Sequence[LabelledRow]) -> Tensor:
        """One a row, in nats."""
        wanted = self._targets(rows).to(found.device)
        if self.labels.several:
            each = functional.binary_cross_entropy_with_logits(
                found, wanted, pos_weight=self._weights, reduction="none"
            )
            return each.mean(dim=1)
        return functional.cross_entropy(found, wanted, weight=self._weights, reduction="none")

    def _targets(self, rows: Sequence[LabelledRow]) -> Tensor:
        """Label numbers of shape (rows,); with several, 0 or 1 of shape (rows, labels)."""
        if not self.labels.several:
            return torch.tensor([row.labels[0] for row in rows])
        wanted = torch.zeros(len(rows), len(self.labels.names))
        for number, row in enumerate(rows):
            wanted[number, list(row.labels)] = 1.0
        return wanted


def _weights(labels: Labels) -> Tensor:
    """How much each label counts: the rarer, the more. Of several labels: how much its presence counts."""
    counts = torch.tensor([max(1, count) for count in labels.counts], dtype=torch.float)
    if labels.several:
        return ((labels.rows - counts) / counts).clamp(1.0, 20.0)
    return labels.rows / (len(labels.names) * counts)
