"""Who stands on the two sides of a chat or comparison of a hosted run: models of its provider, or one from here."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.session.talks import HERE
from studio.session.values import Run
from studio.ui import words
from studio.ui.page import Page, Standing, Tab


class Voicing:
    def __init__(self, page: Page, tab: str) -> None:
        self.page = page
        self.tab = tab
        with gr.Row(visible=False, elem_classes=["fs-card", "fs-two"]) as self.row:
            self.left = gr.Dropdown([], label=words.VOICE_LEFT[tab], elem_id=f"{tab}-left")
            self.right = gr.Dropdown([], label=words.VOICE_RIGHT[tab], elem_id=f"{tab}-right")

    def part(self) -> Tab:
        self.page.on([self.left.input, self.right.input], self._remember, [self.left, self.right], tab=self.tab)
        return Tab([self.row, self.left, self.right], self._view)

    def chosen(self, project: str, run: Run) -> tuple[str, str]:
        """The ids of both voices; '' for the last there is, where nothing was chosen for this run."""
        known = self.page.session.projects.choices(project).get("voices", {})
        return (known["left"], known["right"]) if known.get("run") == run.id else (HERE, "")

    def _remember(self, project: str, left: str, right: str) -> None:
        run = self.page.standing(project).run
        if run is not None:
            self.page.session.projects.remember(project, voices={"run": run.id, "left": left, "right": right})

    def _view(self, standing: Standing) -> Sequence[Any]:
        run = standing.run
        if run is None or run.kind != "hosted" or not standing.tuned:
            return [gr.Row(visible=False), gr.skip(), gr.skip()]
        voices = [(voice.name, voice.id) for voice in self.page.session.chats.voices(run.id)]
        left, right = self.chosen(standing.project, run)
        return [
            gr.Row(visible=True),
            gr.Dropdown(choices=voices, value=left),
            gr.Dropdown(choices=voices, value=right or voices[-1][1]),
        ]
