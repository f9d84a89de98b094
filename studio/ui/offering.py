"""Pieces of the Hosted card that only show: an option's control, what a provider is, what a job would cost."""

from typing import Any

import gradio as gr
from pydantic.fields import FieldInfo

from studio.data.values import Finding
from studio.hosted.base import Provider
from studio.hosted.offer import Offer
from studio.hosted.price import dollars
from studio.jobs.sentences import duration
from studio.methods.base import bounds
from studio.session.values import Dataset
from studio.ui import html, words

LINES_SHOWN = 3
HEADROOM = 1.25
"""A proposed limit lies this much above the estimate, and is at least a dollar: an estimate may be low."""


def control(name: str, info: FieldInfo) -> Any:
    """The field of one option of a hosted job."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    low, high = bounds(info)
    if low is None:
        return gr.Textbox(label=info.title, info=info.description, elem_id=f"hosted-option-{name}", max_lines=1)
    unit = f" {extra['unit']}" if extra.get("unit") else ""
    reach = words.RANGE.format(low=f"{low:g}", high=f"{high:,.10g}", unit=unit)
    return gr.Number(label=f"{info.title} ({reach})", info=info.description, elem_id=f"hosted-option-{name}")


def holds_for(chosen: dict[str, Any], dataset: Dataset) -> dict[str, Any]:
    """What a price was worked out for: other choices, or another version of the data, want another one."""
    held = {name: value for name, value in chosen.items() if name != "cap"}
    return held | {"dataset": dataset.id, "version": dataset.version}


def limit(amount: float) -> float:
    """The spending limit that is proposed for such an amount, in whole cents."""
    return max(1.0, round(amount * HEADROOM + 0.005, 2)) if amount else 0.0


def provider_card(provider: Provider, model: str) -> str:
    """What one should know before choosing this provider and model, with its sources."""
    notices = [(notice.text, notice.source) for notice in provider.notices]
    ends = provider.model(model).ends if model else ""
    items = [f"<li>{html.esc(text)} {_link(source, words.HOSTED_SOURCE)}</li>" for text, source in notices]
    if ends:
        items.append(f"<li>{html.esc(words.HOSTED_ENDS.format(date=ends))}</li>")
    if not items:
        return ""
    return f'<div class="fs-public"><b>{html.esc(words.HOSTED_KNOW)}</b><ul>{"".join(items)}</ul></div>'


def cost_card(offer: Offer | None) -> str:
    """What a job would cost, and what the provider would refuse."""
    if offer is None:
        return html.card(words.HOSTED_COST_TITLE, f"<p>{html.esc(words.HOSTED_COST_NONE)}</p>")
    quote, notes = offer.quote, []
    tokens = words.HOSTED_TOKENS_COUNTED if quote.count.exact else words.HOSTED_TOKENS_ESTIMATED
    if not quote.count.exact:
        notes.append(words.HOSTED_ESTIMATE.format(why=quote.count.why))
    if quote.ruled:
        notes.append(words.HOSTED_RULED.format(epochs=quote.epochs, rows=html.number(offer.rows)))
    as_of = words.HOSTED_AS_OF.format(date=quote.as_of) if quote.as_of else ""
    unknown = words.HOSTED_PRICE_UNKNOWN
    price = unknown if quote.per_million is None else f"{quote.per_million:,.2f} US dollars"
    time = words.HOSTED_TIME_UNKNOWN
    if quote.seconds is not None:
        time = words.HOSTED_TIME_KNOWN.format(time=duration(quote.seconds))
    facts = html.facts(
        [
            (words.HOSTED_COST, unknown if quote.dollars is None else f"about {dollars(quote.dollars)}"),
            (
                words.HOSTED_PER_MILLION,
                price if quote.per_million is None else words.HOSTED_PER_MILLION_OF.format(price=price, as_of=as_of),
            ),
            (words.HOSTED_TOKENS, tokens.format(tokens=html.number(quote.count.tokens), epochs=quote.epochs)),
            (words.HOSTED_TIME, time),
        ]
    )
    lines = "".join(f'<p class="fs-line">{html.esc(note)}</p>' for note in notes)
    card = html.card(words.HOSTED_COST_TITLE, facts + _price_source(offer) + lines)
    return card + (_findings(offer) if offer.findings else "")


def _price_source(offer: Offer) -> str:
    """Where the price stands, and whether it is sure; nothing for one that the user gave."""
    price, links = offer.model.price, []
    if offer.provider.prices:
        links.append(_link(offer.provider.prices, words.HOSTED_PRICE_OWN))
    if offer.quote.per_million is None:
        said = words.HOSTED_PRICE_LOOK
    elif price is None or not offer.quote.as_of:
        return ""
    elif price.confirmed:
        said, links = words.HOSTED_PRICE_SURE, [_link(price.source, words.HOSTED_PRICE_OWN)]
    else:
        said = words.HOSTED_PRICE_DOUBT
        links.append(_link(price.source, words.HOSTED_PRICE_TABLE))
    return f'<p class="fs-line">{html.esc(said)} {" ".join(links)}</p>' if links else ""


def _link(address: str, text: str) -> str:
    return f'<a href="{html.esc(address)}" target="_blank" rel="noopener noreferrer">{html.esc(text)}</a>'


def question(offer: Offer, cap: float) -> str:
    """What the user says yes to: where, how much, what is sent."""
    text = words.HOSTED_CONFIRM.format(
        provider=html.esc(offer.provider.title),
        amount=dollars(offer.quote.dollars or 0.0),
        cap=dollars(cap),
        rows=html.number(offer.rows),
        validation=html.number(offer.validation_rows),
        address=html.esc(offer.address),
    )
    return f'<p role="alert">{text}</p>'


def status(offer: Offer | None, key: bool) -> str:
    """The sentence of the bottom bar. key: whether there is one."""
    if offer is None:
        return words.HOSTED_FOOT_PRICE
    if not offer.ready:
        return words.HOSTED_FOOT_STOPPED
    text = words.HOSTED_FOOT_READY if key else words.HOSTED_FOOT_KEY
    return text.format(amount=dollars(offer.quote.dollars or 0.0), provider=offer.provider.title)


def _findings(offer: Offer) -> str:
    """By rule: the first lines, and how many more."""
    kinds: dict[str, list[Finding]] = {}
    for finding in offer.findings:
        kinds.setdefault(finding.rule, []).append(finding)
    parts = []
    for found in kinds.values():
        shown = [
            f"<p>{html.esc(words.HOSTED_LINE.format(line=one.line) if one.line else '')}{html.esc(one.message)} "
            f"{html.esc(one.remedy)}</p>"
            for one in found[:LINES_SHOWN]
        ]
        if len(found) > LINES_SHOWN:
            shown.append(f"<p>{html.esc(words.HOSTED_MORE.format(count=html.number(len(found) - LINES_SHOWN)))}</p>")
        parts.append(f'<div class="fs-finding">{"".join(shown)}</div>')
    errors = any(finding.severity == "error" for finding in offer.findings)
    title = words.HOSTED_FINDINGS.format(provider=offer.provider.title)
    return html.card(title, "".join(parts), "fs-error" if errors else "fs-warning")
