"""The engine of a classifier: tells the labels of a text with their probabilities. Job and inference processes only.

Beside it, as its base, the guess that needs no model: always the most frequent label. An untuned head says nothing.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from studio import models
from studio.data.values import Message
from studio.errors import NotFoundError, UsageError
from studio.inference.generation import Generation
from studio.inference.load import BASE
from studio.jobs import processors
from studio.models import classifying, loading
from studio.models import labels as labelling
from studio.models.labels import Labels

BATCH_ROWS = 64
BATCH_TOKENS = 8192
SHOWN = 3
"""Labels named with their probability beside an answer."""


class Teller:
    """Answers as 'base' or as any tuned classifier by its id."""

    def __init__(self, tuned: Mapping[str, Path], threads: int = 0) -> None:
        """tuned: folders of tuned classifiers, at least one. ModelError for one that cannot be loaded."""
        import torch

        torch.set_num_threads(threads or processors.allowed())
        self._lock = threading.Lock()
        self._networks = {name: _Network(folder) for name, folder in tuned.items()}
        self._first = next(iter(self._networks.values()))

    @property
    def models(self) -> tuple[str, ...]:
        return (BASE, *self._networks)

    def labels(self, model: str) -> Labels:
        """What `model` can tell; the base tells the most frequent one of these."""
        return self._first.labels if model == BASE else self._known(model).labels

    def shares(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """One probability a label for each text, in their order."""
        found: list[list[float]] = [[] for _ in texts]
        for batch in self.batches(model, texts):
            for number, shares in batch.items():
                found[number] = shares
        return found

    def batches(self, model: str, texts: Sequence[str]) -> Iterator[dict[int, list[float]]]:
        """Batch by batch: position of the text -> one probability a label."""
        if model == BASE:
            yield {number: list(self._first.labels.shares) for number in range(len(texts))}
            return
        network = self._known(model)
        rows = [network.read(text) for text in texts]
        for batch in _batches([len(row) for row in rows]):
            with self._lock:
                shares = network.tell([rows[number] for number in batch])
            yield dict(zip(batch, shares, strict=True))

    def stream(
        self,
        model: str,
        messages: Sequence[Message],
        temperature: float,
        max_tokens: int,
        stop: threading.Event | None = None,
    ) -> Generation:
        """The labels of what the user said last, as one piece; they do not depend on temperature and max_tokens.

        Raises NotFoundError for an unknown model, UsageError for a conversation without a word of the user.
        """
        text = labelling.text_of(messages)
        if not text.strip():
            raise UsageError("There is no text to tell labels of.", "Write a message.", field="messages")
        labels, (shares,) = self.labels(model), self.shares(model, [text])
        first = sorted(range(len(shares)), key=lambda index: -shares[index])[:SHOWN]
        answer = Generation(0, 0, stop or threading.Event())
        answer.labels = tuple((labels.names[index], shares[index]) for index in first)
        answer.send(labelling.written(labels.told(shares)))
        answer.end("stop", 0)
        return answer

    def _known(self, model: str) -> "_Network":
        if model not in self._networks:
            raise NotFoundError(
                f"There is no model called {model} here.", f"Use one of: {', '.join(self.models)}.", field="model"
            )
        return self._networks[model]


class _Network:
    """One tuned classifier with its tokenizer and its labels."""

    def __init__(self, folder: Path) -> None:
        labels = labelling.read(folder)
        assert labels is not None, f"{folder} is no classifier"
        self.labels = labels
        self._info = models.inspect(folder)
        self._tokenizer = loading.load_tokenizer(folder)
        self._network = classifying.load_tuned(folder)

    def read(self, text: str) -> list[int]:
        return classifying.tokens(self._info, self._tokenizer, text, self._info.context)[0]

    def tell(self, rows: Sequence[list[int]]) -> list[list[float]]:
        import torch

        with torch.inference_mode():
            return classifying.probabilities(classifying.logits(self._network, rows), self.labels.several)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions by falling length, within the bounds of rows and tokens a batch."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and (len(batch) == BATCH_ROWS or lengths[batch[0]] * (len(batch) + 1) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def tells(folders: Mapping[str, Path]) -> bool:
    """Whether these checkpoints are classifiers."""
    return any((folder / labelling.FILE).is_file() for folder in folders.values())
