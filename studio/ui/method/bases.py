"""More base models: cards of what we propose and of what the Hub has, fetched with progress and Cancel; and what can be
started from in this project."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from studio.models import CATALOGUE, Card, card_of
from studio.models.hub import NAME, Found
from studio.session.models import TUNED
from studio.ui import html, words
from studio.ui.acts import acts, button
from studio.ui.live import follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

TAB = "method"
MEGABYTES_A_WEIGHT = 2e-6
"""Most models are stored in half precision; what one has in truth is told when it is fetched."""


class Bases:
    """Building it draws the fold where it is built; `part` says what it does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.models = lambda: page.session.models
        # What was searched for in a project and what was found; nothing is asked by itself.
        self.found: dict[str, tuple[str, list[Found]]] = {}
        visible = not page.session.settings.space
        self.join = gr.Button(words.SHELF_JOIN, size="sm", elem_id="join-model", visible=False)
        with gr.Column(visible=False, elem_classes="fs-card") as self.waiting:
            self.title = gr.HTML(elem_id="fetching")
            self.progress = live("live-fetch", curve=False)
            self.cancel = gr.Button(words.SHELF_CANCEL, size="sm", elem_id="cancel-fetch")
        with gr.Accordion(words.MORE_MODELS, open=False, elem_id="more-models", visible=visible):
            gr.HTML(f"<p>{html.esc(words.MORE_MODELS_LINE)}</p>")
            with gr.Row(elem_classes="fs-field"):
                self.text = gr.Textbox(
                    label=words.SHELF_SEARCH, info=words.SHELF_SEARCH_INFO, elem_id="search-models", max_lines=1
                )
                self.search = gr.Button(words.SHELF_SEARCH_BUTTON, size="sm", elem_id="search-hub", scale=0)
            with gr.Row(elem_classes="fs-field") as self.token_row:
                self.token = gr.Textbox(
                    type="password",
                    label=words.SHELF_TOKEN,
                    info=words.SHELF_TOKEN_INFO,
                    elem_id="hub-token",
                    html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
                )
                self.use = gr.Button(words.SHELF_TOKEN_USE, size="sm", elem_id="use-token", scale=0)
            self.said = gr.HTML(elem_id="token-state")
            self.shelf = acts("shelf")

    def choices(self, standing: Standing) -> list[tuple[str, str]]:
        """What can be started from: what came with the studio, what was fetched, what was tuned here in full."""
        models = self.models()
        listed = [(card.title, card.id) for card in models.cards()]
        for name in models.fetched():
            card = card_of(name)
            listed.append((card.title if card else name, name))
        tuned = models.tuned(standing.project)
        return listed + [(words.MODEL_TUNED.format(name=run.name), f"{TUNED}{run.id}") for run in tuned]

    def part(self, choose: Callable[..., None]) -> Tab:
        """choose: remembers a choice of the person for the project."""
        page = self.page

        def act(project: str, told: dict[str, str]) -> None:
            match told["act"]:
                case "use":
                    choose(project, model=told["model"])
                case "fetch":
                    self.models().fetch(project, told["model"])
                case "remove":
                    self.models().remove(told["model"])

        page.on(self.shelf.submit, act, tab=TAB, heard=True)
        page.on(self.join.click, self._join, tab=TAB)
        page.on(self.progress.submit, lambda project: None, tab=TAB)
        page.on(self.cancel.click, lambda project: self.models().cancel(), tab=TAB)
        page.on(
            [self.search.click, self.text.submit], self._search, [self.text], tab=TAB, meanwhile=words.SHELF_SEARCHING
        )
        page.on(
            [self.use.click, self.token.submit], lambda p, token: self.models().give_token(token), [self.token], tab=TAB
        )

        def wire() -> None:
            forget: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
            gr.on([self.use.click, self.token.submit], lambda: "", None, self.token, **forget)

        page.pending.append(wire)
        outputs = [self.join, self.waiting, self.title, self.progress, self.cancel]
        return Tab([*outputs, self.token_row, self.said, self.shelf], self._view)

    def _join(self, project: str) -> None:
        chosen = self.page.session.projects.choices(project).get("model") or ""
        self.models().join(chosen.removeprefix(TUNED))

    def _search(self, project: str, text: str) -> None:
        wanted = text.strip()
        if not wanted:
            self.found.pop(project, None)
        elif NAME.fullmatch(wanted):
            self.found[project] = (wanted, [self.models().look_up(wanted)])
        else:
            self.found[project] = (wanted, self.models().search(wanted))

    def _view(self, standing: Standing) -> Sequence[Any]:
        job, token = self.models().under_way(), self.models().has_token()
        at_work = job is not None and job.state.state in UNDER_WAY
        head = job.name if job else ""
        line = words.SHELF_ON_ITS_WAY_LINE if at_work else words.SHELF_FAILED_LINE
        wanted = standing.choices.get("model") or ""
        there = f'<p class="fs-good">{html.esc(words.SHELF_TOKEN_THERE)}</p>' if token else ""
        return [
            gr.Button(visible=job is None and self.models().to_join(wanted)),
            gr.Column(visible=job is not None),
            f"<h3>{html.esc(head)}</h3><p>{html.esc(line)}</p>",
            follow(job.id, job.state.state) if job else follow(None),
            gr.Button(words.SHELF_CANCEL if at_work else words.SHELF_DISMISS),
            gr.Row(visible=not token),
            there,
            self._cards(standing, at_work),
        ]

    def _cards(self, standing: Standing, busy: bool) -> str:
        if self.page.session.settings.space:
            return ""
        here, chosen = self.models().fetched(), standing.choices.get("model")
        searched = self.found.get(standing.project)
        if searched is None:
            proposed = [_proposed(card) for card in CATALOGUE if not card.bundled]
            others = [_plain(name) for name in here if card_of(name) is None]
            said, listed = "", [*others, *proposed]
        else:
            text, found = searched
            words_of = words.SHELF_FOUND if found else words.SHELF_NOTHING
            said = f'<p role="status">{html.esc(words_of.format(count=len(found), text=text))}</p>'
            listed = [_of_hub(one) for one in found]
        # What is here already stands first.
        listed.sort(key=lambda one: one[0] not in here)
        made = [self._card(*one, name_here=one[0] in here, chosen=one[0] == chosen, busy=busy) for one in listed]
        return f'{said}<div class="fs-methods">{"".join(made)}</div>'

    def _card(
        self, name: str, title: str, parameters: int, lines: list[str], name_here: bool, chosen: bool, busy: bool
    ) -> str:
        buttons = []
        if name_here:
            title_of = words.SHELF_USED if chosen else words.SHELF_USE
            buttons.append(button("use", title_of, kind="main", label=f"{title_of}: {title}", model=name))
            buttons.append(button("remove", words.SHELF_REMOVE, kind="quiet", label=f"Delete {title}", model=name))
        elif not busy:
            size = html.megabytes(parameters * MEGABYTES_A_WEIGHT * 1e6) if parameters else words.SHELF_SIZE_UNKNOWN
            fetch = words.SHELF_FETCH.format(size=f"about {size}" if parameters else size)
            buttons.append(button("fetch", fetch, label=f"Fetch {title}", model=name))
        if parameters:
            fit = self.models().fits(parameters)
            room = words.SHELF_FITS[fit.room]
            lines = [*lines, room.format(least=html.megabytes(fit.least), free=html.megabytes(fit.free))]
        badge = f' <span class="fs-badge">{html.esc(words.SHELF_HERE)}</span>' if name_here else ""
        items = "".join(f"<li>{html.esc(line)}</li>" for line in lines)
        here = " fs-chosen" if chosen else ""
        return (
            f'<section class="fs-method{here}" data-model="{html.esc(name)}"><h3>{html.esc(title)}{badge}</h3>'
            f'<ul>{items}</ul><p class="fs-tools">{"".join(buttons)}</p></section>'
        )


Listed = tuple[str, str, int, list[str]]


def _proposed(card: Card) -> Listed:
    licence = (words.SHELF_TERMS if card.gated else words.SHELF_LICENCE).format(licence=card.licence)
    size = words.SHELF_SIZE.format(size=weights(card.parameters))
    reads = words.SHELF_CONTEXT.format(context=html.number(card.context))
    lines = [f"{card.line} {card.good_for}", f"{size}, {reads}; {card.languages}", licence]
    return card.id, card.title, card.parameters, lines


def _of_hub(found: Found) -> Listed:
    licence = (words.SHELF_TERMS if found.gated else words.SHELF_LICENCE).format(licence=found.licence)
    size = weights(found.parameters)
    lines = [words.SHELF_SIZE.format(size=size) if found.parameters else words.SHELF_SIZE_UNKNOWN, licence]
    return (
        found.id,
        found.id,
        found.parameters,
        [*lines, words.SHELF_DOWNLOADS.format(count=html.number(found.downloads))],
    )


def _plain(name: str) -> Listed:
    return name, name, 0, []


def weights(count: int) -> str:
    """A number of weights as people say it."""
    return f"{count / 1e9:.1f} billion" if count >= 1e9 else f"{count / 1e6:.0f} million"
