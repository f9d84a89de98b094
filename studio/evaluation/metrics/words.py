"""Words: how much of the wanted answer's wording an answer has, for texts that nobody hits character by character.

Normalised as for SQuAD (Rajpurkar et al. 2016): lower case, without punctuation, white space as one blank; but English
articles stay, as other languages have none to drop.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure

LONG = 3
"""Words: below so many the wanted answers are labels rather than wording."""


def normalised(text: str) -> str:
    """Lower case, without punctuation and symbols, white space as one blank."""
    letters = (" " if unicodedata.category(letter)[0] in "PS" else letter for letter in text.casefold())
    return " ".join("".join(letters).split())


def tokens(text: str) -> list[str]:
    """The words of the normalised text; of scripts without blanks each letter is one."""
    return re.findall(
        r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+", normalised(text)
    )


def f1(answer: str, wanted: str) -> float:
    """Harmonic mean of the shares of words that both have, of the answer's and of the wanted answer's."""
    given, asked = tokens(answer), tokens(wanted)
    both = sum((Counter(given) & Counter(asked)).values())
    if not given or not asked:
        return float(given == asked)
    return 2 * both / (len(given) + len(asked))


def wordy(wanted: Sequence[str]) -> bool:
    """Whether at least half of the wanted answers are texts of several words, neither labels nor JSON."""
    return 2 * sum(len(tokens(text)) >= LONG and not text.lstrip().startswith(("{", "[")) for text in wanted) >= len(
        wanted
    )


class Words:
    """token_f1 (shared words, harmonic mean of precision and recall) and exact_normalised (equal but for case,
    punctuation and white space).

    Example: wanted `The parcel is late.`, answered `the parcel was late`: token_f1 0.75, exact_normalised 0.
    """

    id: ClassVar[str] = "words"
    title: ClassVar[str] = "Words in common"
    what: ClassVar[str] = (
        "How many words answer and wanted answer share, and how often they are the same but for case and punctuation."
    )

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        same = tuple(float(normalised(row.answer) == normalised(row.wanted)) for row in rows)
        found = [Measure("exact_normalised", same, higher_is_better=True, share=True)]
        if wordy([row.wanted for row in rows]):
            values = tuple(f1(row.answer, row.wanted) for row in rows)
            found.append(Measure("token_f1", values, higher_is_better=True, share=False))
        return found
