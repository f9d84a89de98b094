"""A model elsewhere: a real server that speaks the OpenAI protocol's chat completions."""

import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

Say = Callable[[str], str]


class Server:
    """Speaks chat completions on loopback; `say` gets the last message and gives the answer. asked: those messages."""

    def __init__(self, say: Say) -> None:
        self.asked: list[str] = []
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def chat(request: Request) -> dict[str, Any]:
            text = (await request.json())["messages"][-1]["content"]
            self.asked.append(text)
            message = {"role": "assistant", "content": say(text)}
            usage = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}
            head = {"id": "x", "created": 1, "model": "judge", "object": "chat.completion"}
            return head | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}

        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, log_level="error"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/v1"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
