"""Pictures of the examples: lengths and what the model reads at once, labels, how answers begin, languages, turns."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.data import Statistics
from studio.session.looking import Measured
from studio.ui import charts, html, words
from studio.ui.acts import acts, button
from studio.ui.data.chosen import model_of
from studio.ui.live import chart, figure
from studio.ui.page import Page, Standing, Tab

NAME = "data"
FIRST = "lengths"
ROUGH = 5_000_000


def build(page: Page) -> Tab:
    with gr.Column(visible=False, elem_classes="fs-card") as card:
        gr.HTML(f"<h2>{html.esc(words.PICTURES_TITLE)}</h2>")
        which = gr.Radio([], label=words.PICTURE_LABEL, elem_id="picture", container=False)
        line = gr.HTML(elem_id="picture-line")
        picture = chart("picture-chart")
        anew = acts("count")

    def choose(project: str, name: str) -> tuple[str, str]:
        measured = measure(page, page.standing(project))
        return (_line(measured, name), draw(measured, name)) if measured else ("", "")

    def count(project: str, told: dict[str, str]) -> None:
        standing = page.standing(project)
        if standing.dataset is not None:
            page.session.datasets.look_again(standing.dataset.id, model_of(page, standing))

    page.on(anew.submit, count, tab=NAME, heard=True, meanwhile=words.STARTING)
    which.input(choose, [page.project, which], [line, picture], show_progress="hidden", queue=False)

    def view(standing: Standing) -> Sequence[Any]:
        measured = measure(page, standing)
        if measured is None:
            return [gr.Column(visible=False), gr.skip(), "", "", ""]
        names = [name for name in words.PICTURES if name == FIRST or _counts(measured.numbers, name)]
        choices = [(words.PICTURES[name], name) for name in names]
        return [
            gr.Column(visible=True),
            gr.Radio(choices, value=FIRST),
            _line(measured, FIRST),
            draw(measured, FIRST),
            _anew(page, standing, measured),
        ]

    return Tab([card, which, line, picture, anew], view)


def measure(page: Page, standing: Standing) -> Measured | None:
    """The numbers of the current data set in tokens of the model that is chosen on the Method tab."""
    dataset = standing.dataset
    if dataset is None or not dataset.report.usable:
        return None
    return page.session.datasets.statistics(dataset.id, model_of(page, standing))


def draw(measured: Measured, name: str) -> str:
    """The picture as the chart component takes it."""
    numbers = measured.numbers
    if name == FIRST:
        spans = numbers.lengths
        limit = (measured.context, words.CONTEXT_LIMIT) if measured.context else None
        made = charts.lengths(spans.edges, spans.counts, words.AXIS[spans.unit], words.EXAMPLES_AXIS, limit)
    else:
        made = charts.shares(_counts(numbers, name), words.TURNS_AXIS if name == "roles" else words.EXAMPLES_AXIS)
    return figure(made, f"{words.PICTURES[name]}. {_said(measured, name)}")


def _anew(page: Page, standing: Standing, measured: Measured) -> str:
    """Of a large file the tokens of another model are counted on demand."""
    model, dataset = model_of(page, standing), standing.dataset
    if dataset is None or dataset.preparing or model is None or measured.context is not None:
        return ""
    if page.session.datasets.cut(dataset.id, model) is not None or not page.session.datasets.countable(model):
        return ""
    line = words.COUNT_LINE.format(model=model.name)
    return f"<p>{html.esc(line)}</p>{button('count', words.COUNT_BUTTON, name='count-anew')}"


def _line(measured: Measured, name: str) -> str:
    return f"<p>{html.esc(_said(measured, name))}</p>"


def _said(measured: Measured, name: str) -> str:
    numbers = measured.numbers
    if name == FIRST:
        return _lengths(measured)
    counts = _counts(numbers, name)
    total = numbers.label_count if name == "labels" else len(counts)
    shown = min(len(counts), charts.MOST_BARS)
    top = ", ".join(f"{word} {html.number(count)}" for word, count in list(counts.items())[:3])
    more = f" {words.MORE_KINDS.format(shown=shown, all=html.number(total))}" if total > shown else ""
    return f"{top}.{more}"


def _lengths(measured: Measured) -> str:
    numbers = measured.numbers
    rows = html.number(numbers.rows)
    if numbers.tokens is None:
        return words.LENGTHS_CHARACTERS.format(
            rows=rows, prompt=html.number(numbers.prompt_median), answer=html.number(numbers.answer_median)
        )
    line = words.LENGTHS_LINE.format(rows=rows, tokens=_about(numbers.tokens))
    if measured.context is None or measured.cut is None:
        return line
    context = html.number(measured.context)
    said = words.CUT if measured.cut > 1 else words.CUT_ONE if measured.cut else words.FITS
    more = said.format(count=html.number(measured.cut), context=context)
    return f"{line} {more}"


def _about(tokens: int) -> str:
    """Of very many tokens a part is reckoned, so their number is said roughly."""
    return f"about {tokens / 1e6:.0f} million" if tokens >= ROUGH else html.number(tokens)


def _counts(numbers: Statistics, name: str) -> dict[str, int]:
    """What a picture of bars shows; nothing where it would show one bar or the same as another picture."""
    found: dict[str, int] = getattr(numbers, name)
    if name == "first_words" and (numbers.labels or len(found) > numbers.rows / 2):
        return {}
    if name == "roles":
        # Where every example has one turn of each role, that says nothing.
        if set(found.values()) == {numbers.rows}:
            return {}
        return {html.ROLE_WORDS.get(role, role): count for role, count in found.items()}
    return found if len(found) > 1 else {}
