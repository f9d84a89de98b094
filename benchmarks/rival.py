"""The classical rival of a small tuned model: TF-IDF of words and character pieces, and logistic regression.

Its one setting is chosen on the validation rows, as the tuned models' settings are. Needs scikit-learn (group `bench`).
"""

from collections.abc import Sequence

STRENGTHS = (1.0, 10.0, 100.0)


def accuracy(
    training: Sequence[tuple[str, str]], validation: Sequence[tuple[str, str]], test: Sequence[tuple[str, str]]
) -> float:
    """The share of the test rows whose label is told right. Rows: (text, label)."""
    each = told(training, validation, test)
    return sum(each) / len(each)


def told(
    training: Sequence[tuple[str, str]], validation: Sequence[tuple[str, str]], test: Sequence[tuple[str, str]]
) -> list[bool]:
    """The same, for each test row."""
    return max((_fitted(training, validation, c) for c in STRENGTHS), key=lambda fitted: fitted[0])[1](test)


def _fitted(training, validation, strength):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    pieces = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))
    model = make_pipeline(make_union(words, pieces), LogisticRegression(C=strength, max_iter=1000))
    model.fit(*zip(*training, strict=True))

    def right(rows: Sequence[tuple[str, str]]) -> list[bool]:
        texts, labels = zip(*rows, strict=True)
        return [bool(one == other) for one, other in zip(model.predict(texts), labels, strict=True)]

    return sum(right(validation)), right
