"""Which stored rows a model would cut, once one is chosen."""

from collections.abc import Iterable

from studio.data.batch import batches
from studio.data.checks.length import Context, Length
from studio.data.formats import format_named
from studio.data.log import Log
from studio.data.values import Example, Finding


def cut_rows(examples: Iterable[Example], shape: str, context: Context) -> tuple[Finding, ...]:
    """A warning for each row with more tokens than the model reads at once, with the number that is cut off. shape: the
    data set's, by whose fields the findings go. Takes the rows as a stream."""
    log, check = Log(), Length(context)
    for batch in batches(examples, format_named(shape).field):
        check.see(batch, log)
    return log.findings()
