"""What the Method tab shows and does not ask: the proposal with its reasons, the model's facts, a card a method."""

from collections.abc import Mapping
from typing import Any

from studio.errors import StudioError
from studio.jobs.sentences import duration
from studio.methods import METHODS, get
from studio.methods.settling import Choice
from studio.models import card_of
from studio.session.values import Compared, Estimate, Readiness
from studio.ui import html, words
from studio.ui.page import Page, Standing


def proposal(page: Page, best: Readiness) -> str:
    """What is recommended for the rows at hand, and why."""
    titles = {card.id: card.title for card in page.session.models.cards()}
    named = {method.id: method.title for method in METHODS}
    sentence = words.PROPOSAL.format(
        method=named.get(best.method, best.method),
        model=titles.get(best.model, best.model),
        strength=words.STRENGTHS[best.strength][0].lower(),
    )
    whole = [one for one in best.choices if one.name in WHOLE]
    reasons = "".join(f"<li>{html.esc(one.because)}</li>" for one in whole)
    singles = "".join(_single(best.method, one) for one in best.choices if one not in whole)
    title = words.RECOMMENDED.format(rows=html.number(best.rows))
    return (
        f"<h2>{html.esc(title)}</h2><p><b>{html.esc(sentence)}</b></p><ul>{reasons}</ul>"
        f"<details><summary>{html.esc(words.EACH_VALUE)}</summary><ul>{singles}</ul></details>"
    )


WHOLE = ("model", "method", "strength")


def _single(method: str, one: Choice) -> str:
    field = get(method).options.model_fields.get(one.name)
    title = (field.title if field else None) or words.SPLIT_VALUE
    value = words.NO_LIMIT if one.name == "max_length" and not one.value else f"{one.value}"
    return f"<li><b>{html.esc(title)}: {html.esc(value)}.</b> {html.esc(one.because)}</li>"


def methods(page: Page, standing: Standing, found: Readiness, recommended: str, asked: Mapping[str, Any]) -> str:
    """All methods side by side: what each does, when to choose it, what to expect of it and what it takes with these
    rows on this machine. asked: base model, strength and options that were chosen."""
    assert standing.dataset is not None
    model = found.model if asked["model"] == "recommended" else asked["model"]
    finer = {name: asked[name] for name in ("strength", "options")}
    listed = page.session.runs.compare(standing.project, standing.dataset.id, model, found.method, **finer)
    best = next((one.estimate for one in listed if one.method.id == recommended), None)
    # What cannot be used with these rows stands last.
    listed.sort(key=lambda one: one.estimate is None)
    made = [_method(one, one.method.id == found.method, one.method.id == recommended, best) for one in listed]
    return f'<div class="fs-methods">{"".join(made)}</div>'


def _method(one: Compared, chosen: bool, recommended: bool, best: Estimate | None) -> str:
    method, here = one.method, " fs-chosen" if chosen else ""
    badge = f' <span class="fs-badge">{html.esc(words.BADGE)}</span>' if recommended else ""
    if one.estimate is None:
        more = f"<p><b>{html.esc(words.COMPARED_NOT)}</b> {html.esc(one.reason)}</p>"
    else:
        beside = "" if recommended or best is None else f" {_beside(one.estimate, best)}"
        more = (
            f"<p><b>{html.esc(words.COMPARED_HOPE)}</b> {html.esc(one.expected)}{html.esc(beside)}</p>"
            f"{html.facts(_costs(one.estimate, one.tried))}"
        )
    return (
        f'<section class="fs-method{here}" data-method="{method.id}"><h3>{html.esc(method.title)}{badge}</h3>'
        f"<p>{html.esc(method.what)}</p><p>{html.esc(method.when)}</p>{more}</section>"
    )


def _costs(found: Estimate, tried: bool) -> list[tuple[str, str]]:
    time = words.MEASURED if tried else words.ABOUT
    share = 100 * found.trainable_parameters / found.parameters
    return [
        (words.COMPARED_TIME, time.format(amount=duration(found.seconds))),
        (words.COMPARED_MEMORY, html.megabytes(found.memory_bytes)),
        (words.COMPARED_WEIGHTS, f"{html.number(found.trainable_parameters)} ({share:.1f} %)"),
        (words.COMPARED_FILE, html.megabytes(4 * found.trainable_parameters)),
    ]


def _beside(one: Estimate, best: Estimate) -> str:
    """What it costs and saves beside what is recommended."""
    parts = []
    for ours, other, more, less in (
        (one.seconds, best.seconds, words.LONGER, words.QUICKER),
        (one.memory_bytes, best.memory_bytes, words.MORE_MEMORY, words.LESS_MEMORY),
    ):
        if abs(ours / other - 1) >= NOTEWORTHY:
            parts.append((more if ours > other else less).format(share=f"{100 * abs(ours / other - 1):.0f}"))
    return words.BESIDE.format(what=words.AND.join(parts)) if parts else words.BESIDE_SAME


NOTEWORTHY = 0.1
"""Of time or memory; what is closer is the same, for neither is known better than that."""


def method_fault(found: Readiness) -> str:
    """Why the chosen method cannot teach these rows; what is wrong with the model or an option is said there."""
    elsewhere = {"model", "strength", *found.options, *(get(found.method).options.model_fields if found.method else ())}
    said = [sentence for name, sentence in found.faults.items() if name not in elsewhere]
    return f'<div class="fs-notice" role="alert">{html.esc(said[0])}</div>' if said else ""


def model_facts(page: Page, reference: str, fault: str) -> str:
    """What the chosen base model is; why it cannot be used, where that is so. fault: what else is wrong with it."""
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
        ("Kind", f"{info.architecture}, {words.KINDS[info.kind]}"),
    ]
    card = card_of(reference)
    line = f"<p>{html.esc(card.line)} {html.esc(card.good_for)}</p>" if card else ""
    room = f'<div class="fs-notice" role="alert">{html.esc(fault)}</div>' if fault else ""
    return line + html.facts(pairs) + room


def plan(page: Page, found: Readiness) -> str:
    """What is in the way of a start, what it will close, and whom it waits for."""
    chat = page.session.chats.current() is not None
    lines = [*found.reasons, *([words.CHAT_HOLDS] if chat else []), *([found.waits] if found.waits else [])]
    if not lines:
        return ""
    items = "".join(f"<li>{html.esc(line)}</li>" for line in lines)
    return html.card(words.READY_TITLE, f"<ul>{items}</ul>", "" if found.ready else "fs-error")
