"""What a hosted job would be and cost, before anything is ordered: the rows judged, counted and priced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.data.values import Example, Finding
from studio.errors import UsageError
from studio.hosted import addresses, price, rows, tokens
from studio.hosted.base import Method, Model, Provider
from studio.hosted.options import HostedOptions, validated
from studio.hosted.price import Quote

HIGHEST_PRICE = 10_000.0


@dataclass(frozen=True)
class Offer:
    """What a job would be. findings: what the provider would refuse or misread. ready: nothing stands in the way of
    ordering it; a key and the user's consent are still needed."""

    provider: Provider
    model: Model
    address: str
    method: Method
    options: HostedOptions
    quote: Quote
    findings: tuple[Finding, ...]
    rows: int
    validation_rows: int

    @property
    def ready(self) -> bool:
        return self.quote.dollars is not None and all(finding.severity != "error" for finding in self.findings)


def offered(
    provider: Provider,
    address: str,
    model: str,
    training: Sequence[Example],
    validation: Sequence[Example],
    options: Mapping[str, Any],
    per_million: float | None,
    earlier: Iterable[tuple[int, float]],
    fetch: bool,
) -> Offer:
    """The offer for these rows. per_million: a price the user was told, in place of the register's; earlier: tokens and
    seconds of earlier jobs with this model; fetch: its public vocabulary may be got to count exactly.

    OptionError or UsageError for what cannot be used. Nothing of the rows leaves the machine.
    """
    if not model:
        raise UsageError("No model is chosen.", "Write its name as the provider does.", field="model")
    chosen, method = provider.model(model), rows.method_for(training)
    found = validated(provider, method, options)
    # A service on this machine is tried without any look outside.
    encoding = chosen.encoding or tokens.encoding_of(chosen.id)
    counted = tokens.count(training, method, encoding, fetch and not addresses.is_loopback(address))
    epochs = found.epochs or price.epochs_by_rule(len(training))
    known = per_million if per_million is not None else chosen.price.training if chosen.price else None
    if known is not None and not 0 <= known <= HIGHEST_PRICE:
        raise UsageError("The price per million tokens is out of bounds.", "Give it in US dollars.", field="price")
    as_of = chosen.price.as_of if chosen.price and per_million is None else ""
    seconds = price.expected_seconds(counted.tokens * epochs, earlier)
    return Offer(
        provider,
        chosen,
        address,
        method,
        found,
        Quote(counted, epochs, not found.epochs, known, as_of, seconds),
        tuple(rows.check(training, validation, provider, method, chosen.context)),
        len(training),
        len(validation),
    )
