"""Collects findings while a file is read, and bounds them: a file with a million faults makes a short report."""

from collections import Counter
from dataclasses import replace

from studio.data.rules import Rule, excerpt
from studio.data.values import Finding

MOST_PER_RULE = 1000


class Log:
    """`errors` counts every error so far, kept or not: a row is usable when it did not rise while the row was read.
    `file` is the name of the file that is being read where there are several."""

    def __init__(self) -> None:
        self.errors = 0
        self.file: str | None = None
        self._kept: list[Finding] = []
        self._count: Counter[str] = Counter()
        self._first: dict[tuple[str, str], int] = {}
        self._repeats: Counter[int] = Counter()

    def add(
        self, rule: Rule, line: int | None, field: str | None = None, text: object = "", /, **values: object
    ) -> None:
        """Records that `rule` is broken at `line`. text: the offending text; values: what the sentences name."""
        if rule.severity == "error":
            self.errors += 1
        message = rule.says.format(**values) if rule.once else ""
        if rule.once and (rule.id, message) in self._first:
            self._repeats[self._first[rule.id, message]] += 1
            return
        self._count[rule.id] += 1
        if self._count[rule.id] > MOST_PER_RULE:
            return
        if rule.once:
            self._first[rule.id, message] = len(self._kept)
        message, remedy = rule.says.format(**values), rule.remedy.format(**values)
        self._kept.append(Finding(rule.id, rule.severity, line, field, message, remedy, excerpt(text), self.file))

    def findings(self) -> tuple[Finding, ...]:
        """All that was kept: findings about the whole file first, then by line, then how many were left away."""
        kept = [self._counted(place, finding) for place, finding in enumerate(self._kept)]
        kept.sort(key=lambda finding: finding.line or 0)
        return (*kept, *self._left_away())

    def _counted(self, place: int, finding: Finding) -> Finding:
        more = self._repeats[place]
        if not more:
            return finding
        return replace(finding, message=f"{finding.message} It is so {more + 1:,} times, here for the first time.")

    def _left_away(self) -> list[Finding]:
        severity = {finding.rule: finding.severity for finding in self._kept}
        return [
            Finding(
                rule,
                severity[rule],
                None,
                None,
                f"{count - MOST_PER_RULE:,} more findings of the kind {rule} are not listed.",
                "Mend those that are listed and check the file again.",
            )
            for rule, count in self._count.items()
            if count > MOST_PER_RULE
        ]
