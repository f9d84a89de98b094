"""Data tab: what do you have? A file or the sample in; findings, examples and the held-out parts out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.data.values import Finding
from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "data"
PER_PAGE = 3
LINES_SHOWN = 50


def build(page: Page) -> Tab:
    session = page.session
    samples = session.datasets.samples()
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            with gr.Column(elem_classes="fs-card", visible=True) as empty:
                line = words.DROP_LINE.format(limit=session.settings.upload_limit_mb)
                gr.HTML(f"<h2>{html.esc(words.DROP_TITLE)}</h2><p>{html.esc(line)}</p>")
                upload = gr.File(
                    label=words.DROP_LABEL, file_types=[".jsonl", ".json", ".txt"], elem_id="upload", height=150
                )
                gr.HTML(f"<h3>{html.esc(words.SAMPLE_TITLE)}</h3>")
                buttons = []
                for sample in samples:
                    with gr.Row(elem_classes="fs-sample"):
                        gr.HTML(f"<p><b>{html.esc(sample.title)}</b>. {html.esc(sample.line)}</p>")
                        title = words.SAMPLE_BUTTON.format(title=sample.title.lower())
                        buttons.append((sample.id, gr.Button(title, elem_id=f"sample-{sample.id}", scale=0)))
                keep = gr.Button(words.KEEP_FILE, elem_id="keep-file", visible=False)
            with gr.Column(visible=False) as loaded:
                strip = gr.HTML(elem_id="data-strip")
                findings = gr.HTML(elem_id="findings")
                with gr.Column(elem_classes="fs-card"):
                    gr.HTML(f"<h2>{html.esc(words.EXAMPLES_TITLE)}</h2>")
                    search = gr.Textbox(
                        label=words.SEARCH_LABEL, placeholder=words.SEARCH_HINT, elem_id="search", max_lines=1
                    )
                    examples = gr.HTML(elem_id="examples")
                    first = gr.State(0)
                    with gr.Row(elem_classes="fs-pager"):
                        previous = gr.Button(words.PREVIOUS, size="sm", elem_id="previous")
                        pager = gr.HTML()
                        following = gr.Button(words.NEXT, size="sm", elem_id="next")
                with gr.Column(elem_classes="fs-card"):
                    split = gr.HTML(elem_id="split")
                    share = gr.Slider(
                        10, 50, 20, step=2, label=words.SPLIT_SLIDER, info=words.SPLIT_SLIDER_INFO, elem_id="share"
                    )
                    gr.HTML(
                        f"<details><summary>{html.esc(words.SPLIT_WHY)}</summary>"
                        f"<p>{html.esc(words.SPLIT_BECAUSE)}</p></details>"
                    )
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        other = gr.Button(words.OTHER_FILE, visible=False, elem_id="other-file", scale=0)
        go = gr.Button(words.TO_METHOD, variant="primary", interactive=False, elem_id="to-method", scale=0)

    def add(project: str, path: str | None) -> None:
        if path:
            dataset = session.datasets.add(project, Path(path), Path(path).name)
            session.projects.remember(project, dataset=dataset.id, share=20)

    def add_sample(sample_id: str) -> Any:
        def action(project: str) -> None:
            dataset = session.datasets.add_sample(project, sample_id)
            session.projects.remember(project, dataset=dataset.id, share=20)

        return action

    def set_share(project: str, percent: float) -> None:
        standing = page.standing(project)
        if standing.dataset and standing.enough:
            session.datasets.split(standing.dataset.id, percent / 200, percent / 200)
            session.projects.remember(project, share=percent)

    def turn(project: str, text: str, start: int, step: int) -> tuple[str, str, int]:
        dataset = page.standing(project).dataset
        return _examples(page, dataset, max(0, start + step), text) if dataset else ("", "", 0)

    page.on(upload.upload, add, [upload], tab=NAME, meanwhile=words.CHECKING)
    for sample_id, button in buttons:
        page.on(button.click, add_sample(sample_id), tab=NAME, meanwhile=words.CHECKING)
    page.on(other.click, lambda project: session.projects.remember(project, dataset="none"), tab=NAME)
    page.on(keep.click, lambda project: session.projects.remember(project, dataset=""), tab=NAME)
    page.on(share.release, set_share, [share], tab=NAME)
    page.on(go.click, lambda project: None, tab=NAME, goto="method")
    pages = {"outputs": [examples, pager, first], "show_progress": "hidden", "queue": False}
    search.change(lambda p, text: turn(p, text, 0, 0), [page.project, search], **pages)
    previous.click(lambda p, t, n: turn(p, t, n, -PER_PAGE), [page.project, search, first], **pages)
    following.click(lambda p, t, n: turn(p, t, n, PER_PAGE), [page.project, search, first], **pages)

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        if dataset is None:
            has_other = session.datasets.latest(standing.project) is not None
            return [
                gr.Column(visible=True),
                gr.skip(),  # an upload may be under way: emptying the field would lose it
                gr.Button(visible=has_other),
                gr.Column(visible=False),
                *[gr.skip()] * 7,
                html.foot(words.DATA_NONE),
                gr.Button(visible=False),
                gr.Button(interactive=False),
            ]
        rows, numbers, start = _examples(page, dataset, 0, "")
        words_for = words.DATA_READY if standing.enough else words.DATA_TOO_FEW
        return [
            gr.Column(visible=False),
            gr.File(value=None),
            gr.Button(visible=False),
            gr.Column(visible=True),
            _strip(dataset),
            _findings(dataset.report.findings),
            rows,
            numbers,
            start,
            _split(standing),
            gr.Slider(value=standing.choices.get("share", 20), visible=standing.enough),
            html.foot(words_for.format(usable=html.number(dataset.report.usable))),
            gr.Button(visible=True),
            gr.Button(interactive=standing.enough),
        ]

    outputs = [empty, upload, keep, loaded, strip, findings, examples, pager, first, split, share, foot, other, go]
    return Tab(outputs, view)


def _strip(dataset: Dataset) -> str:
    report = dataset.report
    shape = words.SHAPES.get(report.shape or "", "no known shape")
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


def _examples(page: Page, dataset: Dataset, start: int, text: str) -> tuple[str, str, int]:
    rows, total = page.session.datasets.page(dataset.id, start, PER_PAGE, text.strip())
    if start and not rows:
        start = max(0, (total - 1) // PER_PAGE * PER_PAGE)
        rows, total = page.session.datasets.page(dataset.id, start, PER_PAGE, text.strip())
    if not rows:
        return f"<p>{html.esc(words.NO_MATCH)}</p>" if text else "", "", 0
    shown = "".join(
        f'<article class="fs-example" aria-label="Example {n + 1}"><p class="fs-line">Line {e.line}</p>'
        f"{html.bubbles(e.messages)}</article>"
        for n, e in rows
    )
    numbers = words.PAGER.format(
        first=html.number(start + 1), last=html.number(start + len(rows)), total=html.number(total)
    )
    return shown, f'<p class="fs-pages">{html.esc(numbers)}</p>', start


def _split(standing: Standing) -> str:
    split = standing.split
    if split is None:
        return f"<h2>{html.esc(words.SPLIT_TITLE)}</h2><p>{html.esc(words.DATA_TOO_FEW.format(usable=0))}</p>"
    line = (words.SPLIT_LINE if split.test else words.SPLIT_FEW).format(
        training=html.number(len(split.training)),
        validation=html.number(len(split.validation)),
        test=html.number(len(split.test)),
    )
    parts = (("train", split.training), ("steer", split.validation), ("judge", split.test))
    bar = "".join(f'<i class="{name}" style="flex:{len(rows)}"></i>' for name, rows in parts if rows)
    return f'<h2>{html.esc(words.SPLIT_TITLE)}</h2><p>{line}</p><div class="fs-bar" aria-hidden="true">{bar}</div>'
