"""Small pieces of HTML that several tabs share. Everything a user or a model wrote is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from studio.data.values import Message
from studio.errors import StudioError

ROLE_WORDS = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def esc(text: object) -> str:
    """Text made safe for HTML, quotes included."""
    return escape(str(text), quote=True)


def card(title: str, body: str, name: str = "") -> str:
    """One subject with a heading; body is HTML."""
    return f'<section class="fs-card {esc(name)}"><h2>{esc(title)}</h2>{body}</section>'


def aside(title: str, body: str, more: str = "") -> str:
    return f'<aside class="fs-aside"><h2>{esc(title)}</h2><p>{esc(body)}</p>{more}</aside>'


def foot(sentence: str) -> str:
    """The status sentence of the bottom bar; changes are announced politely to screen readers."""
    return f'<p class="fs-status" role="status" aria-live="polite">{esc(sentence)}</p>'


def notice(error: StudioError) -> str:
    """What happened and what to do, announced at once."""
    place = f" (line {error.line})" if error.line else ""
    return f'<div class="fs-notice" role="alert"><b>{esc(error.happened)}</b>{esc(place)} {esc(error.remedy)}</div>'


def waiting(sentence: str) -> str:
    """What is being done right now, with a spinner."""
    return f'<p class="fs-waiting" role="status"><i aria-hidden="true"></i>{esc(sentence)}</p>'


def bubbles(messages: Iterable[Message]) -> str:
    """A conversation as chat bubbles."""
    return "".join(
        f'<div class="fs-bubble {esc(m.role)}"><span class="fs-role">{esc(ROLE_WORDS.get(m.role, m.role))}</span>'
        f"<div>{esc(m.content)}</div></div>"
        for m in messages
    )


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Names with values, as a definition list (values are HTML-escaped)."""
    rows = "".join(f"<div><dt>{esc(name)}</dt><dd>{esc(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="fs-facts">{rows}</dl>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]], name: str = "", caption: str = "") -> str:
    """A table whose cells are HTML already; on a phone each row becomes a stack of labelled cells."""
    heads = "".join(f'<th scope="col">{esc(h)}</th>' for h in head)
    body = "".join(
        "<tr>" + "".join(f'<td data-label="{esc(h)}">{cell}</td>' for h, cell in zip(head, row, strict=True)) + "</tr>"
        for row in rows
    )
    title = f'<caption class="fs-sr">{esc(caption)}</caption>' if caption else ""
    return f'<table class="fs-table {esc(name)}">{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def number(value: float | int) -> str:
    """A whole number with thousands marks."""
    return f"{value:,.0f}"


def megabytes(size: float) -> str:
    """Bytes as MB or GB (powers of ten)."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"
