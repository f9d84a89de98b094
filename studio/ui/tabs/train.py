"""Train tab: the live curve is the hero; above it a sentence, below it progress, what can be asked, what happened."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.ui import html, words
from studio.ui.attending import Attending
from studio.ui.live import follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab, show_aside
from studio.ui.steering import Steering

NAME = "train"


def build(page: Page) -> Tab:
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            with gr.Column(elem_classes="fs-card") as waiting:
                gr.HTML(f"<p>{html.esc(words.NEED_RUN)}</p>")
                back = gr.Button(words.GO_METHOD, elem_id="train-to-method", size="sm")
            with gr.Column(visible=False) as running, gr.Column(elem_classes="fs-card"):
                title = gr.HTML(elem_id="run-title")
                steering = Steering(page)
                curve = live("live-train", curve=True)
            page.parts.append(steering.part())
            attending = Attending(page)
            page.parts.append(attending.part())
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        change = gr.Button(words.GO_METHOD, elem_id="change", visible=False, scale=0)
        go = gr.Button(words.TO_EVALUATE, variant="primary", interactive=False, elem_id="to-evaluate", scale=0)

    page.on(back.click, lambda project: None, tab=NAME, goto="method")
    page.on(change.click, lambda project: None, tab=NAME, goto="method")
    page.on(go.click, lambda project: None, tab=NAME, goto="evaluate")
    page.on(curve.submit, lambda project: None, tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        run = standing.run
        if run is None:
            return [
                gr.Column(visible=True),
                gr.Column(visible=False),
                "",
                follow(None),
                html.foot(words.NEED_RUN),
                gr.Button(visible=False),
                gr.Button(interactive=False),
            ]
        state = run.state.state
        at_work = state in UNDER_WAY
        key: str = "running" if at_work else state if state in words.TRAIN_FOOT else "failed"
        if state == "interrupted" and run.state.remote is not None:
            key = "alone"
        elif key == "failed" and run.state.resumable:
            key = "halted"
        elif key == "failed" and standing.tuned:
            key = "stopped"
        return [
            gr.Column(visible=False),
            gr.Column(visible=True),
            f"<h2>{html.esc(run.name)}</h2>",
            follow(run.id, state),
            html.foot(words.TRAIN_FOOT[key]),
            gr.Button(visible=not at_work),
            gr.Button(interactive=standing.tuned),
        ]

    return Tab([waiting, running, title, curve, foot, change, go], view)
