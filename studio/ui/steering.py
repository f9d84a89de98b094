"""What can be asked of a training on this machine while the Train tab shows it: pause, stop and keep, cancel, go on, or
a place further forward while it waits."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.session.values import Run
from studio.ui import html, words
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

TAB = "train"


class Steering:
    """The row of buttons; build it where they are to stand."""

    def __init__(self, page: Page) -> None:
        self.page, self.session = page, page.session
        with gr.Row(elem_classes="fs-pager"):
            self.resume = gr.Button(words.RESUME, elem_id="resume", variant="primary", size="sm", visible=False)
            self.pause = gr.Button(words.PAUSE, elem_id="pause", size="sm", visible=False)
            self.stop = gr.Button(words.STOP, elem_id="stop", size="sm", visible=False)
            self.forward = gr.Button(words.FORWARD, elem_id="forward", size="sm", visible=False)
            self.cancel = gr.Button(words.CANCEL, elem_id="cancel", size="sm", visible=False)
        with gr.Row(visible=False, elem_classes="fs-pager") as self.really:
            gr.HTML(f"<p>{html.esc(words.CANCEL_SURE)}</p>", elem_id="cancel-question")
            self.yes = gr.Button(words.CANCEL_YES, elem_id="cancel-yes", variant="stop", size="sm")
            self.no = gr.Button(words.CANCEL_NO, elem_id="cancel-no", size="sm")

    def part(self) -> Tab:
        page = self.page
        page.on(self.pause.click, lambda p: self.session.runs.pause(self._run(p).id), tab=TAB)
        page.on(self.stop.click, lambda p: self.session.runs.stop(self._run(p).id), tab=TAB)
        page.on(self.yes.click, lambda p: self.session.runs.cancel(self._run(p).id), tab=TAB)
        page.on(self.resume.click, lambda p: self.session.runs.resume(self._run(p).id), tab=TAB)
        page.on(self.forward.click, lambda p: self.session.runs.move(self._run(p).id, -1), tab=TAB)

        def wire() -> None:
            hidden: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
            self.cancel.click(lambda: gr.Row(visible=True), None, self.really, **hidden)
            self.no.click(lambda: gr.Row(visible=False), None, self.really, **hidden)

        page.pending.append(wire)
        parts = [self.resume, self.pause, self.stop, self.forward, self.cancel, self.really]
        return Tab(parts, self.view)

    def view(self, standing: Standing) -> Sequence[Any]:
        run = standing.run
        state = run.state.state if run else ""
        here = run is not None and run.kind == "train"
        at_work = here and state in UNDER_WAY
        ending = state in ("stopping", "pausing")
        pauses = at_work and run is not None and state != "waiting" and self.session.runs.pauses(run)
        return [
            gr.Button(visible=here and run is not None and run.state.resumable),
            gr.Button(visible=pauses, interactive=not ending),
            gr.Button(visible=run is not None and state in UNDER_WAY, interactive=state != "stopping"),
            gr.Button(visible=state == "waiting" and run is not None and run.state.ahead > 0),
            gr.Button(visible=at_work, interactive=not ending),
            gr.Row(visible=False),
        ]

    def _run(self, project: str) -> Run:
        run = self.page.standing(project).run
        assert run is not None, "the buttons are there with a run alone"
        return run
