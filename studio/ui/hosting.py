"""The Hosted card of the Method tab: provider, key, model, options, what it costs, and an order that names the amount.

The key goes from its field to the session and is forgotten by the page at once. A price is worked out when asked for,
not with every redraw: it reads all rows.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.hosted import get
from studio.hosted.offer import Offer
from studio.hosted.options import DEFAULTS
from studio.hosted.price import dollars
from studio.ui import html, words
from studio.ui.hosting_form import FIRST, HERE, HOSTED, Form
from studio.ui.offering import cost_card, holds_for, limit, provider_card, question, status
from studio.ui.page import Page, Standing, Tab

TAB = "method"


class Hosting(Form):
    def __init__(self, page: Page) -> None:
        super().__init__(page)
        # What was worked out for a project, with the choices it holds for: other choices want another price.
        self.offers: dict[str, tuple[dict[str, Any], Offer]] = {}

    def part(self, local: gr.Column, local_bar: gr.Row) -> Tab:
        """What the card does, and how it is drawn. local, local_bar: what is shown for training on this machine."""
        page = self.page
        self.stated = [self.facts, self.key_state, self.key_row, self.forget, self.cost, self.question]
        self.stated += [self.yes, self.cap_place, self.bar, self.confirm, self.sentence, self.ask, self.order]
        form = [self.provider, self.address, self.model, self.price, self.cap, *self.needs.values()]
        form += self.controls.values()
        page.on(
            self.where.input, lambda p, where: self.session.projects.remember(p, where=where), [self.where], tab=TAB
        )
        page.on([self.provider.input], self._choose, [self.provider], tab=TAB)
        page.on([self.use.click, self.key.submit], self._give, [self.key, self.keep, *form], tab=TAB)
        page.on(self.forget.click, self._forget, tab=TAB)
        page.on(self.ask.click, self._work_out, form, tab=TAB, meanwhile=words.HOSTED_WORKING)
        page.on(self.yes.click, self._order, tab=TAB, goto="train", meanwhile=words.STARTING)

        def wire() -> None:
            hidden: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
            gr.on([self.use.click, self.key.submit], lambda: "", None, self.key, **hidden)
            bars = [self.bar, self.confirm]
            self.order.click(lambda: [gr.Row(visible=False), gr.Row(visible=True)], None, bars, **hidden)
            # What is being typed is left alone: only what follows from it is drawn anew.
            typed = [self.address.blur, self.address.submit, self.model.input, self.price.blur, self.cap.blur]
            typed += [field.blur for field in (*self.needs.values(), *self.controls.values())]
            kept = gr.on(typed, self._remember, [page.project, *form], None, show_progress="hidden")
            kept.then(self._restate, page.project, self.stated, show_progress="hidden")
            self.no.click(lambda: [gr.Row(visible=True), gr.Row(visible=False)], None, bars, **hidden)

        page.pending.append(wire)
        fields = [self.where, local, local_bar, self.column, self.provider, self.address, self.model, self.price]
        fields += [self.cap, *self.needs.values(), *self.controls.values()]
        return Tab([*fields, *self.stated], self._view)

    def _choices(self, project: str) -> dict[str, Any]:
        known: dict[str, Any] = {
            "provider": FIRST,
            "address": "",
            "model": "",
            "price": None,
            "cap": None,
            "options": {},
            "needs": {},
        }
        return known | self.session.projects.choices(project).get("hosted", {})

    def _keep_choices(self, project: str, **changes: Any) -> dict[str, Any]:
        made = self._choices(project) | changes
        self.session.projects.remember(project, hosted=made)
        return made

    def _choose(self, project: str, provider: str) -> None:
        models = get(provider).models
        self._keep_choices(project, provider=provider, model=models[0].id if models else "", price=None, needs={})

    def _remember(
        self, project: str, provider: str, address: str, model: Any, price: Any, cap: Any, *typed: Any
    ) -> None:
        needs, options = typed[: len(self.needs)], typed[len(self.needs) :]
        told = {name: value for (of, name), value in zip(self.needs, needs, strict=True) if of == provider}
        values = dict(zip(self.controls, options, strict=True))
        changed = {name: value for name, value in values.items() if value is not None and value != DEFAULTS[name]}
        self._keep_choices(
            project,
            provider=provider,
            address=address.strip(),
            model=model or "",
            price=price,
            cap=cap,
            options=changed,
            needs={name: (value or "").strip() for name, value in told.items()},
        )

    def _give(self, project: str, key: str | None, keep: bool, *form: Any) -> None:
        self._remember(project, *form)
        chosen = self._choices(project)
        self.session.providers.give_key(chosen["provider"], chosen["address"], key or "", keep)

    def _forget(self, project: str) -> None:
        chosen = self._choices(project)
        self.session.providers.forget_key(chosen["provider"], chosen["address"])

    def _work_out(self, project: str, *form: Any) -> None:
        self._remember(project, *form)
        dataset = self.page.standing(project).dataset
        if dataset is None:
            raise StudioError(words.DATA_NONE, words.NEED_DATA)
        chosen = self._choices(project)
        self.offers.pop(project, None)
        found = self.session.hosted.offer(
            project,
            dataset.id,
            chosen["provider"],
            chosen["model"],
            chosen["address"],
            chosen["price"],
            chosen["options"],
            fetch=True,
        )
        if chosen["cap"] is None and found.quote.dollars is not None:
            chosen = self._keep_choices(project, cap=limit(found.quote.dollars))
        self.offers[project] = (holds_for(chosen, dataset), found)

    def _offer(self, standing: Standing) -> Offer | None:
        held, offer = self.offers.get(standing.project, ({}, None))
        if standing.dataset is None or held != holds_for(self._choices(standing.project), standing.dataset):
            return None
        return offer

    def _order(self, project: str) -> None:
        standing = self.page.standing(project)
        offer, chosen = self._offer(standing), self._choices(project)
        if offer is None or offer.quote.dollars is None or standing.dataset is None:
            raise StudioError("The price is not known any more.", "Work it out again, then order.")
        run = self.session.hosted.start(
            project,
            standing.dataset.id,
            chosen["provider"],
            chosen["model"],
            confirmed=offer.quote.dollars,
            cap=chosen["cap"] or 0.0,
            address=chosen["address"],
            per_million=chosen["price"],
            options=chosen["options"],
            more=chosen["needs"],
        )
        self.session.projects.remember(project, run=run.id)

    def _restate(self, project: str) -> Sequence[Any]:
        """What follows from what was typed; a question that is being asked stays while its price holds."""
        standing = self.page.standing(project or self.session.projects.current().id)
        told = list(self._state(standing))
        if self._offer(standing) is not None:
            for bar in (self.bar, self.confirm):
                told[self.stated.index(bar)] = gr.skip()
        return told

    def _shown(self, standing: Standing) -> bool:
        return standing.enough and standing.choices.get("where") == HOSTED

    def _view(self, standing: Standing) -> Sequence[Any]:
        shown, chosen = self._shown(standing), self._choices(standing.project)
        provider = get(chosen["provider"])
        full = DEFAULTS | chosen["options"]
        models = [(f"{m.title} ({m.id})" if m.title != m.id else m.id, m.id) for m in provider.models]
        return [
            gr.Radio(value=HOSTED if shown else HERE, visible=standing.enough),
            gr.Column(visible=not shown),
            gr.Row(visible=not shown),
            gr.Column(visible=shown),
            gr.Radio(value=provider.id),
            gr.Textbox(value=chosen["address"], visible=not provider.address, placeholder=provider.hint),
            gr.Dropdown(choices=models, value=chosen["model"] or (models[0][1] if models else "")),
            chosen["price"],
            chosen["cap"],
            *[gr.Textbox(value=chosen["needs"].get(name, ""), visible=of == provider.id) for of, name in self.needs],
            *[full[name] for name in self.controls],
            *self._state(standing),
        ]

    def _state(self, standing: Standing) -> Sequence[Any]:
        """What follows from the choices."""
        shown, chosen = self._shown(standing), self._choices(standing.project)
        provider = get(chosen["provider"], chosen["address"])
        there = self.session.providers.has_key(provider.id, chosen["address"])
        offer = self._offer(standing) if shown else None
        ready = offer is not None and offer.ready and there
        said = dollars(offer.quote.dollars or 0.0) if offer else ""
        key_line = (words.HOSTED_KEY_THERE if there else words.HOSTED_KEY_NONE).format(provider=provider.title)
        return [
            provider_card(provider, chosen["model"]),
            f'<p class="{"fs-good" if there else "fs-line"}">{html.esc(key_line)}</p>',
            gr.Row(visible=not there),
            gr.Button(visible=there),
            cost_card(offer) if shown else "",
            question(offer, chosen["cap"] or 0.0) if offer else "",
            words.HOSTED_YES.format(amount=said),
            gr.Column(visible=offer is not None and there),
            gr.Row(visible=shown),
            gr.Row(visible=False),
            html.foot(status(offer, there)),
            gr.Button(visible=not ready),
            gr.Button(words.HOSTED_ORDER_FOR.format(amount=said), visible=ready),
        ]
