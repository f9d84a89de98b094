"""Settings tab: what leaves this machine, where things are, the health of the installation. Read-only for now."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio import __version__
from studio.session import doctor
from studio.settings import Settings
from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab, show_aside

NAME = "settings"


def _tracking(settings: Settings) -> str:
    if not settings.trackers:
        return words.TRACKING_OFF
    names = "; ".join(words.TRACKERS[name] for name in settings.trackers)
    return words.TRACKING_ON.format(names=names, project=settings.tracking_project)


def build(page: Page) -> Tab:
    settings = page.session.settings
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            if settings.space:
                gr.HTML(html.card(words.PUBLIC_TITLE, f"<p>{html.esc(words.PUBLIC_LINE)}</p>"))
            else:
                gr.HTML(html.card(words.LEAVES_TITLE, f"<p>{html.esc(words.LEAVES_LINE)}</p>"))
                gr.HTML(html.card(words.TRACKING_TITLE, f"<p>{html.esc(_tracking(settings))}</p>"), elem_id="tracking")
                places = [("Home folder", str(settings.home)), ("Address", f"{settings.host}:{settings.port}")]
                gr.HTML(html.card(words.FOLDERS_TITLE, html.facts(places)))
            health = gr.HTML(elem_id="health", visible=not settings.space)
            gr.HTML(html.card(words.ABOUT_TITLE, f"<p>{words.TITLE} {__version__}. {html.esc(words.TAGLINE)}</p>"))
        if not settings.space:
            gr.HTML(show_aside(NAME), elem_classes="fs-side")

    def check() -> str:
        lines = [(c.name, c.value if c.state == "ok" else f"{c.state}: {c.value}") for c in doctor.report(settings)]
        return html.card(words.CHECKS_TITLE, html.facts(lines))

    if not settings.space:  # what the server is like is no business of a visitor's
        page.pending.append(lambda: page.opened[NAME].select(check, None, health, show_progress="hidden"))

    def view(standing: Standing) -> Sequence[Any]:
        return []

    return Tab([], view)
