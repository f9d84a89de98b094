"""What is known of a job at a provider before it runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """What is known of a job before it runs. tokens: of one epoch, by our count."""

    rows: int
    validation_rows: int
    tokens: int
    epochs: int
