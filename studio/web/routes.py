"""Our own HTTP routes: a job's events by cursor, the adapter as a download, static files, health.

Every route asks the session, so it sees only what belongs to the owner; an unknown id answers 404.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from studio import __version__
from studio.errors import NotFoundError, StudioError
from studio.session import Session
from studio.web.openai_door import openai_routes

Answer = Callable[[Request], Awaitable[Response]]
ROWS_MEDIA = {".jsonl": "application/jsonl", ".csv": "text/csv"}
TABLE_MEDIA = ROWS_MEDIA | {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
COMPARISON_MEDIA = {"report": "text/html", "rows": "text/csv", "everything": "application/json"}
STATIC_FILES = ("acts.js", "chart.js", "answers.js", "live.js")


def routes(session: Session, static: Path) -> list[BaseRoute]:
    """Routes for Gradio's app; they stand before Gradio's own."""
    plotly = Path(str(files("plotly") / "package_data" / "plotly.min.js"))

    def events(request: Request) -> Response:
        job = request.path_params["job"]
        page = session.runs.events(job, request.query_params.get("since"))
        state = session.runs.get(job).state
        body = {
            "events": page.events,
            "cursor": page.cursor,
            "state": {"state": state.state, "sentence": state.sentence},
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    def adapter(request: Request) -> Response:
        path = session.exports.adapter(request.path_params["job"])
        return FileResponse(path, filename=path.name, media_type="application/zip")

    def rows(request: Request) -> Response:
        asked = request.query_params
        ending = f".{asked.get('as', 'jsonl')}"
        path = session.datasets.export(request.path_params["dataset"], asked.get("shape") or None, ending)
        return FileResponse(path, filename=path.name, media_type=ROWS_MEDIA[ending])

    def rejected(request: Request) -> Response:
        path = session.datasets.rejected(request.path_params["dataset"])
        return FileResponse(path, filename=path.name, media_type=ROWS_MEDIA[".jsonl"])

    def table(request: Request) -> Response:
        path = session.applications.table(request.path_params["job"])
        return FileResponse(path, filename=path.name, media_type=TABLE_MEDIA[path.suffix])

    def comparison(request: Request, what: str) -> Response:
        text, name = session.evaluations.taken(request.path_params["job"], what)
        # As a download alone: what models wrote is never a page of the studio.
        head = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(text, media_type=COMPARISON_MEDIA[what], headers=head)

    def static_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "plotly.min.js":
            return FileResponse(plotly, headers={"Cache-Control": "public, max-age=86400"})
        if name in STATIC_FILES:
            return FileResponse(static / name, headers={"Cache-Control": "no-cache"})
        raise NotFoundError(f"There is no file {name}.", "Reload the page.")

    def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    return [
        Route("/api/jobs/{job}/events", _guarded(events)),
        Route("/api/jobs/{job}/adapter.zip", _guarded(adapter)),
        Route("/api/jobs/{job}/table", _guarded(table)),
        *(Route(f"/api/jobs/{{job}}/{what}", _guarded(partial(comparison, what=what))) for what in COMPARISON_MEDIA),
        Route("/api/datasets/{dataset}/rows", _guarded(rows)),
        Route("/api/datasets/{dataset}/left-out.jsonl", _guarded(rejected)),
        Route("/studio-static/{name}", _guarded(static_file)),
        Route("/healthz", _guarded(health)),
        *openai_routes(session),
    ]


def _guarded(answer: Callable[[Request], Response]) -> Answer:
    """Off the event loop, and with errors in the shape {"happened", "remedy"}."""

    async def run(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except StudioError as error:
            status = 404 if isinstance(error, NotFoundError) else 409
            return JSONResponse({"happened": error.happened, "remedy": error.remedy}, status_code=status)

    return run
