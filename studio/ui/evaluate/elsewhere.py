"""The fields by which a model elsewhere is named: its address, what its provider calls it, a key and its prices."""

from typing import Any

import gradio as gr

from studio.session import Session
from studio.session.comparing import OTHER
from studio.ui import words


class Fields:
    """Drawn where it is built. where: what their ids begin with."""

    def __init__(self, where: str) -> None:
        with gr.Row(elem_classes="fs-fields"):
            self.address = gr.Textbox(label=words.MORE_ADDRESS, elem_id=f"{where}-address", max_lines=1)
            self.model = gr.Textbox(label=words.MORE_MODEL, elem_id=f"{where}-model", max_lines=1)
            self.key = gr.Textbox(label=words.MORE_KEY, type="password", elem_id=f"{where}-key", max_lines=1)
            self.read = gr.Number(None, label=words.MORE_READ, minimum=0, elem_id=f"{where}-read")
            self.written = gr.Number(None, label=words.MORE_WRITTEN, minimum=0, elem_id=f"{where}-written")

    @property
    def inputs(self) -> list[Any]:
        """The key is the last of them: what is remembered of the others goes without it."""
        return [self.address, self.model, self.read, self.written, self.key]


def give_key(session: Session, address: str, key: str | None) -> None:
    """A key that was typed goes to the session and to nobody else."""
    if (key or "").strip():
        session.providers.give_key(OTHER, address, key or "")


def price(read: float | None, written: float | None) -> tuple[float, float] | None:
    """An empty field of numbers comes as 0; what nobody said is not known, rather than free."""
    return (float(read or 0), float(written or 0)) if read or written else None
