"""Method tab: what is recommended and why; base model, method, strength; every option folded away; what is in the way.

What a person has not chosen follows the recommendation; what they have chosen holds for the data it was chosen for.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.methods import METHODS
from studio.methods.base import STRENGTHS
from studio.session.values import Readiness
from studio.ui import html, words
from studio.ui.hosting import Hosting
from studio.ui.method import cards as made
from studio.ui.method.bases import Bases
from studio.ui.method.before import Before
from studio.ui.method.controls import Controls
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "method"
FOLDER = "folder"
RECOMMENDED = "recommended"
CHOICES = ("model", "folder", "method", "strength", "options", "search")


def build(page: Page) -> Tab:
    session = page.session
    cards = session.models.cards()
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            with gr.Column(elem_classes="fs-card", visible=True) as waiting:
                gr.HTML(f"<p>{html.esc(words.NEED_DATA)}</p>")
                back = gr.Button(words.GO_DATA, elem_id="method-to-data", size="sm")
            hosting = Hosting(page)
            with gr.Column() as local, gr.Column(visible=False) as ready:
                with gr.Column(elem_classes="fs-card"):
                    proposal = gr.HTML(elem_id="proposal")
                    follow = gr.Button(words.FOLLOW, size="sm", elem_id="follow", visible=False)
                with gr.Column(elem_classes="fs-card"):
                    gr.HTML(f"<h2>{html.esc(words.MODEL_TITLE)}</h2><p>{html.esc(words.MODEL_LINE)}</p>")
                    own = [] if session.settings.space else [(words.MODEL_FOLDER, FOLDER)]
                    model = gr.Radio(
                        [(c.title, c.id) for c in cards] + own,
                        value=cards[0].id,
                        label=words.MODEL_RADIO,
                        elem_id="model",
                    )
                    with gr.Column(visible=False) as folder_row:
                        folder = gr.Textbox(
                            label=words.FOLDER_LABEL, info=words.FOLDER_INFO, elem_id="folder", max_lines=1
                        )
                    model_facts = gr.HTML(elem_id="model-facts")
                    bases = Bases(page)
                with gr.Column(elem_classes="fs-card"):
                    gr.HTML(f"<h2>{html.esc(words.METHOD_TITLE)}</h2>")
                    method_cards = gr.HTML(elem_id="method-card")
                    method = gr.Radio(
                        [(m.title, m.id) for m in METHODS],
                        value=METHODS[0].id,
                        label=words.METHOD_RADIO,
                        elem_id="method",
                    )
                    method_fault = gr.HTML(elem_id="method-fault")
                    strength = gr.Radio(
                        [(f"{words.STRENGTHS[s][0]}: {words.STRENGTHS[s][1]}", s) for s in STRENGTHS],
                        value="balanced",
                        label=words.STRENGTH_LABEL,
                        info=words.STRENGTH_INFO,
                        elem_id="strength",
                    )
                    with gr.Accordion(words.ADVANCED, open=False, elem_id="advanced"):
                        gr.HTML(f"<p>{html.esc(words.ADVANCED_LINE)}</p>")
                        controls = Controls()
                before = Before()
                plan = gr.HTML(elem_id="plan")
            hosting.build()
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    hosting.foot()
    with gr.Row(elem_classes="fs-foot") as local_foot:
        foot = gr.HTML()
        start = gr.Button(words.START, variant="primary", interactive=False, elem_id="start", scale=0)

    page.parts.append(hosting.part(local, local_foot))

    def choose(project: str, **changes: Any) -> None:
        standing = page.standing(project)
        earlier = {name: value for name, value in chosen(standing).items() if name in CHOICES}
        of = standing.dataset.id if standing.dataset else ""
        kept = {**dict.fromkeys(CHOICES), **earlier, **changes}
        session.projects.remember(project, **kept, chosen_for=of)

    def choosing(name: str) -> Any:
        return lambda project, value: choose(project, **{name: value, "options": None})

    def choose_options(of: str) -> Any:
        def act(project: str, *values: Any) -> None:
            standing = page.standing(project)
            if standing.dataset is not None:
                proposed = session.runs.plan(project, standing.dataset.id, **wanted(standing, options=False)).options
                if proposed:
                    choose(project, method=of, options=controls.changed(of, values, proposed))

        return act

    def begin(project: str) -> None:
        standing = page.standing(project)
        if standing.dataset is None:
            raise StudioError(words.DATA_NONE, words.NEED_DATA)
        if session.chats.current() is not None:
            session.chats.close()
        search = bool(chosen(standing).get("search"))
        run = session.runs.start(project, standing.dataset.id, **wanted(standing), search=search)
        session.projects.remember(project, run=run.id)

    def rehearse(project: str) -> None:
        standing = page.standing(project)
        if standing.dataset is not None:
            if session.chats.current() is not None:
                session.chats.close()
            session.runs.rehearse(project, standing.dataset.id, **wanted(standing))

    before.wire(page, rehearse, lambda project, value: choose(project, search=bool(value) or None))
    page.parts.append(bases.part(choose))
    page.on(back.click, lambda project: None, tab=NAME, goto="data")
    page.on(follow.click, lambda project: choose(project, **dict.fromkeys(CHOICES)), tab=NAME)
    page.on(model.input, lambda project, value: choose(project, model=value), [model], tab=NAME)
    page.on(
        [folder.submit, page.left.change],
        lambda project, path: choose(project, folder=path.strip()),
        [folder],
        tab=NAME,
    )
    for name, field in (("method", method), ("strength", strength)):
        page.on(field.input, choosing(name), [field], tab=NAME, alone=True)

    after = [follow, *before.outputs, plan, foot, start]

    def wire() -> None:
        # What is being typed is left alone: only what follows from it is drawn anew.
        for one in METHODS:
            fields = controls.of(one.id)
            typed = [c.input if isinstance(c, gr.Dropdown) else c.blur for c in fields]
            kept = gr.on(typed, choose_options(one.id), [page.project, *fields], None, show_progress="hidden")
            kept.then(restate_with(one.id), page.project, [*after, *fields], show_progress="hidden")

        def left(project: str, path: str) -> Any:
            # Drawing all anew would undo what is typed meanwhile, so it is not done for nothing.
            known = chosen(page.standing(project)).get("folder") or ""
            return gr.skip() if path.strip() == known else time.time_ns()

        folder.blur(left, [page.project, folder], page.left, queue=False, show_progress="hidden")
        before.timer.tick(restate, page.project, after, queue=False, show_progress="hidden")

    def warm(project: str) -> None:
        if project and page.standing(project).enough:
            session.warm()

    page.pending.append(wire)
    page.pending.append(lambda: page.opened[NAME].select(warm, page.project, None, show_progress="hidden"))
    page.on(start.click, begin, tab=NAME, goto="train", meanwhile=words.STARTING)

    def restate(project: str, of: str = "") -> list[Any]:
        """What follows from what was typed. of: the method whose controls are told what is wrong with them."""
        standing = page.standing(project)
        if standing.dataset is None:
            return [gr.skip()] * (len(after) + (len(controls.of(of)) if of else 0))
        found = session.runs.plan(project, standing.dataset.id, **wanted(standing))
        picked = chosen(standing)
        told = controls.told(of, found.faults) if of else []
        return [gr.Button(visible=bool(picked.get("options"))), *stated(found, found.options, picked), *told]

    def restate_with(of: str) -> Any:
        return lambda project: restate(project, of)

    def stated(found: Readiness, values: Mapping[str, Any], picked: Mapping[str, Any]) -> list[Any]:
        """What is in the way, in the card and at the foot of the page."""
        sentence = words.START_READY.format(rows=html.number(found.rows), epochs=values.get("epochs", ""))
        return [
            *before.updates(found, bool(picked.get("search"))),
            made.plan(page, found),
            html.foot(sentence if found.ready else found.reasons[0]),
            gr.Button(interactive=found.ready),
        ]

    def view(standing: Standing) -> Sequence[Any]:
        picked = chosen(standing)
        outside = [gr.Column(visible=not standing.enough), gr.Column(visible=standing.enough)]
        if not standing.enough or standing.dataset is None:
            rest = [gr.skip()] * len(inside)
            return [*outside, *rest, html.foot(words.DATA_NONE), gr.Button(interactive=False)]
        project, dataset = standing.project, standing.dataset.id
        asked = wanted(standing)
        found, best = session.runs.plan(project, dataset, **asked), session.runs.plan(project, dataset)
        by_folder = picked.get("model") == FOLDER
        start_from, listed = picked.get("model") or found.model, bases.choices(standing) + own
        if start_from and start_from not in [value for _, value in listed]:
            # Chosen once and gone since; the facts below say so.
            listed.append((start_from, start_from))
        same = (found.model, found.method, found.strength) == (best.model, best.method, best.strength)
        values = found.options or session.runs.plan(project, dataset, **{**asked, "options": None}).options
        return [
            *outside,
            made.proposal(page, best),
            gr.Button(visible=not (same and not picked.get("options"))),
            gr.Radio(choices=listed, value=FOLDER if by_folder else start_from),
            gr.Column(visible=by_folder),
            picked.get("folder") or "",
            made.model_facts(
                page, (picked.get("folder") or "") if by_folder else start_from, found.faults.get("model", "")
            ),
            made.methods(page, standing, found, best.method, asked),
            gr.Radio(value=found.method),
            made.method_fault(found),
            gr.Radio(value=found.strength),
            *controls.updates(found.method, {**values, **(picked.get("options") or {})}, found.faults),
            *stated(found, values, picked),
        ]

    inside = [proposal, follow, model, folder_row, folder, model_facts, method_cards, method, method_fault]
    inside += [strength, *controls.outputs, *before.outputs, plan]
    return Tab([waiting, ready, *inside, foot, start], view)


def chosen(standing: Standing) -> dict[str, Any]:
    """What the person has chosen for the data set that is open; what was chosen for another one does not count."""
    of = standing.dataset.id if standing.dataset else ""
    return standing.choices if standing.choices.get("chosen_for", of) == of else {}


def wanted(standing: Standing, options: bool = True) -> dict[str, Any]:
    """The choices as the session takes them."""
    picked = chosen(standing)
    model = picked.get("model") or RECOMMENDED
    return {
        "model": picked.get("folder") or "" if model == FOLDER else model,
        "method": picked.get("method") or RECOMMENDED,
        "strength": picked.get("strength"),
        "options": picked.get("options") if options else None,
    }
