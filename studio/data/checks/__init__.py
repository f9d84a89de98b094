"""A file per family of rules. A new check is one module here and one line below.

ROW_CHECKS look at one readable row: check(example, field, log). FILE_CHECKS look at all usable rows: see(batch, log)
for each batch, end(log) once. FAMILIES hold the rules, also of those faults that readers/ and formats/ find on their
way.
"""

from typing import Protocol

from studio.data.batch import Batch
from studio.data.checks import (
    amount,
    answers,
    json_faults,
    labels,
    languages,
    length,
    mended,
    openai,
    pairs,
    private,
    repeats,
    shape,
    sides,
    systems,
    tables,
    texts,
    tools,
    turns,
    whole_file,
)
from studio.data.log import Log
from studio.data.rules import Rule


class FileCheck(Protocol):
    def see(self, batch: Batch, log: Log) -> None: ...

    def end(self, log: Log) -> None: ...


ROW_CHECKS = (turns.check, texts.check, tools.check)
FILE_CHECKS = (
    repeats.Repeats,
    texts.Inside,
    private.Private,
    systems.Systems,
    answers.Form,
    labels.Labels,
    languages.Languages,
    amount.Amount,
    openai.Hosted,
)
FAMILIES = (
    whole_file,
    json_faults,
    tables,
    shape,
    turns,
    tools,
    pairs,
    systems,
    texts,
    private,
    repeats,
    answers,
    labels,
    languages,
    length,
    amount,
    openai,
    sides,
    mended,
)
RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
