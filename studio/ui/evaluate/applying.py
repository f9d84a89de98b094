"""New inputs in, the same table with answers out: the card that applies a model to a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.evaluation.entrants import TUNED
from studio.session.values import Run
from studio.ui import html, words
from studio.ui.evaluate import whom
from studio.ui.live import follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

NAME = "evaluate"
ENDINGS = [".csv", ".tsv", ".xlsx", ".jsonl", ".json", ".ndjson", ".parquet"]
TURNS = ""


def build(page: Page) -> Tab:
    session = page.session
    with gr.Column(visible=False, elem_classes="fs-card", elem_id="apply") as card:
        gr.HTML(f"<h2>{html.esc(words.APPLY_TITLE)}</h2><p>{html.esc(words.APPLY_LINE)}</p>")
        upload = gr.File(label=words.APPLY_FILE, file_types=ENDINGS, elem_id="apply-file", height=120)
        with gr.Column(visible=False) as ready:
            found = gr.HTML(elem_id="apply-found")
            with gr.Row(elem_classes="fs-field"):
                column = gr.Dropdown([("", "")], value="", label=words.APPLY_COLUMN, elem_id="apply-column")
                who = gr.Dropdown(
                    [(words.APPLY_WHOS["tuned"], TUNED)], value=TUNED, label=words.APPLY_WHO, elem_id="apply-who"
                )
            fields = whom.Whom()
            price = gr.HTML(elem_id="apply-price")
            with gr.Row(elem_classes="fs-pager"):
                start = gr.Button(words.APPLY_START, variant="primary", size="sm", elem_id="apply-start")
                other = gr.Button(words.APPLY_OTHER, size="sm", elem_id="apply-other")
        with gr.Column(visible=False) as working:
            progress = live("live-apply", curve=False)
            stop = gr.Button(words.APPLY_STOP, size="sm", elem_id="apply-stop")
            on = gr.Button(words.APPLY_ON, variant="primary", size="sm", visible=False, elem_id="apply-go-on")
        done = gr.HTML(visible=False, elem_id="apply-done")

    def bring(project: str, path: str | None) -> None:
        run = page.standing(project).run
        if path and run is not None:
            kept = session.applications.take(run.id, Path(path))
            session.projects.remember(project, applying={"run": run.id, "path": str(kept), "column": None})

    def choose(project: str, chosen: str, name: str) -> None:
        kept = page.standing(project).choices.get("applying")
        if kept:
            session.projects.remember(project, applying={**kept, "column": chosen, "who": name, "price": None})

    def begin(project: str, chosen: str, name: str, *values: Any) -> None:
        standing = page.standing(project)
        kept = standing.choices.get("applying")
        if standing.run is None or not kept:
            return
        asked = (standing.run.id, Path(kept["path"]), chosen, name, whom.beside(session, name, *values))
        found = session.applications.price(*asked)
        # all but the key
        told = [chosen, name, *values[:-1]]
        if found is not None and kept.get("told") != told:
            session.projects.remember(project, applying={**kept, "told": told, "price": whom.priced(*found)})
            return
        if session.chats.current() is not None:
            session.chats.close()
        session.applications.start(*asked)
        session.projects.remember(project, applying={**kept, "told": None, "price": None})

    def go_on(project: str) -> None:
        job = _job(page.standing(project))
        if job is not None:
            if session.chats.current() is not None:
                session.chats.close()
            session.runs.resume(job.id)

    def halt(project: str) -> None:
        job = _job(page.standing(project))
        if job is not None:
            session.runs.stop(job.id)

    def _job(standing: Standing) -> Run | None:
        return session.applications.of(standing.run.id) if standing.run is not None else None

    page.on(upload.upload, bring, [upload], tab=NAME, meanwhile=words.CHECKING)
    page.on([column.input, who.input], choose, [column, who], tab=NAME)
    page.on(start.click, begin, [column, who, *fields.inputs], tab=NAME, meanwhile=words.STARTING)
    page.on(on.click, go_on, tab=NAME, meanwhile=words.STARTING)
    page.on(stop.click, halt, tab=NAME)
    page.on(other.click, lambda project: session.projects.remember(project, applying=None), tab=NAME)
    page.on(progress.submit, lambda project: None, tab=NAME)

    def wire() -> None:
        # A key is used once and stays nowhere on the page.
        start.click(lambda: "", None, fields.fields.key, queue=False, show_progress="hidden")

    page.pending.append(wire)

    def view(standing: Standing) -> Sequence[Any]:
        run = standing.run
        if run is None or not standing.tuned:
            return [gr.Column(visible=False), None, *[gr.skip()] * 12]
        job = _job(standing)
        state = job.state.state if job else ""
        at_work = state in UNDER_WAY
        kept = standing.choices.get("applying") or {}
        path = Path(kept["path"]) if kept.get("run") == run.id else None
        chosen = path is not None and path.is_file() and not at_work
        shown: list[Any] = [gr.skip()] * 6
        if chosen and path is not None:
            preview = session.applications.look(path, kept.get("column"))
            text = words.APPLY_FOUND.format(
                name=path.name, rows=html.number(preview.rows), first=_shortened(preview.first[0])
            )
            columns = [(name, name) for name in preview.columns]
            if preview.column == TURNS:
                columns.insert(0, (words.APPLY_TURNS, TURNS))
            whos = whom.choices(run)
            name = next((one for _, one in whos if one == kept.get("who")), TUNED)
            said = kept.get("price")
            shown = [
                f"<p>{html.esc(text)}</p>",
                gr.Dropdown(columns, value=preview.column),
                gr.Dropdown(whos, value=name),
                *fields.shown(name),
                f'<p role="status">{html.esc(said)}</p>' if said else "",
            ]
        finished = job is not None and state == "finished"
        failed = bool(state) and not at_work and not finished
        return [
            gr.Column(visible=True),
            None,
            gr.Column(visible=chosen),
            *shown,
            gr.Column(visible=at_work or failed),
            follow(job.id if job and (at_work or failed) else None, state),
            gr.Button(visible=at_work),
            gr.Button(visible=failed and job is not None and job.state.resumable),
            gr.HTML(_done(job) if finished and job is not None else "", visible=finished),
        ]

    top = [card, upload, ready, found, column, who, fields.prompting, fields.elsewhere, price]
    return Tab([*top, working, progress, stop, on, done], view)


def _done(job: Run) -> str:
    said = str((job.state.result or {}).get("sentence", ""))
    link = (
        f'<a class="fs-link" id="apply-table" href="api/jobs/{html.esc(job.id)}/table" download>'
        f"{html.esc(words.APPLY_GET)}</a>"
    )
    return f'<p role="status">{html.esc(said)}</p>{link}'


def _shortened(text: str) -> str:
    return text if len(text) <= 100 else text[:99] + "…"
