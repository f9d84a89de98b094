"""What was found in the file, grouped by how much it matters, each with its lines and what can be mended by a click.

A repair is shown as a difference before it is applied; what was done stands below, with Undo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.data import Repair, repair_of, repairs_for
from studio.data.values import Finding, Report
from studio.errors import StudioError
from studio.models import ModelInfo
from studio.session.datasets import Datasets
from studio.session.values import Dataset, Preview
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.data import difference, rows
from studio.ui.data.chosen import model_of, seen
from studio.ui.page import Page, Standing, Tab

NAME = "data"
LINES_SHOWN = 50
RULES_SHOWN = 6
SEVERITIES = ("error", "warning", "note")
Offers = Sequence[tuple[Repair, int]]


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False) as card:
        strip = gr.HTML(elem_id="data-strip")
        findings = acts("findings")

    def act(project: str, told: Mapping[str, Any]) -> None:
        standing = page.standing(project)
        dataset, model = standing.dataset, model_of(page, standing)
        if dataset is None:
            return
        match told["act"]:
            case "mend":
                session.datasets.mend(dataset.id, [told["repair"]], model=model)
            case "mend-safe":
                session.datasets.mend_safe(dataset.id)
            case "mend-like":
                session.datasets.mend_like(dataset.id, told["other"])
            case "undo":
                session.datasets.undo(dataset.id)
            case "save":
                place = (int(told["line"]), int(told["file"]))
                written = rows.rewritten(session.datasets.draft_line(dataset.id, *place), told["texts"])
                session.datasets.write_line(dataset.id, place[0], written, place[1])
            case "filter":
                kept = {"dataset": dataset.id, "start": 0, "search": "", "rule": told["rule"]}
                session.projects.remember(project, rows=kept)

    def look(project: str, event: gr.EventData) -> tuple[str, Any]:
        """The findings with what was asked for: a preview under its repair, a form under its line; or without."""
        standing = page.standing(project)
        dataset, model = seen(page, standing), model_of(page, standing)
        if dataset is None:
            return "", gr.skip()
        told = event._data
        shown = Shown()
        try:
            if told["act"] == "preview":
                shown = Shown(told["repair"], _preview(told["repair"], session.datasets, dataset, model))
            elif told["act"] == "anew":
                place = (int(told["line"]), int(told["file"]))
                example = session.datasets.draft_line(dataset.id, *place)
                form = rows.form(example, f"line-{place[0]}", line=place[0], file=place[1], open="now")
                shown = Shown((told["rule"], *place), form)
        except StudioError as error:
            return _all(page, dataset), gr.HTML(html.notice(error), visible=True)
        return _all(page, dataset, shown), gr.HTML("", visible=False)

    page.on(findings.submit, act, tab=NAME, heard=True, meanwhile=words.MENDING)
    findings.look(look, page.project, [findings, page.notices[NAME]], show_progress="hidden")

    def view(standing: Standing) -> Sequence[Any]:
        dataset = seen(page, standing)
        if dataset is None or not dataset.version:
            return [gr.Column(visible=False), "", ""]
        return [gr.Column(visible=True), _strip(dataset), _all(page, dataset)]

    return Tab([card, strip, findings], view)


def _strip(dataset: Dataset) -> str:
    report = dataset.report
    shape = words.SHAPES.get(report.shape or "", words.NO_SHAPE)
    looks = len({f.rule for f in report.findings if f.severity != "note"})
    things = "nothing to mend" if not looks else "1 thing to look at" if looks == 1 else f"{looks} things to look at"
    parts = [report.file, f"{html.number(report.rows)} examples", *([shape] if report.rows else []), things]
    return '<p class="fs-strip">' + " · ".join(f"<span>{html.esc(p)}</span>" for p in parts) + "</p>"


@dataclass(frozen=True)
class Shown:
    """HTML that was asked for, and what it belongs to: a repair's id, or a rule with line and file."""

    of: str | tuple[str, int, int] | None = None
    body: str = ""


def _all(page: Page, dataset: Dataset, shown: Shown | None = None) -> str:
    if dataset.report.shape is None and page.session.datasets.guess(dataset.id).columns:
        # One thing to do, in the card below: to say what the columns are.
        return _lead(page, dataset, []) + _history(page, dataset)
    offers = repairs_for(dataset.report)
    found = dataset.report.findings
    groups = [_group(severity, dataset.report, offers, shown or Shown()) for severity in SEVERITIES]
    well = "" if found else f'<p class="fs-good">{html.esc(words.ALL_WELL)}</p>'
    return _lead(page, dataset, offers) + _history(page, dataset) + well + "".join(groups)


def _lead(page: Page, dataset: Dataset, offers: Offers) -> str:
    """The one thing to do first."""
    other = page.session.datasets.last_time(dataset.id)
    safe = [repair for repair, _ in offers if repair.safe]
    if other is not None:
        line = words.LIKE_LINE.format(name=other.name)
        press = button("mend-like", words.LIKE_BUTTON, kind="main", name="mend-like", other=other.id)
    elif safe:
        line = words.SAFE_LINE.format(kinds="1 kind of fault" if len(safe) == 1 else f"{len(safe)} kinds of faults")
        press = button("mend-safe", words.SAFE_BUTTON, kind="main", name="mend-safe")
    else:
        return ""
    return f'<div class="fs-lead"><p>{html.esc(line)}</p>{press}</div>'


