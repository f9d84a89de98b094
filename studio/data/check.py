"""The check of a data set, from bytes to findings and usable rows, as one stream. Nothing is stored here."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.data.batch import batches
from studio.data.checks import FILE_CHECKS, FileCheck, mended, shape
from studio.data.checks.length import Context, Length
from studio.data.formats import Format, format_named
from studio.data.log import Log
from studio.data.readers import Unread
from studio.data.recipe import Recipe
from studio.data.repairs import Survey, repair_of
from studio.data.repairs.mender import Mender, Watch
from studio.data.shaping import decide, explain_unknown
from studio.data.sources import name_of, size_of, sources_of
from studio.data.stream import Cancelled, Pass, Progress, read
from studio.data.values import Example, Report, Source

_HEAD_ROWS = 200


@dataclass(frozen=True)
class Checked:
    """A report and the usable rows in file order."""

    report: Report
    examples: list[Example]


def check_file(
    sources: Path | Sequence[Path],
    name: str | None = None,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
    recipe: Recipe | None = None,
    cancelled: Cancelled | None = None,
    context: Context | None = None,
) -> Checked:
    """Checks a file, or several as one. Faults of the content are findings; what cannot be read at all raises
    DataError: a missing file, a folder, a device, files over `limit_bytes` together. name: what the report calls the
    file. context: of a model, to find rows that it would cut. CancelledError once `cancelled` answers yes."""
    brought = sources_of(sources, name)
    check = Check(brought, name_of(brought, name), limit_bytes, progress, recipe, cancelled, context=context)
    examples = list(check.examples())
    return Checked(check.report(), examples)


class Check:
    """Originals and a recipe: run through `examples()`, then ask for the `report()`."""

    def __init__(
        self,
        sources: Sequence[Source],
        name: str,
        limit_bytes: int | None = None,
        progress: Progress | None = None,
        recipe: Recipe | None = None,
        cancelled: Cancelled | None = None,
        watch: Watch | None = None,
        log: Log | None = None,
        context: Context | None = None,
    ) -> None:
        """watch: told of every change that a repair makes. log: where the findings go. context: of a model."""
        self._context = context
        self._sources = sources
        self._name = name
        size_of(sources, limit_bytes)
        self._progress = progress
        self._recipe = recipe or Recipe()
        self._repairs = [repair_of(repair) for repair in self._recipe.repairs]
        self._cancelled = cancelled
        self._watch = watch
        self._log = log or Log()
        self._shape: Format | None = None
        self._most_rows: int | None = None
        self._rows = 0
        self._usable = 0

    def examples(self) -> Iterator[Example]:
        """The usable rows, in file order, none held for long after it is given out."""
        self._shape = self._decided()
        if self._shape is None:
            self._without_shape()
            return
        mender, whole = self._last_pass(self._shape)
        over_file: list[FileCheck] = [check() for check in FILE_CHECKS]
        over_file += [Length(self._context)] if self._context else []
        names = [source.name if len(self._sources) > 1 else None for source in self._sources]
        for batch in batches(whole.examples(), self._shape.field):
            with self._log.within(names[batch.examples[0].file]):
                for check in over_file:
                    check.see(batch, self._log)
            yield from batch.examples
        self._rows, self._usable = whole.rows, whole.usable
        for check in over_file:
            check.end(self._log)
        mended.tell(mender, self._log)

    def errors(self) -> Report:
        """Only what keeps rows from being used: for a first word on a large file, many times faster than the whole
        check. Not for a recipe."""
        self._shape = self._decided()
        if self._shape is None:
            self._without_shape()
        else:
            whole = self._pass(self._shape, Mender(), self._log, 0)
            whole.count()
            self._rows, self._usable = whole.rows, whole.usable
        report = self.report()
        return replace(report, findings=tuple(f for f in report.findings if f.severity == "error"))

    def mend(self, most_rows: int | None = None) -> None:
        """Lets the repairs work and `watch` see it, on the first rows alone where that is asked for; rows are neither
        compared nor given out."""
        self._most_rows = most_rows
        self._shape = self._decided()
        if self._shape is not None:
            for _ in self._last_pass(self._shape)[1].examples():
                pass

    def report(self) -> Report:
        shape_name = self._shape.NAME if self._shape else None
        files = tuple(source.name for source in self._sources) if len(self._sources) > 1 else ()
        return Report(self._name, shape_name, self._rows, self._usable, self._log.findings(), files)

    def _decided(self) -> Format | None:
        recipe = self._recipe
        if recipe.mapping is not None or recipe.shape is not None:
            return format_named(recipe.mapping.shape if recipe.mapping else str(recipe.shape))
        head = itertools.islice((row for source in self._sources for _, row in read(source, Log())), _HEAD_ROWS)
        return decide(row for row in head if isinstance(row, dict))

    def _without_shape(self) -> None:
        """All that can be said where no row of the beginning has a known shape."""
        told = False
        for source, tell in zip(self._sources, self._tellers(), strict=True):
            self._log.file = source.name if len(self._sources) > 1 else None
            for line, row in read(source, self._log, tell, self._cancelled):
                self._rows += 1
                if isinstance(row, dict) and not told:
                    explain_unknown(row, line, self._log)
                    told = True
                elif not isinstance(row, dict | Unread):
                    self._log.add(shape.NOT_OBJECT, line, None, row, what=shape.what_is(row))
        self._log.file = None

    def _surveys(self, wanted: Format) -> dict[str, Survey]:
        """What the repairs that look at all rows first have seen; each of them sees the rows as the earlier ones leave
        them, which takes a pass of its own."""
        surveys: dict[str, Survey] = {}
        for place, repair in enumerate(self._repairs):
            if repair.level == "file":
                survey: Survey = repair.mend()
                earlier = [r for n, r in enumerate(self._repairs) if n < place or r.level in ("line", "row")]
                mender = Mender(earlier, surveys, context=self._context)
                whole = self._pass(wanted, mender, Log(), len(surveys))
                for example in whole.examples():
                    if not whole.by_hand:
                        survey.see(example, whole.number)
                surveys[repair.id] = survey
        return surveys

    def _last_pass(self, wanted: Format) -> tuple[Mender, Pass]:
        """The pass in which all repairs are at work."""
        surveys = self._surveys(wanted)
        mender = Mender(self._repairs, surveys, self._watch, self._context)
        return mender, self._pass(wanted, mender, self._log, len(surveys))

    def _pass(self, wanted: Format, mender: Mender, log: Log, earlier: int) -> Pass:
        passes = 1 + sum(repair.level == "file" for repair in self._repairs)
        tellers = self._tellers(earlier, passes)
        return Pass(self._sources, wanted, self._recipe, mender, log, tellers, self._cancelled, self._most_rows)

    def _tellers(self, earlier: int = 0, passes: int = 1) -> list[Progress | None]:
        """For each file a progress of its own that tells the bytes of all files and passes."""
        if self._progress is None:
            return [None] * len(self._sources)
        sizes = [source.path.stat().st_size for source in self._sources]
        before = itertools.accumulate(sizes, initial=earlier * sum(sizes))
        return [_shifted(self._progress, start, passes * sum(sizes)) for start in list(before)[:-1]]


def _shifted(progress: Progress, before: int, whole: int) -> Progress:
    return lambda done, _: progress(before + done, whole)
