"""The rows to take away: as they are used now, in any shape, and those that are left out, with the reasons.

Plain links and a plain form to our own routes, which check the owner; the script only turns a refusal into a sentence.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio import data
from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab

LOOKED_AT = 20


def build(page: Page) -> Tab:
    card = gr.HTML(elem_id="away")

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        return [_card(page, dataset) if dataset and dataset.version and dataset.report.shape else ""]

    return Tab([card], view)


def _card(page: Page, dataset: Dataset) -> str:
    left_out = dataset.report.rows - dataset.report.usable
    body = f"<p>{html.esc(words.AWAY_LINE)}</p>{_form(page, dataset)}" if dataset.report.usable else ""
    if left_out:
        link = words.LEFT_OUT.format(rows="1 row" if left_out == 1 else f"{html.number(left_out)} rows")
        address = f"api/datasets/{html.esc(dataset.id)}/left-out.jsonl"
        body += f'<p><a href="{address}" download id="left-out">{html.esc(link)}</a></p>'
    return html.card(words.AWAY_TITLE, body) if body else ""


def _form(page: Page, dataset: Dataset) -> str:
    first = [example for _, example in page.session.datasets.page(dataset.id, 0, LOOKED_AT)[0]]
    shapes = "".join(
        f'<option value="{html.esc(known.NAME)}"{" selected" if dataset.report.shape == known.NAME else ""}>'
        f"{html.esc(known.TITLE)}</option>"
        for known in data.FORMATS
        if all(known.write(example) is not None for example in first)
    )
    endings = "".join(f'<option value="{ending}">{html.esc(said)}</option>' for ending, said in words.ENDINGS.items())
    return (
        f'<form class="fs-away" method="get" action="api/datasets/{html.esc(dataset.id)}/rows" '
        f'data-waiting="{html.esc(words.AWAY_WAITING)}" data-offline="{html.esc(words.AWAY_OFFLINE)}">'
        f'<label>{html.esc(words.AWAY_SHAPE)}<select name="shape">{shapes}</select></label>'
        f'<label>{html.esc(words.AWAY_KIND)}<select name="as">{endings}</select></label>'
        f'<button class="fs-act" type="submit" id="take-away">{html.esc(words.AWAY_BUTTON)}</button>'
        '<p role="status" class="fs-line"></p></form>'
    )
