"""What is held out: the three parts, a slider for their size, and under a fold how the rows are divided."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.data.chosen import model_of
from studio.ui.page import Page, Standing, Tab

NAME = "data"
SHARE = 20
SEED = 17
MOST_FILES = 6


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card") as card:
        split = gr.HTML(elem_id="split")
        leaks = acts("leaks")
        share = gr.Slider(
            10, 50, SHARE, step=2, label=words.SPLIT_SLIDER, info=words.SPLIT_SLIDER_INFO, elem_id="share"
        )
        with gr.Accordion(words.SPLIT_MORE, open=False, elem_id="split-more"):
            stratify = gr.Checkbox(True, label=words.SPLIT_STRATIFY, elem_id="stratify")
            near = gr.Checkbox(False, label=words.SPLIT_NEAR, elem_id="near")
            none = [(words.NO_COLUMN, "")]
            column = gr.Dropdown(
                none, value="", label=words.SPLIT_COLUMN, info=words.SPLIT_COLUMN_INFO, elem_id="split-column"
            )
            parts = [(words.SPLIT_FILES_AUTO, ""), *((said, part) for part, said in words.PARTS.items())]
            files = [gr.Dropdown(parts, value="", visible=False, elem_id=f"split-file-{n}") for n in range(MOST_FILES)]
            seed = gr.Number(SEED, label=words.SEED, info=words.SEED_INFO, precision=0, elem_id="seed")
            again = gr.Button(words.SPLIT_AGAIN, size="sm", elem_id="split-again")
            prints = gr.HTML(elem_id="split-print")
        gr.HTML(
            f"<details><summary>{html.esc(words.SPLIT_WHY)}</summary><p>{html.esc(words.SPLIT_BECAUSE)}</p></details>"
        )

    def divide(project: str, percent: float, *chosen: Any) -> None:
        standing = page.standing(project)
        if standing.dataset and standing.enough:
            session.datasets.split(standing.dataset.id, percent / 200, percent / 200, **_how(standing.dataset, chosen))

    def apart(project: str, told: Mapping[str, str]) -> None:
        standing = page.standing(project)
        dataset = standing.dataset
        if dataset and told["act"] == "compare":
            session.datasets.look_again(dataset.id, model_of(page, standing))
        elif dataset:
            kept = session.datasets.split_how(dataset.id)
            session.datasets.split(dataset.id, **{**kept, "near": True})

    given = [share, stratify, near, column, seed, *files]
    page.on([share.release, again.click], divide, given, tab=NAME, meanwhile=words.DIVIDING)
    page.on(leaks.submit, apart, tab=NAME, heard=True, meanwhile=words.DIVIDING)

    def view(standing: Standing) -> Sequence[Any]:
        made, dataset = standing.split, standing.dataset
        if dataset is None or made is None:
            return [gr.Column(visible=False), *[gr.skip()] * (len(outputs) - 1)]
        how = session.datasets.split_how(dataset.id)
        columns = [(words.NO_COLUMN, ""), *((name, name) for name in session.datasets.guess(dataset.id).columns)]
        named = how.get("files") or []
        return [
            gr.Column(visible=True),
            _split(standing),
            _leaks(page, dataset),
            gr.Slider(value=round(200 * how.get("validation", SHARE / 200))),
            gr.Checkbox(value=how.get("stratify", True)),
            gr.Checkbox(value=how.get("near", False)),
            gr.Dropdown(columns, value=how.get("column") or ""),
            *[
                gr.Dropdown(
                    label=words.SPLIT_FILES.format(name=dataset.report.files[n]),
                    value=(named[n] if n < len(named) else None) or "",
                    visible=True,
                )
                if n < len(dataset.report.files)
                else gr.Dropdown(visible=False, value="")
                for n in range(MOST_FILES)
            ],
            gr.Number(value=made.seed),
            html.facts([(words.FINGERPRINT, made.fingerprint[:12])]),
        ]

    outputs = [card, split, leaks, share, stratify, near, column, *files, seed, prints]
    return Tab(outputs, view)


def _how(dataset: Dataset, chosen: Sequence[Any]) -> dict[str, Any]:
    """The form's values as the session takes them."""
    stratify, near, column, seed, *files = chosen
    several = [part or None for part in files[: len(dataset.report.files)]]
    return {
        "seed": SEED if seed is None else int(seed),
        "stratify": bool(stratify),
        "near": bool(near),
        "column": column or None,
        "files": several if any(several) else None,
    }


def _leaks(page: Page, dataset: Dataset) -> str:
    found = page.session.datasets.leaks(dataset.id)
    if found is None:
        if dataset.preparing:
            return ""
        press = button("compare", words.COMPARE_BUTTON, name="compare")
        return f'<div class="fs-lead"><p>{html.esc(words.COMPARE_LINE)}</p>{press}</div>'
    if not found:
        return ""
    count = sum(finding.count for finding in found)
    said = words.LEAK if count == 1 else words.LEAKS.format(count=html.number(count))
    return f'<div class="fs-lead"><p>{html.esc(said)}</p>{button("near", words.LEAKS_BUTTON, name="keep-apart")}</div>'


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
