"""The simple rivals, which need no language model: the most frequent answer, the answer of the nearest training example
(what plain search would do), and word counts with logistic regression. scikit-learn is imported inside.

The last one tells labels, short answers that come again, or the fields of JSON answers one by one; it is left out where
the training answers are none of these.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from studio.data.values import Example
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import FREQUENT, LOGISTIC, NEAREST, Entrant
from studio.evaluation.metrics.json_fields import as_object, suits
from studio.evaluation.said import Said

STRENGTH = 10.0
"""scikit-learn's C: how little the weights are held back."""
MOST_VALUES = 200
Fitted = Callable[[Sequence[str]], list[str]]


def said(group: Sequence[Entrant], contest: Contest) -> Iterator[tuple[Entrant, list[Said]]]:
    """What each of these says to every row."""
    texts = [text_of(example) for example in contest.examples]
    for one in group:
        contest.ticker.tell(one.title)
        answers = MAKERS[one.id](contest.training)(texts)
        contest.ticker.count(len(texts), one.title)
        yield one, [Said(answer) for answer in answers]


def suitable(training: Sequence[Example]) -> tuple[str, ...]:
    """Which of the rivals can say something after these rows; none without rows."""
    if not training:
        return ()
    can_sort = repeats([example.answer for example in training]) or bool(_columns(training))
    return (FREQUENT, NEAREST, LOGISTIC) if can_sort else (FREQUENT, NEAREST)


def text_of(example: Example) -> str:
    """What the user said, all turns of it."""
    return "\n".join(turn.content for turn in example.prompt if turn.role == "user")


def repeats(answers: Sequence[str]) -> bool:
    """Whether the answers are few values that come again, like labels."""
    values = {answer.strip() for answer in answers}
    return 1 < len(values) <= min(MOST_VALUES, len(answers) / 2)


def _frequent(training: Sequence[Example]) -> Fitted:
    most = Counter(example.answer for example in training).most_common(1)[0][0]
    return lambda texts: [most] * len(texts)


def _nearest(training: Sequence[Example]) -> Fitted:
    from sklearn.feature_extraction.text import TfidfVectorizer

    known = [text_of(example) for example in training]
    words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\w+")
    try:
        matrix = words.fit_transform(known)
    except ValueError:
        # Prompts without a single word: none is nearer than another.
        return _frequent(training)

    def tell(texts: Sequence[str]) -> list[str]:
        nearest = (words.transform(texts) @ matrix.T).toarray().argmax(axis=1)
        return [training[place].answer for place in nearest]

    return tell


def _logistic(training: Sequence[Example]) -> Fitted:
    texts = [text_of(example) for example in training]
    columns = _columns(training)
    if not columns:
        return _sorter(texts, [example.answer for example in training])
    sorters = {name: _sorter(texts, values) for name, values in columns.items()}

    def tell(asked: Sequence[str]) -> list[str]:
        told = {name: sorter(asked) for name, sorter in sorters.items()}
        rows = [{name: json.loads(told[name][place]) for name in columns} for place in range(len(asked))]
        return [json.dumps(row, ensure_ascii=False) for row in rows]

    return tell


def _columns(training: Sequence[Example]) -> dict[str, list[str]]:
    """The fields of JSON answers, each a value a row (as JSON), where all of them come again; else empty."""
    if not training or not suits([example.answer for example in training]):
        return {}
    rows: list[dict[str, Any]] = [as_object(example.answer) or {} for example in training]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [json.dumps(row.get(name), ensure_ascii=False, sort_keys=True) for row in rows] for name in names}
    few = all(len(set(values)) <= min(MOST_VALUES, len(values) / 2) for values in columns.values())
    return columns if few else {}


def _sorter(texts: Sequence[str], values: Sequence[str]) -> Fitted:
    """Words, pairs of words and pieces of words, weighted by how rare they are, and logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    if len(set(values)) == 1:
        return lambda asked: [values[0]] * len(asked)
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"(?u)\w+")
    pieces = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))
    model = make_pipeline(make_union(words, pieces), LogisticRegression(C=STRENGTH, max_iter=1000))
    try:
        model.fit(texts, values)
    except ValueError:
        most = Counter(values).most_common(1)[0][0]
        return lambda asked: [most] * len(asked)
    return lambda asked: [str(value) for value in model.predict(asked)]


MAKERS: dict[str, Callable[[Sequence[Example]], Fitted]] = {
    FREQUENT: _frequent,
    NEAREST: _nearest,
    LOGISTIC: _logistic,
}
