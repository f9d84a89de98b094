"""Who answers a file, and what that takes: a prompt, or the address of a model elsewhere."""

from typing import Any

import gradio as gr

from studio.evaluation.entrants import BASE, PROMPTED, RIVALS, TUNED
from studio.evaluation.prompting import MOST_SHOTS
from studio.hosted.price import dollars
from studio.hosted.talk import Used
from studio.session import Session
from studio.session.comparing import REMOTE, Beside, Elsewhere
from studio.session.values import Run
from studio.ui import html, words
from studio.ui.evaluate.elsewhere import Fields, give_key, price


class Whom:
    """The fields; built inside the card."""

    def __init__(self) -> None:
        with gr.Column(visible=False) as self.prompting:
            gr.HTML(f"<p>{html.esc(words.APPLY_PROMPT_LINE)}</p>")
            self.instructions = gr.Textbox(label=words.MORE_INSTRUCTIONS, lines=3, elem_id="apply-instructions")
            self.shots = gr.Slider(0, MOST_SHOTS, 0, step=1, label=words.MORE_SHOTS, elem_id="apply-shots")
        with gr.Column(visible=False) as self.elsewhere:
            gr.HTML(f"<p>{html.esc(words.APPLY_REMOTE_LINE)}</p>")
            self.fields = Fields("apply")

    @property
    def inputs(self) -> list[Any]:
        """What `beside` takes after session and who, in this order."""
        return [self.instructions, self.shots, *self.fields.inputs]

    def shown(self, who: str) -> list[Any]:
        """Updates of both groups of fields."""
        return [gr.Column(visible=who in (PROMPTED, REMOTE)), gr.Column(visible=who == REMOTE)]


def beside(session: Session, who: str, *values: Any) -> Beside:
    """What was asked for; a key that was typed is given to the session and to nobody else."""
    instructions, shots, address, model, read, written, key = values
    remote = None
    if who == REMOTE:
        give_key(session, address or "", key)
        remote = Elsewhere(address or "", model or "", price(read, written))
    return Beside(instructions=instructions or "", shots=int(shots or 0), remote=remote)


def choices(run: Run) -> list[tuple[str, str]]:
    """Who can answer after this run."""
    if run.kind == "hosted":
        return [(words.APPLY_WHOS[TUNED], TUNED)]
    names = (TUNED, REMOTE) if run.method == "classifier" else (TUNED, BASE, PROMPTED, REMOTE)
    rivals = [(title, name) for name, title in RIVALS.items() if name != "logistic"]
    return [(words.APPLY_WHOS[name], name) for name in names] + rivals


def priced(used: Used, amount: float | None) -> str:
    """The sentence said before anything is sent."""
    said = words.APPLY_PRICE_UNKNOWN if amount is None else words.MORE_PRICE_FOR.format(amount=dollars(amount))
    return words.APPLY_PRICE.format(
        read=html.number(used.input), written=html.number(used.output), price=said, button=words.APPLY_START
    )
