"""Is tuning the right tool? What the person wants, the advice for this data, and why."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio import data
from studio.ui import html, words
from studio.ui.data.chosen import model_of
from studio.ui.page import Page, Standing, Tab

NAME = "data"


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card") as card:
        gr.HTML(f"<h2>{html.esc(words.ADVICE_TITLE)}</h2>")
        goal = gr.Dropdown(
            [(words.GOAL_NONE, ""), *((said, name) for name, said in data.GOALS.items())],
            label=words.GOAL_LABEL,
            elem_id="goal",
        )
        advice = gr.HTML(elem_id="advice")

    page.on(goal.input, lambda project, chosen: session.projects.remember(project, goal=chosen), [goal], tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        if dataset is None or dataset.report.shape is None:
            return [gr.Column(visible=False), gr.skip(), ""]
        chosen = standing.choices.get("goal") or None
        said = session.datasets.advice(dataset.id, chosen, model_of(page, standing))
        reasons = "".join(f"<li>{html.esc(reason)}</li>" for reason in said.reasons)
        return [
            gr.Column(visible=True),
            gr.Dropdown(value=chosen or ""),
            f"<p><b>{html.esc(said.sentence)}</b></p><ul>{reasons}</ul>",
        ]

    return Tab([card, goal, advice], view)
