"""Chat completions of the stand-in, in one piece or streamed. A tuned model answers as the most similar training row; a
base model answers politely and never in the wanted form."""

import json
import time
from collections.abc import Iterator
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.fakes.openai_world import MODELS, Job, World

BASE_ANSWER = "I would be happy to help with that. Could you tell me a little more?"


def completion(world: World, body: dict[str, Any], refusal: Any) -> Response:
    name, messages = body["model"], body["messages"]
    job = next((j for j in world.jobs.values() if name in _models(j)), None)
    if job is None and name not in MODELS:
        raise refusal(404, f"The model `{name}` does not exist or you do not have access to it.", "model_not_found")
    text = _learned(world, job, messages) if job else BASE_ANSWER
    most = body.get("max_completion_tokens") or body.get("max_tokens") or 10_000
    words = text.split(" ")
    finish = "length" if len(words) > most else "stop"
    text = " ".join(words[:most])
    asked = sum(len(str(m["content"])) // 4 + 3 for m in messages)
    usage = {"prompt_tokens": asked, "completion_tokens": len(words[:most])}
    usage["total_tokens"] = sum(usage.values())
    head = {"id": "chatcmpl-1", "created": int(time.time()), "model": name}
    if body.get("stream"):
        extra = usage if (body.get("stream_options") or {}).get("include_usage") else None
        return StreamingResponse(_chunks(head, text, finish, extra), media_type="text/event-stream")
    choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": finish}
    return JSONResponse(head | {"object": "chat.completion", "choices": [choice | {"logprobs": None}], "usage": usage})


def _models(job: Job) -> set[str]:
    return {checkpoint["fine_tuned_model_checkpoint"] for checkpoint in job.checkpoints}


def _learned(world: World, job: Job, messages: list[dict[str, Any]]) -> str:
    asked = set(str(messages[-1]["content"]).lower().split())
    best, answer = -1.0, ""
    for row in world.examples(job.data["training_file"]) if job.data["training_file"] in world.contents else []:
        turns = row.get("messages") or [*row["input"]["messages"], *row["preferred_output"]]
        known = set(str(turns[-2]["content"]).lower().split())
        alike = len(asked & known) / max(1, len(asked | known))
        if alike > best:
            best, answer = alike, str(turns[-1]["content"])
    return answer


def _chunks(head: dict[str, Any], text: str, finish: str, usage: dict[str, int] | None) -> Iterator[str]:
    def chunk(choices: list[dict[str, Any]], **more: Any) -> str:
        return f"data: {json.dumps(head | {'object': 'chat.completion.chunk', 'choices': choices} | more)}\n\n"

    words = text.split(" ")
    for place, word in enumerate(words):
        piece = word if place == len(words) - 1 else word + " "
        delta = {"content": piece} | ({"role": "assistant"} if place == 0 else {})
        yield chunk([{"index": 0, "delta": delta, "finish_reason": None}])
    yield chunk([{"index": 0, "delta": {}, "finish_reason": finish}])
    if usage:
        yield chunk([], usage=usage)
    yield "data: [DONE]\n\n"
