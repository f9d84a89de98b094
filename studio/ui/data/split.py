"""What is held out: the three parts, a slider for their size, and under a fold how the rows are divided."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab

NAME = "data"
SHARE = 20
SEED = 17


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card") as card:
        split = gr.HTML(elem_id="split")
        share = gr.Slider(
            10, 50, SHARE, step=2, label=words.SPLIT_SLIDER, info=words.SPLIT_SLIDER_INFO, elem_id="share"
        )
        with gr.Accordion(words.SPLIT_MORE, open=False, elem_id="split-more"):
            seed = gr.Number(SEED, label=words.SEED, info=words.SEED_INFO, precision=0, elem_id="seed")
            prints = gr.HTML(elem_id="split-print")
        gr.HTML(
            f"<details><summary>{html.esc(words.SPLIT_WHY)}</summary><p>{html.esc(words.SPLIT_BECAUSE)}</p></details>"
        )

    def divide(project: str, percent: float, number: float | None) -> None:
        standing = page.standing(project)
        if standing.dataset and standing.enough:
            chosen = SEED if number is None else int(number)
            session.datasets.split(standing.dataset.id, percent / 200, percent / 200, chosen)

    page.on(share.release, divide, [share, seed], tab=NAME)
    page.on([seed.submit, seed.blur], divide, [share, seed], tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        made = standing.split
        if standing.dataset is None or made is None:
            return [gr.Column(visible=False), "", gr.skip(), gr.skip(), ""]
        how = session.datasets.split_how(standing.dataset.id)
        return [
            gr.Column(visible=True),
            _split(standing),
            gr.Slider(value=round(200 * how.get("validation", SHARE / 200))),
            gr.Number(value=made.seed),
            html.facts([(words.FINGERPRINT, made.fingerprint[:12])]),
        ]

    return Tab([card, split, share, seed, prints], view)


def _split(standing: Standing) -> str:
    split = standing.split
    assert split is not None
    line = (words.SPLIT_LINE if split.test else words.SPLIT_FEW).format(
        training=html.number(len(split.training)),
        validation=html.number(len(split.validation)),
        test=html.number(len(split.test)),
    )
    parts = (("train", split.training), ("steer", split.validation), ("judge", split.test))
    bar = "".join(f'<i class="{name}" style="flex:{len(rows)}"></i>' for name, rows in parts if rows)
    return f'<h2>{html.esc(words.SPLIT_TITLE)}</h2><p>{line}</p><div class="fs-bar" aria-hidden="true">{bar}</div>'
