"""What the Method tab shows and does not ask: the proposal with its reasons, the model's facts, a card a method."""

from studio.errors import StudioError
from studio.methods import METHODS
from studio.models import card_of
from studio.session.values import Readiness
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
    reasons = "".join(f"<li>{html.esc(one.because)}</li>" for one in best.choices)
    title = words.RECOMMENDED.format(rows=html.number(best.rows))
    return f"<h2>{html.esc(title)}</h2><p><b>{html.esc(sentence)}</b></p><ul>{reasons}</ul>"


def methods(page: Page, standing: Standing, found: Readiness, recommended: str) -> str:
    """All methods side by side: what each does, when to choose it, what it costs with these rows on this machine."""
    assert standing.dataset is not None
    made = []
    for one in page.session.runs.compare(standing.project, standing.dataset.id, found.model):
        method, here = one.method, " fs-chosen" if one.method.id == found.method else ""
        badge = f' <span class="fs-badge">{html.esc(words.BADGE)}</span>' if method.id == recommended else ""
        lines = "".join(f"<li>{html.esc(line)}</li>" for line in (method.what, method.when, method.cost))
        if one.estimate is not None:
            share = 100 * one.estimate.trainable_parameters / one.estimate.parameters
            costs = [
                (words.COMPARED_MEMORY, html.megabytes(one.estimate.memory_bytes)),
                (words.COMPARED_WEIGHTS, f"{share:.1f} %"),
                (words.COMPARED_FILE, html.megabytes(4 * one.estimate.trainable_parameters)),
            ]
            more = html.facts(costs)
        else:
            more = f"<p><b>{html.esc(words.COMPARED_NOT)}</b> {html.esc(one.reason)}</p>"
        made.append(
            f'<section class="fs-method{here}" data-method="{method.id}"><h3>{html.esc(method.title)}{badge}</h3>'
            f"<ul>{lines}</ul>{more}</section>"
        )
    return f'<div class="fs-methods">{"".join(made)}</div>'


def model_facts(page: Page, reference: str) -> str:
    """What the chosen base model is; why it cannot be used, where that is so."""
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
    return line + html.facts(pairs)


def plan(page: Page, found: Readiness) -> str:
    """What is in the way of a start, what it will close, and whom it waits for."""
    chat = page.session.chats.current() is not None
    lines = [*found.reasons, *([words.CHAT_HOLDS] if chat else []), *([found.waits] if found.waits else [])]
    if not lines:
        return ""
    items = "".join(f"<li>{html.esc(line)}</li>" for line in lines)
    return html.card(words.READY_TITLE, f"<ul>{items}</ul>", "" if found.ready else "fs-error")
