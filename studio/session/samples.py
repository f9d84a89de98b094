"""The data sets that ship with the studio. A new one is a file in assets/samples and one line here."""

from functools import cache

from studio.assets_path import asset
from studio.errors import NotFoundError
from studio.session.values import Sample

# id, title, line, file in assets/samples, rows
_SAMPLES = (
    (
        "support_tickets",
        "Support tickets",
        "Tickets to a software firm, each answered with its category, urgency and product area. Good for a first try.",
        "support_tickets.jsonl",
        240,
    ),
    (
        "review_sentiment",
        "Reviews with their sentiment",
        "Product reviews sorted into positive, neutral and negative. A table with labels.",
        "review_sentiment.csv",
        300,
    ),
    (
        "clinic_notes",
        "Clinic notes",
        "Hurried notes of a doctor, summed up in five fields. Answers in a fixed form.",
        "clinic_notes.jsonl",
        120,
    ),
    (
        "contract_clauses",
        "Contract clauses",
        "Clauses of contracts in plain language. Rewriting with care.",
        "contract_clauses.jsonl",
        120,
    ),
    (
        "brand_replies",
        "Replies in one voice",
        "Letters of customers to a tea shop, answered in its own tone. Style.",
        "brand_replies.jsonl",
        120,
    ),
    (
        "polite_replies",
        "Polite and curt replies",
        "Each question with a better and a worse answer. For learning from preferences.",
        "polite_replies.jsonl",
        100,
    ),
    (
        "questions_answers",
        "Help desk questions",
        "Questions and answers in a spreadsheet, as offices have them.",
        "questions_answers.xlsx",
        80,
    ),
    (
        "messy",
        "A messy file",
        "Almost everything that can go wrong in one file. For seeing the findings and the repairs at work.",
        "messy.jsonl",
        80,
    ),
)


@cache
def all_samples() -> tuple[Sample, ...]:
    return tuple(Sample(id_, title, line, asset("samples", file), rows) for id_, title, line, file, rows in _SAMPLES)


def get(sample_id: str) -> Sample:
    for sample in all_samples():
        if sample.id == sample_id:
            return sample
    known = ", ".join(sample.id for sample in all_samples())
    raise NotFoundError(f"There is no sample called {sample_id}.", f"Choose one of: {known}.")
