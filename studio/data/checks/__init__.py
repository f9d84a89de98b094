"""A file per family of rules. A new check is one module here and one line below.

ROW_CHECKS look at one readable row: check(example, field, log). FILE_CHECKS look at all usable rows: see(batch, log)
for each batch, end(log) once. FAMILIES hold the rules, also of those faults that readers/ and formats/ find on their
way.
"""

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
    turns,
    whole_file,
)
from studio.data.rules import Rule

ROW_CHECKS = (turns.check, texts.check)
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
