"""What all candidates are asked: the same rows, and what everybody may know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.data.values import Example
from studio.evaluation.said import Kept
from studio.evaluation.ticker import Ticker


@dataclass(frozen=True)
class Contest:
    """What everybody is asked. examples: the rows, of which a row to apply a model to has an empty wanted answer;
    numbers: of each row, what its kept answers are found by. data: fingerprint of the file of the rows. training: the
    rows that the run learned from. answers: wanted answers of about the length to expect. secrets: of the job.
    judging: whether losses are measured too. learned: fingerprint of the split that the training rows are of."""

    examples: Sequence[Example]
    numbers: Sequence[int]
    data: str
    training: Sequence[Example]
    answers: Sequence[str]
    threads: int
    secrets: Mapping[str, str]
    kept: Kept
    ticker: Ticker
    judging: bool = True
    learned: str = ""

    @property
    def pairs(self) -> bool:
        """Whether every row has a worse answer beside the wanted one."""
        return all(example.rejected for example in self.examples)
