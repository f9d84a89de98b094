"""Method tab: base model, method, strength; every option folded away; what is ready and what is not."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import gradio as gr
from pydantic.fields import FieldInfo

from studio.errors import StudioError
from studio.methods import METHODS, get
from studio.methods.base import STRENGTHS, bounds
from studio.ui import html, words
from studio.ui.hosting import Hosting
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "method"
FOLDER = "folder"
METHOD = METHODS[0]


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
                    gr.HTML(f"<h2>{html.esc(words.MODEL_TITLE)}</h2><p>{html.esc(words.MODEL_LINE)}</p>")
                    own = [] if session.settings.space else [(words.MODEL_FOLDER, FOLDER)]
                    choices = [(c.title, c.id) for c in cards] + own
                    model = gr.Radio(choices, value=cards[0].id, label=words.MODEL_RADIO, elem_id="model")
                    with gr.Column(visible=False) as folder_row:
                        folder = gr.Textbox(
                            label=words.FOLDER_LABEL, info=words.FOLDER_INFO, elem_id="folder", max_lines=1
                        )
                        look = gr.Button(words.FOLDER_CHECK, size="sm", elem_id="look-folder")
                    model_facts = gr.HTML(elem_id="model-facts")
                with gr.Column(elem_classes="fs-card"):
                    method_card = gr.HTML(elem_id="method-card")
                    strength = gr.Radio(
                        [(f"{words.STRENGTHS[s][0]}: {words.STRENGTHS[s][1]}", s) for s in STRENGTHS],
                        value="balanced",
                        label=words.STRENGTH_LABEL,
                        info=words.STRENGTH_INFO,
                        elem_id="strength",
                    )
                    with gr.Accordion(words.ADVANCED, open=False, elem_id="advanced"):
                        gr.HTML(f"<p>{html.esc(words.ADVANCED_LINE)}</p>")
                        controls = {name: _control(name, info) for name, info in METHOD.options.model_fields.items()}
                plan = gr.HTML(elem_id="plan")
            hosting.build()
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    hosting.foot()
    with gr.Row(elem_classes="fs-foot") as local_foot:
        foot = gr.HTML()
        start = gr.Button(words.START, variant="primary", interactive=False, elem_id="start", scale=0)

    page.parts.append(hosting.part(local, local_foot))

    def options_of(chosen: str, values: Sequence[Any]) -> dict[str, Any]:
        return _changed(chosen, dict(zip(controls, values, strict=True)))

    def reference(chosen: str, path: str) -> str:
        return path.strip() if chosen == FOLDER else chosen

    def remember(project: str, chosen: str, path: str, strong: str, *values: Any) -> None:
        session.projects.remember(
            project, model=chosen, folder=path, strength=strong, options=options_of(strong, values)
        )

    def strengthen(project: str, strong: str) -> None:
        session.projects.remember(project, strength=strong, options={})

    def begin(project: str, chosen: str, path: str, strong: str, *values: Any) -> None:
        remember(project, chosen, path, strong, *values)
        dataset = page.standing(project).dataset
        if dataset is None:
            raise StudioError(words.DATA_NONE, words.NEED_DATA)
        if session.chats.current() is not None:
            session.chats.close()
        run = session.runs.start(
            project,
            dataset.id,
            model=reference(chosen, path),
            method=METHOD.id,
            strength=strong,
            options=options_of(strong, values),
        )
        session.projects.remember(project, run=run.id)

    form = [model, folder, strength, *controls.values()]
    page.on(back.click, lambda project: None, tab=NAME, goto="data")
    page.on(model.input, remember, form, tab=NAME)
    page.on([look.click, folder.submit], remember, form, tab=NAME)
    page.on(strength.input, strengthen, [strength], tab=NAME)
    page.on([c.input if isinstance(c, gr.Dropdown) else c.blur for c in controls.values()], remember, form, tab=NAME)
    page.on(start.click, begin, form, tab=NAME, goto="train", meanwhile=words.STARTING)

    def view(standing: Standing) -> Sequence[Any]:
        chosen = standing.choices.get("model", cards[0].id)
        path = standing.choices.get("folder", "")
        strong = standing.choices.get("strength", "balanced")
        changed = standing.choices.get("options", {})
        full = {**_defaults(), **METHOD.strengths[strong], **changed}
        updates: list[Any] = [
            gr.Column(visible=not standing.enough),
            gr.Column(visible=standing.enough),
            gr.Radio(value=chosen),
            gr.Column(visible=chosen == FOLDER),
            path,
            gr.Radio(value=strong),
            *[full[name] for name in controls],
        ]
        if not standing.enough or standing.dataset is None:
            return [*updates, "", "", "", html.foot(words.DATA_NONE), gr.Button(interactive=False)]
        ref = reference(chosen, path)
        readiness = session.runs.plan(
            standing.project, standing.dataset.id, model=ref, method=METHOD.id, strength=strong, options=changed
        )
        sentence = words.START_READY.format(rows=html.number(readiness.rows), epochs=full["epochs"])
        return [
            *updates,
            _model_facts(page, ref),
            _method_card(standing.dataset.report.usable),
            _plan(page, readiness.ready, readiness.reasons),
            html.foot(sentence if readiness.ready else readiness.reasons[0]),
            gr.Button(interactive=readiness.ready),
        ]

    outputs = [waiting, ready, model, folder_row, folder, strength, *controls.values()]
    return Tab([*outputs, model_facts, method_card, plan, foot, start], view)


def _defaults() -> dict[str, Any]:
    return METHOD.options().model_dump()


def _changed(strength: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what differs from the strength's own values, so that changing the strength keeps meaning something."""
    base = {**_defaults(), **get(METHOD.id).strengths[strength]}  # type: ignore[index]
    result = {}
    for name, value in values.items():
        if isinstance(base[name], int) and isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is not None and value != base[name]:
            result[name] = value
    return result


