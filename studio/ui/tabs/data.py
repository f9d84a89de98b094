"""Data tab: what do you have? A file in; findings, examples, the held-out parts and a mended file out.

Its cards are in studio/ui/data, a file each; their order here is the order on the page.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.ui import html, words
from studio.ui.data import away, bring, columns, counsel, examples, findings, pictures, split, waiting
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "data"
CARDS = (bring, waiting, findings, columns, examples, split, pictures, counsel, away)


def build(page: Page) -> Tab:
    session = page.session
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            cards = [card.build(page) for card in CARDS]
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        other = gr.Button(words.OTHER_FILE, visible=False, elem_id="other-file", scale=0)
        go = gr.Button(words.TO_METHOD, variant="primary", interactive=False, elem_id="to-method", scale=0)

    page.on(other.click, lambda project: session.projects.remember(project, dataset="none"), tab=NAME)
    page.on(go.click, lambda project: None, tab=NAME, goto="method")

    def view(standing: Standing) -> Sequence[Any]:
        drawn = [update for card in cards for update in card.view(standing)]
        return [
            *drawn,
            html.foot(_sentence(standing)),
            gr.Button(visible=standing.dataset is not None),
            gr.Button(interactive=standing.enough),
        ]

    return Tab([*(component for card in cards for component in card.outputs), foot, other, go], view)


def _sentence(standing: Standing) -> str:
    dataset = standing.dataset
    if dataset is None:
        return words.DATA_NONE
    if not dataset.version:
        return words.DATA_PREPARING
    if dataset.report.shape is None:
        return words.DATA_UNREAD if dataset.report.rows else words.DATA_EMPTY
    return (words.DATA_READY if standing.enough else words.DATA_TOO_FEW).format(
        usable=html.number(dataset.report.usable)
    )
