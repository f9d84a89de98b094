"""The page, read from top to bottom as it is seen: header, tabs, and what happens when it is opened."""

import errno
import logging
import os
import socket
import webbrowser
from pathlib import Path
from typing import Any

import gradio as gr

from studio.errors import UsageError
from studio.jobs.lease import LOCAL
from studio.session import Session
from studio.settings import Settings
from studio.ui import html, visiting, words
from studio.ui.page import STEPS, Page, Standing, Tab
from studio.ui.tabs import TABS
from studio.ui.theme import theme
from studio.web.entrance import EVERYWHERE, check_listening, middleware
from studio.web.routes import STATIC_FILES, routes

STATIC = Path(__file__).parent / "static"
PORTS_TRIED = 100


def build(session: Session) -> gr.Blocks:
    """The whole page over one session."""
    with gr.Blocks(title=words.TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as demo:
        project, heard, left = gr.State(""), gr.State(None), gr.State(None)
        with gr.Row(elem_classes="fs-head"):
            gr.HTML(f'<h1>{html.esc(words.TITLE)}</h1><p class="fs-sr">{html.esc(words.TAGLINE)}</p>')
            projects = gr.Dropdown([], label=words.PROJECT, elem_id="project", container=False, scale=0, min_width=220)
            new = gr.Button(words.NEW_PROJECT, size="sm", elem_id="new-project", scale=0)
            device = gr.HTML(elem_id="device")
        if session.settings.space:
            gr.HTML(visiting.banner(), elem_id="public")
            demo.load(visiting.cookieless, None, gr.HTML(elem_id="cookieless"), queue=False, show_progress="hidden")
        with gr.Row(visible=False, elem_classes="fs-new") as naming:
            name = gr.Textbox(label=words.NEW_PROJECT_NAME, elem_id="project-name", max_lines=1)
            create = gr.Button(words.CREATE, elem_id="create-project", scale=0)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
            page = Page(session, project, heard, left, tabs)
            for tab in TABS:
                with gr.Tab(words.TABS[tab.NAME], id=tab.NAME, elem_id=f"tab-{tab.NAME}") as opened:
                    page.opened[tab.NAME] = opened
                    page.built[tab.NAME] = tab.build(page)
                    page.parts.append(page.built[tab.NAME])
        summary = gr.HTML(elem_id="steps")

        def head(standing: Standing) -> list[Any]:
            marks = {tab: standing.status(tab) for tab in STEPS}
            listed = [(p.name, p.id) for p in session.projects.list()]
            said = ". ".join(f"{words.TABS[t][2:]}: {words.STATUS_WORD[s]}" for t, s in marks.items())
            return [
                gr.Dropdown(listed, value=standing.project),
                f'<span class="fs-device">{html.esc(session.device().line)}</span>',
                f'<p class="fs-sr">{html.esc(said)}.</p>',
                *[gr.Tab(label=words.TABS[tab] + words.STATUS_MARK[marks[tab]]) for tab in STEPS],
            ]

        page.parts.append(Tab([projects, device, summary, *[page.opened[t] for t in STEPS]], head))

        def open_page() -> tuple[str, Any]:
            current = session.projects.current()
            return current.id, gr.Tabs(selected=session.projects.choices(current.id).get("tab", "data"))

        def switch(chosen: str) -> tuple[str, Any]:
            session.projects.open(chosen)
            return chosen, gr.Tabs(selected=session.projects.choices(chosen).get("tab", "data"))

        def create_project(called: str) -> tuple[Any, ...]:
            made = session.projects.create(called.strip() or words.NEW_PROJECT)
            session.projects.open(made.id)
            return made.id, gr.Tabs(selected="data"), gr.Row(visible=False), ""

        quiet: dict[str, Any] = {"show_progress": "hidden"}
        redraw = {"fn": page.redraw, "inputs": project, "outputs": page.outputs(), **quiet}
        demo.load(open_page, None, [project, tabs], **quiet).then(**redraw)
        projects.input(switch, projects, [project, tabs], **quiet).then(**redraw)
        new.click(lambda: gr.Row(visible=True), None, naming, queue=False, **quiet)
        gr.on([create.click, name.submit], create_project, name, [project, tabs, naming, name], **quiet).then(**redraw)
        for tab_name, opened in page.opened.items():
            opened.select(_remember(session, tab_name), project, None, queue=False, **quiet)
        for wire in page.pending:
            wire()
    demo.queue(default_concurrency_limit=8)
    return demo


def _remember(session: Session, tab: str) -> Any:
    def remember(project: str) -> None:
        if project:
            session.projects.remember(project, tab=tab)

    return remember


def main(settings: Settings, open_browser: bool = True) -> None:
    """Serves the page until it is stopped; says aloud where, and when another port than the wanted one is used."""
    check_listening(settings)
    port = free_port(settings.host, settings.port)
    if settings.port and port != settings.port:
        print(f"Port {settings.port} is in use by another program, so the next free one is taken.")
    _log_to(settings.home / "logs")
    with Session(settings, visiting.owner if settings.space else LOCAL) as session:
        demo = build(session)
        if not settings.space:
            # What went on at a provider while the studio was down; a visitor's runs wait for the visitor.
            session.hosted.reattach()
        demo.launch(
            server_name=settings.host,
            server_port=port,
            app_kwargs=app_kwargs(session),
            theme=theme(),
            css_paths=[STATIC / "studio.css"],
            head="".join(f'<script src="studio-static/{name}"></script>' for name in STATIC_FILES),
            # Gradio's own refusal has no remedy and fades away, so what is up to ten times too large is refused by us.
            max_file_size=10 * settings.upload_limit_mb * 10**6,
            show_error=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            ssr_mode=False,
            quiet=True,
            prevent_thread_lock=True,
            # Gradio's check of itself gives up when the answer takes 3 seconds, as it may beside a training.
            _frontend=False,
        )
        address = f"http://{'127.0.0.1' if settings.host == EVERYWHERE else settings.host}:{port}"
        print(f"{words.TITLE} is at {address}  (Ctrl-C ends the page; trainings go on)", flush=True)
        if open_browser:
            webbrowser.open(address)
        demo.block_thread()


def app_kwargs(session: Session) -> dict[str, Any]:
    """Our own routes and what every request passes first, given to Gradio's app when it is made."""
    return {"routes": routes(session, STATIC), "middleware": middleware(session.settings)}


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on; UsageError when the address itself cannot be used."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise UsageError(
                        f"The address {host} does not belong to this machine.",
                        "Leave STUDIO_HOST out to use 127.0.0.1.",
                    ) from None
                continue
            return int(probe.getsockname()[1])
    last = min(wanted + PORTS_TRIED, 65536) - 1
    raise UsageError(f"All ports from {wanted} to {last} are in use.", "Give a free one with --port.")


def _log_to(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(folder / "web.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
