"""The examples as the model reads them: a page of them, search, filter by finding, and every row open to change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.data.values import Example, Message
from studio.errors import UsageError
from studio.session.values import Dataset
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.data import rows
from studio.ui.data.chosen import model_of, seen
from studio.ui.page import Page, Standing, Tab

NAME = "data"
PER_PAGE = 3
LONGEST = 70


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card") as card:
        gr.HTML(f"<h2>{html.esc(words.EXAMPLES_TITLE)}</h2>")
        with gr.Row(elem_classes="fs-field"):
            search = gr.Textbox(label=words.SEARCH_LABEL, placeholder=words.SEARCH_HINT, elem_id="search", max_lines=1)
            only = gr.Dropdown([(words.FILTER_ALL, "")], value="", label=words.FILTER_LABEL, elem_id="filter")
        listed = acts("examples")
        with gr.Row(elem_classes="fs-pager"):
            previous = gr.Button(words.PREVIOUS, size="sm", elem_id="previous")
            pager = gr.HTML(elem_id="pager")
            following = gr.Button(words.NEXT, size="sm", elem_id="next")

    def turn(project: str, text: str, rule: str, step: int) -> tuple[str, str]:
        standing = page.standing(project)
        if standing.dataset is None:
            return "", ""
        place = Place.of(standing)
        start = max(0, place.start + step) if step else 0
        shown, numbers, start = draw(page, standing, Place(start, text.strip(), rule or ""))
        kept = {"dataset": standing.dataset.id, "start": start, "search": text, "rule": rule or ""}
        session.projects.remember(project, rows=kept)
        return shown, numbers

    def change(project: str, told: dict[str, Any]) -> None:
        dataset = page.standing(project).dataset
        if dataset is None:
            return
        version, row, texts = int(told.get("version", 0)), str(told["row"]), told.get("texts") or {}
        if row == "new":
            session.datasets.add_row(dataset.id, rows.rewritten(blank(page, dataset), texts))
        elif told["act"] == "delete":
            session.datasets.delete_row(dataset.id, version, int(row))
        else:
            found, _ = session.datasets.page(dataset.id, int(row), 1)
            if not found:
                raise UsageError(*words.ROW_GONE)
            session.datasets.edit_row(dataset.id, version, int(row), rows.rewritten(found[0][1], texts))

    looking: dict[str, Any] = {
        "outputs": [listed, pager],
        "show_progress": "hidden",
        "queue": False,
        "trigger_mode": "always_last",
    }
    given = [page.project, search, only]
    # Not search.input: it comes before the text has changed.
    gr.on([search.change, only.input], lambda p, t, r: turn(p, t, r, 0), given, **looking)
    previous.click(lambda p, t, r: turn(p, t, r, -PER_PAGE), given, **looking)
    following.click(lambda p, t, r: turn(p, t, r, PER_PAGE), given, **looking)
    page.on(listed.submit, change, tab=NAME, heard=True, meanwhile=words.SAVING)

    def view(standing: Standing) -> Sequence[Any]:
        dataset = seen(page, standing)
        if dataset is None or not dataset.report.usable:
            return [gr.Column(visible=False), "", gr.skip(), "", ""]
        place = Place.of(standing)
        choices = _filters(dataset)
        if place.rule not in [rule for _, rule in choices]:
            place = replace(place, rule="")
        shown, numbers, _ = draw(page, standing, place)
        return [gr.Column(visible=True), place.search, gr.Dropdown(choices, value=place.rule), shown, numbers]

    return Tab([card, search, only, listed, pager], view)


@dataclass(frozen=True)
class Place:
    """Where a person looks: from which row on, for which words, at rows with which finding."""

    start: int = 0
    search: str = ""
    rule: str = ""

    @staticmethod
    def of(standing: Standing) -> "Place":
        """As the project remembers it, for the data set it was in."""
        kept = standing.choices.get("rows") or {}
        same = standing.dataset is not None and kept.get("dataset") == standing.dataset.id
        return Place(kept["start"], kept["search"], kept["rule"]) if same else Place()


def draw(page: Page, standing: Standing, place: Place) -> tuple[str, str, int]:
    """The rows at a place, which of how many they are, and where they really begin."""
    dataset = standing.dataset
    assert dataset is not None
    model = model_of(page, standing) if place.rule else None

    def found(start: int) -> tuple[list[tuple[int, Example]], int]:
        return page.session.datasets.page(dataset.id, start, PER_PAGE, place.search, place.rule or None, model)

    start = place.start
    listed, total = found(start)
    if start and not listed:
        start = max(0, (total - 1) // PER_PAGE * PER_PAGE)
        listed, total = found(start)
    new = button("new", words.ADD_ROW) + rows.form(blank(page, dataset), "new")
    if not listed:
        return f"<p>{html.esc(words.NO_MATCH)}</p>{new}", "", 0
    shown = "".join(rows.article(example, number, dataset.version) for number, example in listed)
    numbers = words.PAGER.format(
        first=html.number(start + 1), last=html.number(start + len(listed)), total=html.number(total)
    )
    return shown + new, f'<p class="fs-pages">{html.esc(numbers)}</p>', start


def blank(page: Page, dataset: Dataset) -> Example:
    """An example of the same kind as the first one, to be filled in; a system prompt stays as it is there."""
    found, _ = page.session.datasets.page(dataset.id, 0, 1)
    if not found:
        return Example(0, (Message("user", ""), Message("assistant", "")))
    first = found[0][1]
    if not first.prompt:
        return Example(0, (Message("assistant", ""),))
    system = tuple(m for m in first.messages[:1] if m.role == "system")
    turns = (*system, Message("user", ""), Message("assistant", ""))
    rejected = (Message("assistant", ""),) if first.rejected else ()
    return Example(0, turns, rejected, ("",) if first.labels else ())


def _filters(dataset: Dataset) -> list[tuple[str, str]]:
    """Findings about rows that are used, by what they say."""
    choices = {words.FILTER_ALL: ""}
    for finding in dataset.report.findings:
        if finding.line and finding.severity != "error" and finding.rule not in choices.values():
            text = finding.message if len(finding.message) <= LONGEST else finding.message[: LONGEST - 1] + "…"
            choices[text] = finding.rule
    return list(choices.items())
