"""What was found in the file, grouped by how much it matters, each with its lines and what can be mended by a click."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.data.values import Finding
from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.acts import acts
from studio.ui.page import Page, Standing, Tab

NAME = "data"
LINES_SHOWN = 50


def build(page: Page) -> Tab:
    with gr.Column(visible=False) as card:
        strip = gr.HTML(elem_id="data-strip")
        findings = acts("findings")

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        if dataset is None or not dataset.version:
            return [gr.Column(visible=False), "", ""]
        return [gr.Column(visible=True), _strip(dataset), _findings(dataset.report.findings)]

    return Tab([card, strip, findings], view)


def _strip(dataset: Dataset) -> str:
    report = dataset.report
    shape = words.SHAPES.get(report.shape or "", words.NO_SHAPE)
    looks = len({f.rule for f in report.findings if f.severity != "note"})
    things = "nothing to mend" if not looks else "1 thing to look at" if looks == 1 else f"{looks} things to look at"
    parts = (report.file, f"{html.number(report.rows)} examples", shape, things)
    return '<p class="fs-strip">' + " · ".join(f"<span>{html.esc(p)}</span>" for p in parts) + "</p>"


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return f'<p class="fs-good">{html.esc(words.ALL_WELL)}</p>'
    groups = []
    for severity in ("error", "warning", "note"):
        by_rule: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.severity == severity:
                by_rule.setdefault(finding.rule, []).append(finding)
        if by_rule:
            body = "".join(_rule(found) for found in by_rule.values())
            lead = f"<p>{html.esc(words.GROUP_LINE[severity])}</p>"
            groups.append(html.card(words.GROUPS[severity], lead + body, f"fs-{severity}"))
    return "".join(groups)


def _rule(found: list[Finding]) -> str:
    first = found[0]
    head = f"<b>{html.esc(first.message)}</b> {html.esc(first.remedy)}"
    lines = [f for f in found if f.line is not None]
    if not lines:
        return f'<p class="fs-finding">{head}</p>'
    items = "".join(
        f"<li>Line {html.number(f.line or 0)}{', ' + html.esc(f.field) if f.field else ''}"
        f"{': ' + html.esc(f.message) if f.message != first.message else ''}"
        f"{' <code>' + html.esc(f.excerpt) + '</code>' if f.excerpt else ''}</li>"
        for f in lines[:LINES_SHOWN]
    )
    more = f"<li>and {html.number(len(lines) - LINES_SHOWN)} more lines</li>" if len(lines) > LINES_SHOWN else ""
    count = "1 line" if len(lines) == 1 else f"{html.number(len(lines))} lines"
    return (
        f'<div class="fs-finding"><p>{head}</p><details><summary>{html.esc(words.SHOW_LINES)} ({count})</summary>'
        f"<ul>{items}{more}</ul></details></div>"
    )
