"""The routes of the stand-in: files, uploads, jobs with their events and checkpoints, models. What they answer from is
openai_world.py."""

import re
import time
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from tests.fakes import openai_course as course
from tests.fakes.openai_world import MODELS, World


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the server
    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        self.answer = JSONResponse(
            {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}, status
        )


def _listed(items: list[dict[str, Any]], request: Request, most: int = 20) -> dict[str, Any]:
    """A page of a list that is given newest first: `after` names the last item of the page before."""
    ids = [item["id"] for item in items]
    after, limit = request.query_params.get("after"), int(request.query_params.get("limit", most))
    start = ids.index(after) + 1 if after in ids else 0
    page = items[start : start + limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": start + limit < len(items),
    }


def _found(items: dict[str, Any], name: str, what: str) -> Any:
    if name not in items:
        raise Refusal(404, f"No such {what}: {name}", "not_found")
    return items[name]


def files(app: FastAPI, world: World) -> None:
    @app.post("/v1/files")
    async def create(request: Request) -> Any:
        form = await request.form()
        file: Any = form["file"]
        return world.add_file(file.filename, await file.read(), str(form["purpose"]))

    @app.get("/v1/files")
    async def listed(request: Request) -> Any:
        purpose = request.query_params.get("purpose")
        files = [f for f in reversed(world.files.values()) if purpose in (None, f["purpose"])]
        return _listed(files, request, 10_000)

    @app.get("/v1/files/{file}")
    async def retrieve(file: str) -> Any:
        return _found(world.files, file, "file")

    @app.get("/v1/files/{file}/content")
    async def content(file: str) -> Response:
        return Response(_found(world.contents, file, "file"), media_type="application/octet-stream")

    @app.delete("/v1/files/{file}")
    async def delete(file: str) -> Any:
        _found(world.files, file, "file")
        del world.files[file], world.contents[file]
        return {"id": file, "object": "file", "deleted": True}


def keep_half(world: World, half: bytes) -> None:
    name = re.search(rb'filename="([^"]+)"', half)
    content = half.split(b"\r\n\r\n", 2)[-1]
    world.add_file(name[1].decode() if name else "upload", content, "fine-tune")


def uploads(app: FastAPI, world: World) -> None:
    @app.post("/v1/uploads")
    async def create(request: Request) -> Any:
        return world.add_upload(await request.json())

    @app.post("/v1/uploads/{upload}/parts")
    async def part(upload: str, request: Request) -> Any:
        _found(world.uploads, upload, "upload")
        form = await request.form()
        data: Any = form["data"]
        return world.add_part(upload, await data.read())

    @app.post("/v1/uploads/{upload}/complete")
    async def complete(upload: str, request: Request) -> Any:
        _found(world.uploads, upload, "upload")
        done = world.complete(upload, (await request.json())["part_ids"])
        if done is None:
            raise Refusal(400, "The parts do not make up the announced number of bytes.", "invalid_upload")
        return done


def jobs(app: FastAPI, world: World) -> None:
    @app.post("/v1/fine_tuning/jobs")
    async def create(request: Request) -> Any:
        body = await request.json()
        if body.get("model") not in MODELS:
            raise Refusal(400, f"Model {body.get('model')} is not available for fine-tuning.", "model_not_available")
        _found(world.contents, body.get("training_file", ""), "File object")
        return world.add_job(body)

    @app.get("/v1/fine_tuning/jobs")
    async def listed(request: Request) -> Any:
        wanted = {k[9:-1]: v for k, v in request.query_params.items() if k.startswith("metadata[")}
        jobs = [j.data for j in reversed(world.jobs.values())]
        jobs = [j for j in jobs if all((j["metadata"] or {}).get(name) == value for name, value in wanted.items())]
        return _listed(jobs, request)

    @app.get("/v1/fine_tuning/jobs/{job}")
    async def retrieve(job: str) -> Any:
        found = _found(world.jobs, job, "fine-tuning job")
        course.advance(world, found)
        return found.data

    @app.get("/v1/fine_tuning/jobs/{job}/events")
    async def events(job: str, request: Request) -> Any:
        found = _found(world.jobs, job, "fine-tuning job")
        told = list(reversed(found.events))
        if found.course.shuffled:
            told = sorted(told, key=lambda event: event["id"][::-1])
        if found.course.repeated:
            told = [event for event in told for _ in range(2)]
        return _listed(told, request)

    @app.post("/v1/fine_tuning/jobs/{job}/{action}")
    async def act(job: str, action: str) -> Any:
        found = _found(world.jobs, job, "fine-tuning job")
        if found.data["status"] in course.ENDED:
            raise Refusal(400, f"Job has already completed: {job}", "invalid_request")
        if action == "cancel":
            course.end(world, found, "cancelled")
        else:
            found.data["status"] = {"pause": "paused", "resume": "running"}[action]
        return found.data

    @app.get("/v1/fine_tuning/jobs/{job}/checkpoints")
    async def checkpoints(job: str, request: Request) -> Any:
        return _listed(list(reversed(_found(world.jobs, job, "fine-tuning job").checkpoints)), request, 10)


def checkpoints(app: FastAPI, world: World) -> None:
    @app.post("/v1/fine_tuning/checkpoints/{model}/permissions")
    async def allow(model: str, request: Request) -> Any:
        now = int(time.time())
        made = [
            {"id": f"cp-{number}", "object": "checkpoint.permission", "created_at": now, "project_id": project}
            for number, project in enumerate((await request.json())["project_ids"])
        ]
        world.permissions[model] = made
        return {"object": "list", "data": made, "has_more": False}

    @app.get("/v1/fine_tuning/checkpoints/{model}/permissions")
    async def allowed(model: str, request: Request) -> Any:
        return _listed(world.permissions.get(model, []), request)


def models(app: FastAPI, world: World) -> None:
    def names() -> list[str]:
        tuned = [c["fine_tuned_model_checkpoint"] for job in world.jobs.values() for c in job.checkpoints]
        return [*MODELS, *tuned]

    @app.get("/v1/models")
    async def listed() -> Any:
        return {
            "object": "list",
            "data": [{"id": n, "object": "model", "created": 0, "owned_by": "x"} for n in names()],
        }

    @app.delete("/v1/models/{model:path}")
    async def delete(model: str) -> Any:
        for job in world.jobs.values():
            job.checkpoints[:] = [c for c in job.checkpoints if c["fine_tuned_model_checkpoint"] != model]
        return {"id": model, "object": "model", "deleted": True}
