"""What a hosted job will cost, before it starts: tokens x epochs x price; and how long such jobs took before."""

from collections.abc import Iterable
from dataclasses import dataclass

from studio.hosted.tokens import Count

LEAST_READINGS, MOST_READINGS = 100, 25_000
USUAL_EPOCHS, MOST_EPOCHS = 3, 25


@dataclass(frozen=True)
class Quote:
    """tokens: of one epoch. epochs: as chosen, or by the provider's rule (ruled). dollars: None without a price.
    seconds: from earlier jobs with this provider and model, None when there were none."""

    count: Count
    epochs: int
    ruled: bool
    per_million: float | None
    as_of: str
    seconds: float | None = None

    @property
    def tokens(self) -> int:
        return self.count.tokens * self.epochs

    @property
    def dollars(self) -> float | None:
        return None if self.per_million is None else cost(self.tokens, self.per_million)


def epochs_by_rule(rows: int) -> int:
    """What 'auto' becomes: 3, scaled so that rows x epochs lies between 100 and 25,000, at most 25 (OpenAI's cookbook,
    "Data preparation and analysis for chat model fine-tuning")."""
    if rows * USUAL_EPOCHS < LEAST_READINGS:
        return min(MOST_EPOCHS, LEAST_READINGS // max(1, rows))
    if rows * USUAL_EPOCHS > MOST_READINGS:
        return max(1, MOST_READINGS // rows)
    return USUAL_EPOCHS


def cost(tokens: int, per_million: float) -> float:
    """Dollars for so many tokens."""
    return tokens / 1e6 * per_million


def expected_seconds(tokens: int, earlier: Iterable[tuple[int, float]]) -> float | None:
    """How long a job of so many tokens may take, from earlier ones (tokens, seconds): the time is taken to grow with
    the tokens, and never to fall below the shortest seen. None without any."""
    known = [(done, seconds) for done, seconds in earlier if done > 0 and seconds > 0]
    if not known:
        return None
    rate = sum(seconds for _, seconds in known) / sum(done for done, _ in known)
    return max(tokens * rate, min(seconds for _, seconds in known))


def dollars(amount: float) -> str:
    """An amount as a person reads it: whole cents, and never '0.00' for what is not free."""
    return "less than 0.01 US dollars" if 0 < amount < 0.005 else f"{amount:,.2f} US dollars"
