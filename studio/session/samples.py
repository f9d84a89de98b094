"""The data sets that ship with the studio. A new one is a file in assets/samples and one line here."""

from functools import cache

from studio.assets_path import asset
from studio.errors import NotFoundError
from studio.session.values import Sample

# id, title, line, file in assets/samples
_SAMPLES = (
    (
        "support_tickets",
        "Support tickets",
        "Tickets to a software firm, each answered with its category, urgency and product area.",
        "support_tickets.jsonl",
    ),
)


@cache
def all_samples() -> tuple[Sample, ...]:
    result = []
    for id_, title, line, file in _SAMPLES:
        path = asset("samples", file)
        with path.open("rb") as stream:
            rows = sum(1 for text in stream if text.strip())
        result.append(Sample(id_, title, line, path, rows))
    return tuple(result)


def get(sample_id: str) -> Sample:
    for sample in all_samples():
        if sample.id == sample_id:
            return sample
    known = ", ".join(sample.id for sample in all_samples())
    raise NotFoundError(f"There is no sample called {sample_id}.", f"Choose one of: {known}.")