def _group(severity: str, report: Report, offers: Offers, shown: Shown) -> str:
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.severity == severity:
            by_rule.setdefault(finding.rule, []).append(finding)
    if not by_rule:
        return ""
    drawn = [
        _rule(found, [repair for repair, _ in offers if rule in repair.rules], report, shown)
        for rule, found in sorted(by_rule.items(), key=lambda item: -sum(f.count for f in item[1]))
    ]
    body = "".join(drawn[:RULES_SHOWN])
    if rest := drawn[RULES_SHOWN:]:
        # Kept open while something in it is being looked at.
        is_open = " open" if shown.body and any(shown.body in rule for rule in rest) else ""
        summary = words.MORE_KINDS_OF.format(count=len(rest))
        body += f'<details class="fs-more"{is_open}><summary>{html.esc(summary)}</summary>{"".join(rest)}</details>'
    lead = f"<p>{html.esc(words.GROUP_LINE[severity])}</p>"
    return html.card(words.GROUPS[severity], lead + body, f"fs-{severity}")


def _rule(found: list[Finding], mending: Sequence[Repair], report: Report, shown: Shown) -> str:
    first = found[0]
    count = sum(finding.count for finding in found)
    lines = [finding for finding in found if finding.line is not None]
    head = f"<p><b>{html.esc(first.message)}</b> {html.esc(first.remedy)}</p>"
    presses = "".join(
        button("preview", repair.title, event="look", repair=repair.id, name=f"mend-{repair.id}")
        for repair in mending
        if repair.id != shown.of
    )
    previewed = shown.body if any(repair.id == shown.of for repair in mending) else ""
    if lines and (first.severity == "warning" or (mending and first.severity == "note")):
        presses += button("filter", words.SHOW_ROWS, kind="quiet", rule=first.rule, to="examples")
    listed = _lines(lines, first, count, report, shown) if lines else ""
    return f'<div class="fs-finding">{head}<div class="fs-finding-tools">{presses}</div>{previewed}{listed}</div>'


def _lines(lines: Sequence[Finding], first: Finding, count: int, report: Report, shown: Shown) -> str:
    items = "".join(_line(finding, first, report, shown) for finding in lines[:LINES_SHOWN])
    left = count - min(len(lines), LINES_SHOWN)
    more = f"<li>{html.esc(words.MORE_LINES.format(count=html.number(left)))}</li>" if left > 0 else ""
    said = "1 line" if count == 1 else f"{html.number(count)} lines"
    is_open = " open" if isinstance(shown.of, tuple) and shown.of[0] == first.rule else ""
    return f"<details{is_open}><summary>{html.esc(words.SHOW_LINES)} ({said})</summary><ul>{items}{more}</ul></details>"


def _line(finding: Finding, first: Finding, report: Report, shown: Shown) -> str:
    line, file = finding.line or 0, report.files.index(finding.file) if finding.file in report.files else 0
    said = f": {html.esc(finding.message)}" if finding.message != first.message else ""
    excerpt = f" <code>{html.esc(finding.excerpt)}</code>" if finding.excerpt else ""
    if finding.severity != "error" or report.shape is None:
        return f"<li>{html.esc(_where(finding))}{said}{excerpt}</li>"
    if shown.of == (finding.rule, line, file):
        return f"<li>{html.esc(_where(finding))}{said}{shown.body}</li>"
    label = f"{words.ANEW}: {_where(finding)}"
    anew = button("anew", words.ANEW, kind="quiet", event="look", rule=finding.rule, line=line, file=file, label=label)
    return f"<li>{html.esc(_where(finding))}{said}{excerpt} {anew}</li>"


def _where(finding: Finding) -> str:
    line = words.LINE.format(line=html.number(finding.line or 0))
    return ", ".join(part for part in (finding.file, line, finding.field) if part)


def _preview(repair_id: str, datasets: Datasets, dataset: Dataset, model: ModelInfo | None) -> str:
    repair, preview = repair_of(repair_id), datasets.preview_repair(dataset.id, repair_id, model)
    changes = "".join(difference.row(line, before, after) for line, before, after in preview.rows)
    return (
        f'<div class="fs-preview" tabindex="-1" data-focus><h3>{html.esc(repair.title)}</h3>'
        f"<p>{html.esc(repair.says)} {html.esc(_counts(preview))}</p><ul>{changes}</ul>"
        + button("mend", words.MEND, kind="main", name="apply", repair=repair.id)
        + " "
        + button("close", words.NOT_NOW, event="look")
        + "</div>"
    )


def _counts(preview: Preview) -> str:
    where = words.PREVIEW_HERE
    if preview.looked_at is not None:
        where = words.PREVIEW_LARGE.format(rows=html.number(preview.looked_at))
    if not preview.rows:
        return words.PREVIEW_NOTHING.format(where=where)
    counts = ((preview.changed, words.PREVIEW_CHANGES), (preview.removed, words.PREVIEW_REMOVES))
    parts = [said.format(rows="1 row" if n == 1 else f"{html.number(n)} rows") for n, said in counts if n]
    whole = len(preview.rows) == preview.changed + preview.removed
    return (words.PREVIEW_COUNT if whole else words.PREVIEW_FIRST).format(where=where, does=" and ".join(parts))


def _history(page: Page, dataset: Dataset) -> str:
    steps = page.session.datasets.versions(dataset.id)
    if len(steps) < 2:
        return ""
    items = "".join(f"<li>{html.esc(step.says)}</li>" for step in steps)
    return (
        f'<div class="fs-history"><p><b>{html.esc(words.LAST_STEP)}</b> {html.esc(steps[-1].says)} '
        + button("undo", words.UNDO, name="undo")
        + f"</p><details><summary>{html.esc(words.HISTORY_TITLE)} ({len(steps)})</summary><ol>{items}</ol></details>"
        "</div>"
    )
