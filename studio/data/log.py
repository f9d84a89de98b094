"""Collects findings while a file is read, and bounds them: a file with a million faults makes a short report."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from studio.data.rules import Rule, excerpt
from studio.data.values import Finding

MOST_PER_RULE = 1000


class Log:
    """`errors` counts every error so far, kept or not: a row is usable when it did not rise while the row was read.
    `file` is the name of the file that is being read where there are several. While `held` is a list, findings wait in
    it until it is settled whether their row stays."""

    def __init__(self) -> None:
        self.errors = 0
        self.file: str | None = None
        self.held: list[tuple[Rule, Finding]] | None = None
        self._kept: list[Finding] = []
        self._count: Counter[str] = Counter()
        self._first: dict[tuple[str, str], int] = {}
        self._repeats: Counter[int] = Counter()

    def add(
        self,
        rule: Rule,
        line: int | None,
        field: str | None = None,
        text: object = "",
        /,
        *,
        places: int = 1,
        **values: object,
    ) -> None:
        """Records that `rule` is broken at `line`. text: the offending text; values: what the sentences name; places:
        in how many places it is so, of which this is the first."""
        if rule.severity == "error":
            self.errors += 1
        message = rule.says.format(**values) if rule.once or not self._is_full(rule) else ""
        if self.held is None and self._is_known(rule, message, places):
            return
        remedy = rule.remedy.format(**values)
        finding = Finding(rule.id, rule.severity, line, field, message, remedy, excerpt(text), self.file, places)
        if self.held is None:
            self._keep(rule, finding)
        else:
            self.held.append((rule, finding))

    def settle(self, without: int | None = None) -> None:
        """Keeps the findings that wait, but for those at the line `without`, whose row is gone."""
        waiting, self.held = self.held or [], []
        for rule, finding in waiting:
            if without is not None and finding.line == without:
                self.errors -= rule.severity == "error"
            elif not self._is_known(rule, finding.message, finding.count):
                self._keep(rule, finding)

    @contextmanager
    def within(self, file: str | None) -> Iterator[None]:
        """What is found meanwhile is found in this file, and does not wait."""
        before = self.file, self.held
        self.file, self.held = file, None
        yield
        self.file, self.held = before

    def findings(self) -> tuple[Finding, ...]:
        """All that was kept: findings about the whole file first, then by line, then how many were left away."""
        kept = [self._counted(place, finding) for place, finding in enumerate(self._kept)]
        kept.sort(key=lambda finding: finding.line or 0)
        return (*kept, *self._left_away())

    def _is_known(self, rule: Rule, message: str, places: int) -> bool:
        """Counts what need not be kept: the same again of a rule that is told once, and more than a report holds."""
        first = self._first.get((rule.id, message)) if rule.once else None
        if first is not None:
            self._repeats[first] += places
        elif self._is_full(rule):
            self._count[rule.id] += 1
        else:
            return False
        return True

    def _keep(self, rule: Rule, finding: Finding) -> None:
        self._count[rule.id] += 1
        if rule.once:
            self._first[rule.id, finding.message] = len(self._kept)
        self._kept.append(finding)

    def _is_full(self, rule: Rule) -> bool:
        return self._count[rule.id] >= MOST_PER_RULE

    def _counted(self, place: int, finding: Finding) -> Finding:
        count = finding.count + self._repeats[place]
        if count == 1 or finding.line is None:
            return finding
        message = f"{finding.message} It is so {count:,} times, here for the first time."
        return replace(finding, message=message, count=count)

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
                count=count - MOST_PER_RULE,
            )
            for rule, count in self._count.items()
            if count > MOST_PER_RULE
        ]
