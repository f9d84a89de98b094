"""Leaks: held-out rows whose prompt the model has seen, or nearly so, while it learned."""

from collections.abc import Sequence

from studio.data.checks import sides
from studio.data.grouping import asked_of, prompts_of
from studio.data.log import Log
from studio.data.near import Near
from studio.data.rules import Rule
from studio.data.values import Example, Finding, Split


def leaks(examples: Sequence[Example], split: Split) -> tuple[Finding, ...]:
    """A warning for each validation and test row whose prompt is in a training row or nearly the same as in one."""
    log = Log()
    digests, asked = prompts_of(examples), [asked_of(example) for example in examples]
    first = {digests[row]: row for row in reversed(split.training)}
    near = Near(1)
    near.put([asked[row] for row in split.training])
    held_out = sorted((*split.validation, *split.test))
    like = near.put([asked[row] for row in held_out])
    for row, found in zip(held_out, like.tolist(), strict=True):
        same = first.get(digests[row])
        if same is not None:
            _tell(sides.SAME_PROMPT, examples[row], asked[row], examples[same], log)
        elif 0 <= found < len(split.training):
            _tell(sides.NEAR_PROMPT, examples[row], asked[row], examples[split.training[found]], log)
    return log.findings()


def _tell(rule: Rule, example: Example, asked: str, earlier: Example, log: Log) -> None:
    log.add(rule, example.line, None, asked, first=f"line {earlier.line:,}")