def _control(name: str, info: FieldInfo) -> Any:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    label = info.title or name
    choices = get_args(info.annotation)
    if choices:
        return gr.Dropdown(list(choices), label=label, info=info.description, elem_id=f"option-{name}")
    low, high = bounds(info)
    unit = f" {extra['unit']}" if extra.get("unit") else ""
    reach = words.RANGE.format(low=f"{low:g}", high=f"{high:,.10g}", unit=unit) if low is not None else unit
    return gr.Number(label=f"{label} ({reach})", info=info.description, elem_id=f"option-{name}")


def _model_facts(page: Page, reference: str) -> str:
    if not reference:
        return ""
    try:
        info = page.session.models.inspect(reference)
    except StudioError as error:
        return html.notice(error)
    pairs = [
        ("Size", f"{info.parameters / 1e6:,.1f} million weights, {html.megabytes(info.bytes)}"),
        ("Reads at once", f"{html.number(info.context)} tokens (pieces of words)"),
        ("Licence", info.licence or "not stated"),
        ("Kind", info.architecture),
    ]
    card = next((c for c in page.session.models.cards() if c.id == reference), None)
    line = f"<p>{html.esc(card.line)}</p>" if card else ""
    return line + html.facts(pairs)


def _method_card(rows: int) -> str:
    badge = words.RECOMMENDED.format(rows=html.number(rows))
    lines = "".join(f"<li>{html.esc(line)}</li>" for line in (METHOD.what, METHOD.when, METHOD.cost))
    return (
        f'<h2>{html.esc(words.METHOD_TITLE)}: {html.esc(METHOD.title)} <span class="fs-badge">{html.esc(badge)}</span>'
        f"</h2><ul>{lines}</ul>"
    )


def _plan(page: Page, ready: bool, reasons: Sequence[str]) -> str:
    chat = page.session.chats.current() is not None
    lines = [*reasons, *([words.CHAT_HOLDS] if chat else [])]
    if not lines:
        return ""
    items = "".join(f"<li>{html.esc(line)}</li>" for line in lines)
    return html.card(words.READY_TITLE, f"<ul>{items}</ul>", "" if ready else "fs-error")
