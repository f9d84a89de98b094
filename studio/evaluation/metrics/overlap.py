"""Overlap with the wanted wording by the measures of the field: ROUGE-L, chrF and BLEU, by the libraries that define
them (rouge-score, sacrebleu), imported inside: for job processes.

ROUGE-L (Lin 2004) and chrF (Popović 2015) are means over rows; BLEU (Papineni et al. 2002) is one figure of all rows.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from studio.evaluation.intervals import RESAMPLES, SEED, tail
from studio.evaluation.metrics.base import Graded, Measure, Measured, Score
from studio.evaluation.metrics.words import wordy

BLEU_DRAWS = 500


class Overlap:
    """rouge_l, chrf and bleu, each from 0 to 1, where the wanted answers are texts of several words. ROUGE-L is left
    out where a wanted answer has no Latin letter or digit, as its words are made of these.

    Example: wanted `the cat sat`, answered `the cat sat down`: rouge_l 0.86.
    """

    id: ClassVar[str] = "overlap"
    title: ClassVar[str] = "Overlap of wording"
    what: ClassVar[str] = "How much of the wanted wording an answer has, in order: ROUGE-L, chrF and BLEU."

    def measure(self, rows: Sequence[Graded]) -> Sequence[Measured]:
        if not wordy([row.wanted for row in rows]):
            return []
        pairs = [(row.answer, row.wanted) for row in rows]
        found: list[Measured] = []
        rouge = rouge_l(pairs)
        if rouge is not None:
            found.append(Measure("rouge_l", tuple(rouge), higher_is_better=True, share=False))
        found.append(Measure("chrf", tuple(chrf(pairs)), higher_is_better=True, share=False))
        value, interval = bleu(pairs)
        found.append(Score("bleu", value, interval, higher_is_better=True))
        return found


def rouge_l(pairs: Sequence[tuple[str, str]]) -> list[float] | None:
    """The F measure of each (answer, wanted); None where a wanted answer has no word as rouge-score knows them."""
    from rouge_score.rouge_scorer import RougeScorer

    if not all(any(letter.isascii() and letter.isalnum() for letter in wanted) for _, wanted in pairs):
        return None
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return [float(scorer.score(wanted, answer)["rougeL"].fmeasure) for answer, wanted in pairs]


def chrf(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """chrF2 of each (answer, wanted), 0 to 1."""
    from sacrebleu.metrics.chrf import CHRF

    scorer = CHRF()
    return [float(scorer.sentence_score(answer, [wanted]).score) / 100 for answer, wanted in pairs]


def bleu(pairs: Sequence[tuple[str, str]]) -> tuple[float, tuple[float, float]]:
    """BLEU of all answers together, 0 to 1, and its bootstrap interval: rows are drawn, and their counts summed."""
    from sacrebleu.metrics.bleu import BLEU

    scorer = BLEU(effective_order=True)
    each = [scorer.sentence_score(answer, [wanted]) for answer, wanted in pairs]
    counts = np.array([[*one.counts, *one.totals, one.sys_len, one.ref_len] for one in each])
    generator = np.random.default_rng(SEED)
    draws = generator.multinomial(len(each), np.full(len(each), 1 / len(each)), size=min(BLEU_DRAWS, RESAMPLES))
    scores = [_from(BLEU, row) for row in draws @ counts]
    outer = tail(len(each))
    low, high = np.quantile(scores, [outer, 1 - outer])
    return _from(BLEU, counts.sum(axis=0)), (float(low), float(high))


def _from(bleu_class: Any, counts: Any) -> float:
    told = [int(number) for number in counts]
    found = bleu_class.compute_bleu(
        correct=told[:4], total=told[4:8], sys_len=told[8], ref_len=told[9], smooth_method="exp"
    )
    return float(found.score) / 100
