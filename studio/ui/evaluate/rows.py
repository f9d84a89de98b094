"""The judged rows one by one: got better, got worse, still wrong; searched, filtered, differences marked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from studio.evaluation.differences import marked
from studio.evaluation.scorecard import GROUPS, Row, Scorecard
from studio.evaluation.slices import kinds
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.evaluate.numbers import title
from studio.ui.page import Page, Standing, Tab

NAME = "evaluate"
PER_PAGE = 10


@dataclass(frozen=True)
class Place:
    """What is looked at: a group ('' all), words, whom beside the tuned model, where, and a cell of the table of wanted
    against told ('' none; told '' with a wanted one: anything that is no label)."""

    group: str = ""
    search: str = ""
    beside: str = "base"
    start: int = 0
    wanted: str = ""
    told: str = ""

    @staticmethod
    def of(standing: Standing) -> "Place":
        """As the project remembers it, for this evaluation."""
        kept = standing.choices.get("scored") or {}
        same = standing.evaluation is not None and kept.get("evaluation") == standing.evaluation.id
        return Place(**{name: value for name, value in kept.items() if name != "evaluation"}) if same else Place()


def build(page: Page, picking: Any) -> Tab:
    """picking: the component of the table of wanted against told, whose numbers choose rows."""
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card", elem_id="scored-rows") as card:
        gr.HTML(f"<h2>{html.esc(words.ROWS_TITLE)}</h2><p>{html.esc(words.ROWS_LINE)}</p>")
        with gr.Row(elem_classes="fs-field"):
            group = gr.Dropdown([(words.ROW_ALL, "")], value="", label=words.ROWS_GROUP, elem_id="rows-group")
            beside = gr.Dropdown([("Base", "base")], value="base", label=words.ROWS_BESIDE, elem_id="rows-beside")
            search = gr.Textbox(label=words.ROWS_SEARCH, elem_id="rows-search", max_lines=1)
        listed = acts("rows-listed")
        with gr.Row(elem_classes="fs-pager"):
            previous = gr.Button(words.PREVIOUS, size="sm", elem_id="rows-previous")
            pager = gr.HTML(elem_id="rows-pager")
            following = gr.Button(words.NEXT, size="sm", elem_id="rows-next")

    def keep(standing: Standing, place: Place) -> None:
        if standing.evaluation is not None:
            kept = {"evaluation": standing.evaluation.id, **asdict(place)}
            session.projects.remember(standing.project, scored=kept)

    def turn(project: str, chosen: str, other: str, text: str, step: int) -> tuple[str, str]:
        standing = page.standing(project)
        card = _card(page, standing)
        if card is None:
            return "", ""
        old = Place.of(standing)
        start = max(0, old.start + step) if step else 0
        shown, numbers, start = _draw(card, Place(chosen or "", text.strip(), other, start, old.wanted, old.told))
        keep(standing, Place(chosen or "", text.strip(), other, start, old.wanted, old.told))
        return shown, numbers

    def pick(project: str, told: dict[str, Any]) -> None:
        picked = told["act"] == "pick"
        place = Place(wanted=str(told["wanted"]), told=str(told.get("told", ""))) if picked else Place()
        keep(page.standing(project), place)

    looking: dict[str, Any] = {
        "outputs": [listed, pager],
        "show_progress": "hidden",
        "queue": False,
        "trigger_mode": "always_last",
    }
    given = [page.project, group, beside, search]
    gr.on([search.change, group.input, beside.input], lambda p, g, b, t: turn(p, g, b, t, 0), given, **looking)
    previous.click(lambda p, g, b, t: turn(p, g, b, t, -PER_PAGE), given, **looking)
    following.click(lambda p, g, b, t: turn(p, g, b, t, PER_PAGE), given, **looking)
    page.on([picking.submit, listed.submit], pick, tab=NAME, heard=True)

    def view(standing: Standing) -> Sequence[Any]:
        card_ = _card(page, standing)
        if card_ is None or not card_.details:
            return [gr.Column(visible=False), gr.skip(), gr.skip(), gr.skip(), "", ""]
        place = Place.of(standing)
        counts = {name: sum(row.against(place.beside) == name for row in card_.details) for name in GROUPS}
        groups = [(f"{words.ROW_GROUPS[name]} ({count})", name) for name, count in counts.items() if count]
        others = [(title(card_, one), one.name) for one in card_.candidates if one.name != "tuned"]
        shown, numbers, _ = _draw(card_, place)
        return [
            gr.Column(visible=True),
            gr.Dropdown([(f"{words.ROW_ALL} ({card_.rows})", ""), *groups], value=place.group),
            gr.Dropdown(others, value=place.beside),
            place.search,
            shown,
            numbers,
        ]

    return Tab([card, group, beside, search, listed, pager], view)


def _card(page: Page, standing: Standing) -> Scorecard | None:
    evaluation = standing.evaluation
    return page.session.evaluations.scorecard(evaluation.id) if evaluation else None


def _draw(card: Scorecard, place: Place) -> tuple[str, str, int]:
    """The rows of a place, which of how many they are, and where they really begin."""
    found = [row for row in card.details if _fits(row, place, kinds(card.details) if place.wanted else [])]
    chosen = ""
    if place.wanted:
        line = words.ROWS_PICKED.format(wanted=place.wanted, told=place.told or words.ROWS_OTHER)
        chosen = f"<p>{html.esc(line)} {button('every', words.ROWS_EVERY, kind='quiet')}</p>"
    if not found:
        return f"{chosen}<p>{html.esc(words.ROWS_NONE)}</p>", "", 0
    start = min(place.start, (len(found) - 1) // PER_PAGE * PER_PAGE)
    shown = found[start : start + PER_PAGE]
    other = next((one for one in card.candidates if one.name == place.beside), card.candidates[0])
    listed = "".join(_row(row, other.name, title(card, other)) for row in shown)
    numbers = words.PAGER.format(
        first=html.number(start + 1), last=html.number(start + len(shown)), total=html.number(len(found))
    )
    return chosen + listed, f'<p class="fs-pages">{html.esc(numbers)}</p>', start


def _fits(row: Row, place: Place, labels: Sequence[str]) -> bool:
    if place.group and row.against(place.beside) != place.group:
        return False
    told = row.answers["tuned"].strip()
    if place.wanted and (row.wanted.strip() != place.wanted or (told != place.told if place.told else told in labels)):
        return False
    text = place.search.casefold()
    held = (row.wanted, *row.answers.values(), *(turn["content"] for turn in row.prompt))
    return not text or any(text in one.casefold() for one in held)


def _row(row: Row, other: str, name: str) -> str:
    asked = next((m["content"] for m in reversed(row.prompt) if m["role"] == "user"), "")
    group = row.against(other)
    return (
        f'<article class="fs-example fs-judged" data-group="{html.esc(group)}"><div class="fs-example-head">'
        f'<span class="fs-badge">{html.esc(words.ROW_GROUPS[group])}</span>'
        f'<span class="fs-line">{html.esc(words.LINE.format(line=html.number(row.line)))}</span></div>'
        f'<div class="fs-text"><b>{html.esc(words.ROW_PROMPT)}:</b> {html.esc(asked)}</div>'
        f'<div class="fs-text"><b>{html.esc(words.ROW_WANTED)}:</b> {html.esc(row.wanted)}</div>'
        f'<div class="fs-pair">{_answer(row, other, name)}{_answer(row, "tuned", words.CHAT_TUNED)}</div></article>'
    )


def _answer(row: Row, side: str, name: str) -> str:
    right = row.exact[side]
    mark = "right" if right else "wrong"
    sign = f'<span class="fs-{mark}">{"✓" if right else "✗"}<span class="fs-sr"> {mark}</span></span>'
    text = row.answers[side]
    shown = marked(row.wanted, text) if text and not right and side == "tuned" else html.esc(text or words.NO_ANSWER)
    sure = ", ".join(f"{label} {100 * share:.0f} %" for label, share in row.shares.get(side, ())[:3])
    more = f'<p class="fs-line">{html.esc(sure)}</p>' if sure else ""
    head = f"<b>{html.esc(name)}</b> {sign}"
    return f'<div class="fs-side-{html.esc(side)}">{head}<div class="fs-diff">{shown}</div>{more}</div>'
