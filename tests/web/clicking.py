"""A browser of one person, as far as the server sees it: a cookie jar, and the page's events by hand."""

from typing import Any

import httpx

PAGE = {"Accept": "text/html"}


class Person:
    """One cookie jar at one address. session: the name Gradio keeps this page's state under."""

    def __init__(self, address: str, session: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=60)
        self.session = session
        self.http.get("/", headers=PAGE)
        self.config: dict[str, Any] = self.http.get("/config").json()

    def component(self, elem_id: str) -> int:
        return next(c["id"] for c in self.config["components"] if c["props"].get("elem_id") == elem_id)

    def opening(self) -> dict[str, Any]:
        """The event of the page itself that finds out which project is open."""
        loads = [d for d in self.config["dependencies"] if any(name == "load" for _, name in d["targets"])]
        return next(d for d in loads if self.component("tabs") in d["outputs"])

    def after(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event that follows another one."""
        return next(d for d in self.config["dependencies"] if d["trigger_after"] == event["id"])

    def do(self, event: dict[str, Any], data: list[Any] | None = None) -> str:
        """Runs an event; returns the whole stream of its messages."""
        values = data if data is not None else [None] * len(event["inputs"])
        join = {"data": values, "fn_index": event["id"], "trigger_id": None, "session_hash": self.session}
        answer = self.http.post("/gradio_api/queue/join", json=join)
        text = answer.text
        if answer.status_code == 200:
            with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as events:
                for line in events.iter_lines():
                    text += line
                    if '"process_completed"' in line or '"close_stream"' in line:
                        break
        return text
