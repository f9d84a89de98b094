"""HTML with buttons of its own: for lists whose length only the data knows. A click on an element with `data-act` fires
an event with all its data attributes: `submit` for what changes something, `look` for what only shows more. The script
is static/acts.js.
"""

from typing import Any

import gradio as gr

from studio.ui import html

SCRIPT = "window.studioActs(element, trigger, watch, {submit: 'submit', look: 'look'})"


def acts(elem_id: str, **options: Any) -> gr.HTML:
    """A piece of HTML whose buttons act; its value is HTML made with `button` and `html`."""
    return gr.HTML(
        value="",
        html_template='<div class="fs-acts prose">${value}</div>',
        js_on_load=SCRIPT,
        elem_id=elem_id,
        apply_default_css=False,
        **options,
    )


def button(act: str, title: str, *, kind: str = "plain", name: str = "", label: str = "", **values: object) -> str:
    """A button that fires `act` with these values (event="look" for what only shows more). kind: plain, quiet or main.
    name: its id on the page. label: what a screen reader says where the title alone says too little."""
    data = "".join(f' data-{key}="{html.esc(value)}"' for key, value in values.items())
    named = f' id="{html.esc(name)}"' if name else ""
    said = f' aria-label="{html.esc(label)}"' if label else ""
    return (
        f'<button type="button" class="fs-act {html.esc(kind)}" data-act="{html.esc(act)}"{named}{data}{said}>'
        f"{html.esc(title)}</button>"
    )
