"""What are the columns? Chosen by dropdowns, a suggestion filled in, with the first rows as they would be read."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio import data
from studio.data import Field, Guess, Mapping
from studio.errors import StudioError, UsageError
from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.data import rows
from studio.ui.page import Page, Standing, Tab

NAME = "data"
MOST_FIELDS = max(len(known.FIELDS) for known in data.FORMATS)
SHOWN = 2
SURE = 0.75


def build(page: Page) -> Tab:
    session = page.session
    with gr.Accordion(
        words.COLUMNS_TITLE, open=False, visible=False, elem_id="columns", elem_classes="fs-card"
    ) as card:
        reason = gr.HTML(elem_id="columns-reason")
        shape = gr.Dropdown(
            [(words.SHAPE_CHOICES.get(known.NAME, known.TITLE), known.NAME) for known in data.FORMATS],
            label=words.COLUMNS_SHAPE,
            elem_id="columns-shape",
        )
        with gr.Column(elem_classes="fs-fields"):
            # A value that is no choice is refused by Gradio, of a hidden field as well.
            none = [(words.NO_COLUMN, "")]
            fields = [gr.Dropdown(none, value="", visible=False, elem_id=f"column-{n}") for n in range(MOST_FIELDS)]
            constant = gr.Textbox(label=words.CONSTANT, info=words.CONSTANT_INFO, visible=False, elem_id="constant")
        preview = gr.HTML(elem_id="columns-preview")
        apply = gr.Button(words.COLUMNS_APPLY, elem_id="columns-apply", size="sm", variant="primary")

    def choose(project: str, chosen: str) -> list[Any]:
        """Another shape: its fields, filled as far as that can be guessed."""
        dataset = page.standing(project).dataset
        if dataset is None:
            return [gr.skip()] * (MOST_FIELDS + 2)
        mapping = suggested(session.datasets.guess(dataset.id), chosen)
        return [*_fields(session.datasets.guess(dataset.id), mapping), _preview(page, dataset, mapping)]

    def look(project: str, chosen: str, text: str, *columns: str | None) -> str:
        dataset = page.standing(project).dataset
        return _preview(page, dataset, _mapping(chosen, text, columns)) if dataset and chosen else ""

    def read(project: str, chosen: str, text: str, *columns: str | None) -> None:
        dataset = page.standing(project).dataset
        if dataset is None:
            return
        if not chosen:
            raise UsageError(*words.NO_SHAPE_CHOSEN)
        if _named(session.datasets.guess(dataset.id), chosen):
            session.datasets.set_shape(dataset.id, chosen)
        else:
            session.datasets.set_mapping(dataset.id, _mapping(chosen, text, columns))

    given = [shape, constant, *fields]
    quick: dict[str, Any] = {"show_progress": "hidden", "queue": False}
    shape.input(choose, [page.project, shape], [*fields, constant, preview], **quick)
    changed = [field.input for field in fields]
    gr.on([*changed, constant.change], look, [page.project, *given], preview, trigger_mode="always_last", **quick)
    page.on(apply.click, read, given, tab=NAME, meanwhile=words.READING_COLUMNS)

    def view(standing: Standing) -> Sequence[Any]:
        dataset = standing.dataset
        if dataset is None or not dataset.version:
            return [gr.Accordion(visible=False), *[gr.skip()] * (MOST_FIELDS + 4)]
        guess = session.datasets.guess(dataset.id)
        recipe = session.datasets.recipe(dataset.id)
        mapping = recipe.mapping or suggested(guess, dataset.report.shape or guess.shape)
        unsure = recipe.mapping is None and recipe.shape is None and guess.confidence <= SURE
        unread = dataset.report.shape is None
        return [
            gr.Accordion(
                words.COLUMNS_UNREAD if unread else words.COLUMNS_TITLE,
                visible=bool(guess.columns),
                open=unread or unsure,
            ),
            f"<p>{html.esc(words.COLUMNS_LINE)} {html.esc(guess.reason)}</p>",
            gr.Dropdown(value=mapping.shape if mapping else None),
            *_fields(guess, mapping),
            _preview(page, dataset, mapping) if unread or unsure else "",
        ]

    return Tab([card, reason, shape, *fields, constant, preview], view)


def suggested(guess: Guess, shape: str | None) -> Mapping | None:
    """The guess where it is of this shape; else what can be told from columns of the fields' own names."""
    if shape is None:
        return None
    if guess.mapping is not None and guess.mapping.shape == shape:
        return guess.mapping
    columns = {column.lower(): column for column in reversed(guess.columns)}
    fields = data.format_named(shape).FIELDS
    return Mapping(shape, {field.name: columns[field.name] for field in fields if field.name in columns})


def _named(guess: Guess, shape: str) -> bool:
    """Whether the columns have the names that the shape asks for, so that nothing is to be chosen."""
    return set(data.format_named(shape).KEYS) <= set(guess.columns)


def _fields(guess: Guess, mapping: Mapping | None) -> list[Any]:
    """A dropdown for each field of the shape, and the text that may stand in place of a column."""
    fields: Sequence[Field] = data.format_named(mapping.shape).FIELDS if mapping else ()
    if mapping and _named(guess, mapping.shape):
        fields = ()
    choices = [(words.NO_COLUMN, ""), *((column, column) for column in guess.columns)]
    made: list[Any] = []
    for place in range(MOST_FIELDS):
        if place >= len(fields) or mapping is None:
            made.append(gr.Dropdown(choices, value="", visible=False))
            continue
        field = fields[place]
        label = field.title if field.needed else f"{field.title} {words.OPTIONAL}"
        made.append(gr.Dropdown(choices, value=mapping.columns.get(field.name, ""), label=label, visible=True))
    text = next((mapping.constants.get(f.name, "") for f in fields if f.constant), None) if mapping else None
    return [*made, gr.Textbox(value=text or "", visible=text is not None)]


def _mapping(shape: str, text: str, columns: Sequence[str | None]) -> Mapping:
    fields = data.format_named(shape).FIELDS
    chosen = {field.name: column for field, column in zip(fields, columns, strict=False) if column}
    constant = next((field.name for field in fields if field.constant and field.name not in chosen), None)
    return Mapping(shape, chosen, {constant: text.strip()} if constant and text and text.strip() else {})


def _preview(page: Page, dataset: Dataset, mapping: Mapping | None) -> str:
    if mapping is None or not mapping.columns:
        return f'<p class="fs-line">{html.esc(words.COLUMNS_EMPTY)}</p>'
    try:
        examples, findings = page.session.datasets.preview_mapping(dataset.id, mapping)
    except StudioError as error:
        return f'<p class="fs-line" role="status">{html.esc(error)}</p>'
    shown = "".join(f'<article class="fs-example">{rows.body(example)}</article>' for example in examples[:SHOWN])
    said = "".join(f"<p>{html.esc(f.message)} {html.esc(f.remedy)}</p>" for f in findings[:SHOWN])
    return f"<p><b>{html.esc(words.COLUMNS_PREVIEW)}</b></p>{shown}{said}"
