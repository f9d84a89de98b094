"""History tab: every run of the project; open, rename, delete (asks first)."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.session.values import Run
from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "history"


def build(page: Page) -> Tab:
    session = page.session
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            listing = gr.HTML(elem_id="runs")
            with gr.Column(elem_classes="fs-card", visible=False) as tools:
                pick = gr.Dropdown([], label=words.HISTORY_PICK, elem_id="pick-run")
                name = gr.Textbox(label=words.NEW_NAME, elem_id="new-name", max_lines=1)
                with gr.Row(elem_classes="fs-pager"):
                    rename = gr.Button(words.RENAME, size="sm", elem_id="rename")
                    delete = gr.Button(words.DELETE, size="sm", elem_id="delete")
                with gr.Row(visible=False, elem_classes="fs-pager") as sure:
                    gr.HTML(f"<p>{html.esc(words.DELETE_ASK)}</p>")
                    yes = gr.Button(words.DELETE_SURE, size="sm", variant="stop", elem_id="delete-yes")
                    no = gr.Button(words.DELETE_NO, size="sm")
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        opening = gr.Button(words.OPEN_RUN, variant="primary", interactive=False, elem_id="open-run", scale=0)

    def open_run(project: str, run_id: str) -> None:
        run = session.runs.get(run_id)
        session.projects.remember(project, run=run.id, dataset=run.dataset or "")

    def remove(project: str, run_id: str) -> None:
        session.runs.delete(run_id)

    page.on(opening.click, open_run, [pick], tab=NAME, goto="train")
    page.on(rename.click, lambda project, run, new: session.runs.rename(run, new), [pick, name], tab=NAME)
    delete.click(lambda: gr.Row(visible=True), None, sure, queue=False)
    no.click(lambda: gr.Row(visible=False), None, sure, queue=False)
    page.on(yes.click, remove, [pick], tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        runs = session.runs.list(standing.project, kind="train")
        hidden = gr.Row(visible=False)
        if not runs:
            empty = html.card(words.TABS[NAME], f"<p>{html.esc(words.NO_RUNS)}</p>")
            return [
                empty,
                gr.Column(visible=False),
                gr.Dropdown([]),
                "",
                hidden,
                html.foot(""),
                gr.Button(interactive=False),
            ]
        names = {d.id: d.name for d in session.datasets.list(standing.project)}
        rows = [_row(page, run, names) for run in runs]
        current = standing.run.id if standing.run else runs[0].id
        return [
            html.table(words.HISTORY_HEAD, rows, "fs-runs", words.TABS[NAME]),
            gr.Column(visible=True),
            gr.Dropdown([(run.name, run.id) for run in runs], value=current),
            "",
            hidden,
            html.foot(f"{len(runs)} {'run' if len(runs) == 1 else 'runs'}."),
            gr.Button(interactive=True),
        ]

    return Tab([listing, tools, pick, name, sure, foot, opening], view)


def _row(page: Page, run: Run, names: dict[str, str]) -> list[str]:
    evaluation = page.session.evaluations.of(run.id)
    card = page.session.evaluations.scorecard(evaluation.id) if evaluation else None
    best = run.state.best
    return [
        html.esc(run.name),
        html.esc(
            names.get(run.dataset or "", "deleted") + (f", version {run.version}" if (run.version or 1) > 1 else "")
        ),
        html.esc(run.method),
        html.esc(run.state.state),
        f"{best.loss:.3f}" if best else "–",
        html.esc(words.VERDICTS[card.verdict] if card else words.NO_VERDICT),
        html.esc(run.created.astimezone().strftime("%d %b, %H:%M")),
    ]
