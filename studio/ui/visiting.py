"""Whose click it is: in a public demonstration the visitor behind the event that Gradio is working on right now."""

from gradio.context import LocalContext

from studio.ui import html, words
from studio.web import visitors
from studio.web.visitors import VISITOR, Visitor


def visitor() -> Visitor:
    """The visitor of the event under way; outside of events, of the HTTP request under way.

    Gradio runs an event long after the request that asked for it, and keeps that request at hand.
    """
    event = LocalContext.request.get(None)
    if event is None or event.request is None:
        return visitors.current()
    found: Visitor = event.request.scope[VISITOR]
    return found


def owner() -> str:
    """Whose data the action under way may see."""
    return visitor().owner


def banner() -> str:
    """What every visitor is told, on every tab."""
    return f'<p class="fs-public" role="note">{html.esc(words.PUBLIC)}</p>'


def cookieless() -> str:
    """A notice for a browser that does not keep the cookie, with the way out; '' for the others."""
    if visitor().known:
        return ""
    link = f'<a href="./" target="_blank" rel="noopener">{html.esc(words.NO_COOKIE_LINK)}</a>'
    return f'<div class="fs-notice" role="alert"><b>{html.esc(words.NO_COOKIE)}</b> {link}.</div>'
