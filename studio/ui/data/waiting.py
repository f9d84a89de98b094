"""A large file on its way: how far the reading is, Cancel, and what to do where it failed."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.ui import html, words
from studio.ui.live import follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

NAME = "data"


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False) as waiting, gr.Column(elem_classes="fs-card"):
        title = gr.HTML(elem_id="preparing")
        progress = live("live-prepare", curve=False)
        cancel = gr.Button(words.CANCEL, elem_id="cancel", size="sm")

    def end(project: str) -> None:
        dataset = page.standing(project).dataset
        if dataset is not None and dataset.preparing is not None:
            session.datasets.cancel(dataset.id)

    page.on(cancel.click, end, tab=NAME)
    page.on(progress.submit, lambda project: None, tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        job = dataset.preparing if dataset else None
        if dataset is None or job is None:
            return [gr.Column(visible=False), "", follow(None), gr.skip()]
        state = job.state.state
        at_work = state in UNDER_WAY
        line = words.PREPARING_LINE if at_work else words.PREPARING_FAILED
        head = words.PREPARING if not dataset.version else words.PREPARING_AGAIN
        return [
            gr.Column(visible=True),
            f"<h2>{html.esc(head.format(name=dataset.name))}</h2><p>{html.esc(line)}</p>",
            follow(job.id, state),
            gr.Button(words.CANCEL if at_work else words.DISMISS, interactive=state != "stopping"),
        ]

    return Tab([waiting, title, progress, cancel], view)
