"""The live component: a piece of the page that follows a job's events by itself, without the server's event queue.

Its script (static/live.js) polls our own route by cursor and extends the curve; when the job's state changes it fires
`submit`, and the page redraws the rest.
"""

import json
from typing import Any

import gradio as gr

from studio.ui import words

SCRIPT = "window.studioLive(element, props, trigger, watch)"


def live(elem_id: str, curve: bool) -> gr.HTML:
    """An empty live component; its value is set with follow()."""
    return gr.HTML(
        value=json.dumps({"job": None}),
        html_template='<div class="fs-live"></div>',
        js_on_load=SCRIPT,
        elem_id=elem_id,
        words=words.CURVE,
        curve=curve,
        apply_default_css=False,
    )


def follow(job: str | None, state: str = "") -> str:
    """The value that makes a live component follow a job (None: nothing)."""
    return json.dumps({"job": job, "state": state})


def chart(elem_id: str) -> gr.HTML:
    """A static chart; its value is figure(...)."""
    return gr.HTML(
        value="",
        html_template='<div class="fs-chart"></div>',
        js_on_load="window.studioChart(element, props, watch)",
        elem_id=elem_id,
        apply_default_css=False,
    )


def figure(values: dict[str, Any] | None, label: str = "") -> str:
    return json.dumps({"figure": values, "label": label}) if values else ""
