"""What do you have? Three ways to bring data in: a file or several, a sample, a data set of the Hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.data.readers import READERS
from studio.session.values import Dataset, Sample
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.page import Page, Standing, Tab

NAME = "data"
PACKED = ".gz"


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=True) as empty:
        with gr.Column(elem_classes="fs-card"):
            line = words.DROP_LINE.format(limit=html.number(session.settings.upload_limit_mb))
            gr.HTML(f"<h2>{html.esc(words.DROP_TITLE)}</h2><p>{html.esc(line)}</p>")
            upload = gr.File(
                label=words.DROP_LABEL,
                file_types=[*dict.fromkeys(s for reader in READERS for s in reader.SUFFIXES), PACKED],
                file_count="multiple",
                elem_id="upload",
                height=150,
            )
            keep = gr.Button(words.KEEP_FILE, elem_id="keep-file", visible=False, size="sm")
        with gr.Column(elem_classes="fs-card"):
            samples = acts("samples")
        with gr.Column(elem_classes="fs-card"):
            gr.HTML(f"<h2>{html.esc(words.HUB_TITLE)}</h2><p>{html.esc(words.HUB_LINE)}</p>")
            with gr.Row(elem_classes="fs-field"):
                hub = gr.Textbox(label=words.HUB_LABEL, placeholder=words.HUB_HINT, elem_id="hub", max_lines=1, scale=1)
                fetch = gr.Button(words.HUB_BUTTON, elem_id="fetch-hub", scale=0)

    def chosen(project: str, dataset: Dataset) -> None:
        session.projects.remember(project, dataset=dataset.id, share=None)

    def add(project: str, paths: list[str] | None) -> None:
        if paths:
            chosen(project, session.datasets.add(project, [Path(path) for path in paths], aside=True, mapped=True))

    def add_sample(project: str, told: dict[str, str]) -> None:
        chosen(project, session.datasets.add_sample(project, told["sample"]))

    def add_from_hub(project: str, reference: str) -> None:
        chosen(project, session.datasets.add_from_hub(project, reference))

    page.on(upload.upload, add, [upload], tab=NAME, meanwhile=words.CHECKING)
    page.on(samples.submit, add_sample, tab=NAME, heard=True, meanwhile=words.CHECKING)
    page.on([fetch.click, hub.submit], add_from_hub, [hub], tab=NAME, meanwhile=words.FETCHING)
    page.on(keep.click, lambda project: session.projects.remember(project, dataset=""), tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        if standing.dataset is not None:
            return [gr.Column(visible=False), gr.File(value=None), gr.skip(), gr.skip()]
        has_other = session.datasets.latest(standing.project) is not None
        # The file field is left alone: an upload may be under way, and emptying the field would lose it.
        return [gr.Column(visible=True), gr.skip(), gr.Button(visible=has_other), _samples(page)]

    return Tab([empty, upload, keep, samples], view)


def _called(sample: Sample) -> str:
    return words.SAMPLE_CALLED.format(title=sample.title.lower())


def _samples(page: Page) -> str:
    cards = "".join(
        f'<div role="listitem"><b>{html.esc(sample.title)}</b><p>{html.esc(sample.line)}</p>'
        + button("sample", words.SAMPLE_BUTTON, name=f"sample-{sample.id}", label=_called(sample), sample=sample.id)
        + "</div>"
        for sample in page.session.datasets.samples()
    )
    return f'<h2>{html.esc(words.SAMPLE_TITLE)}</h2><div class="fs-samples" role="list">{cards}</div>'
