"""What every tab shares: where a project stands, and how a click becomes an action and a fresh page.

A tab is a module with NAME and build(page) -> Tab. After every action the whole page is drawn anew from the session, so
that what a person sees is always what is on disk.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from studio.data.values import Split
from studio.errors import StudioError
from studio.session import Session
from studio.session.values import Dataset, Run
from studio.ui import html, words

STEPS = ("data", "method", "train", "evaluate", "chat")
UNDER_WAY = ("waiting", "preparing", "running", "pausing", "stopping")
log = logging.getLogger("studio.ui")


@dataclass(frozen=True)
class Standing:
    """Where a project stands: its current data set, run and comparison, and the choices made."""

    project: str
    choices: dict[str, Any]
    dataset: Dataset | None
    split: Split | None
    run: Run | None
    evaluation: Run | None

    @property
    def enough(self) -> bool:
        return self.dataset is not None and self.dataset.report.usable >= 4

    @property
    def tuned(self) -> bool:
        """Whether the current run left a model that can be compared, talked to and taken away."""
        run = self.run
        over = run is not None and run.state.state not in (*UNDER_WAY, "cancelled")
        return over and run is not None and bool(run.state.checkpoints)

    def status(self, tab: str) -> str:
        """done, here, ready or waiting, for the strip of tabs."""
        run = self.run.state.state if self.run else ""
        judged = self.evaluation.state.state if self.evaluation else ""
        at_work = {"train": run in UNDER_WAY, "evaluate": judged in UNDER_WAY}
        done = {"data": self.enough, "method": self.run is not None, "train": self.tuned}
        done["evaluate"] = judged == "finished"
        possible = {"method": self.enough, "train": self.run is not None, "evaluate": self.tuned, "chat": self.tuned}
        if at_work.get(tab):
            return "here"
        if done.get(tab):
            return "done"
        return "ready" if possible.get(tab, True) else "waiting"


def wait(sentence: str) -> gr.HTML:
    return gr.HTML(html.waiting(sentence), visible=True)


@dataclass
class Tab:
    """A built tab: the components it redraws, and view(standing) -> one update for each of them."""

    outputs: list[Any]
    view: Callable[[Standing], Sequence[Any]]


@dataclass
class Page:
    """The page while it is being built: the session, what all tabs share, and the tabs themselves. left: changes when
    a field was left with something new in it."""

    session: Session
    project: gr.State
    heard: gr.State
    left: gr.State
    tabs: gr.Tabs
    notices: dict[str, gr.HTML] = field(default_factory=dict)
    parts: list[Tab] = field(default_factory=list)
    built: dict[str, Tab] = field(default_factory=dict)
    pending: list[Callable[[], None]] = field(default_factory=list)
    opened: dict[str, gr.Tab] = field(default_factory=dict)

    def standing(self, project: str) -> Standing:
        session = self.session
        choices = session.projects.choices(project)
        datasets = {d.id: d for d in session.datasets.list(project)}
        dataset = datasets.get(choices.get("dataset", "")) or session.datasets.latest(project)
        if choices.get("dataset") == "none":
            dataset = None
        runs = session.runs.list(project, kind="train")
        run = next((r for r in runs if r.id == choices.get("run")), runs[0] if runs else None)
        evaluation = session.evaluations.of(run.id) if run else None
        split = session.datasets.current_split(dataset.id) if dataset and dataset.report.usable >= 4 else None
        return Standing(project, choices, dataset, split, run, evaluation)

    def outputs(self) -> list[Any]:
        return [component for part in self.parts for component in part.outputs]

    def redraw(self, project: str) -> list[Any]:
        return self._drawn(project, self.parts)

    def _drawn(self, project: str, parts: Sequence[Tab]) -> list[Any]:
        standing = self.standing(project or self.session.projects.current().id)
        return [update for part in parts for update in part.view(standing)]

    def on(
        self,
        events: Any,
        action: Callable[..., object],
        inputs: Sequence[Any] = (),
        *,
        tab: str,
        goto: str | None = None,
        meanwhile: str | None = None,
        heard: bool = False,
        alone: bool = False,
    ) -> None:
        """Wire events to action(project, *inputs). A StudioError is shown at the top of `tab`; on success the page
        goes to `goto` when given; then everything is redrawn. meanwhile: words shown while a slow action works. heard:
        the action's second argument is what the event told (see acts.py). alone: only this tab is drawn anew, for what
        no other one shows; with many rows the others take longer."""

        def wire() -> None:
            def hear(event: gr.EventData) -> tuple[Any, Any]:
                return wait(meanwhile) if meanwhile else gr.skip(), event._data if heard else None

            def run(project: str, told: Any, *values: Any) -> tuple[Any, Any]:
                # A click can be quicker than the page's own start, which names the project.
                project = project or self.session.projects.current().id
                try:
                    action(project, *([told] if heard else []), *values)
                except StudioError as error:
                    return gr.HTML(html.notice(error), visible=True), gr.skip()
                except Exception as error:  # noqa: BLE001 - the border where a person is told; the log has the traceback
                    return gr.HTML(html.notice(self.unexpected(error)), visible=True), gr.skip()
                if goto:
                    self.session.projects.remember(project, tab=goto)
                return gr.HTML("", visible=False), gr.Tabs(selected=goto) if goto else gr.skip()

            triggers = events if isinstance(events, list) else [events]
            shown = [self.notices[tab], self.tabs]
            hidden: dict[str, Any] = {"show_progress": "hidden"}
            given = [self.project, self.heard, *inputs]
            if meanwhile or heard:
                event = gr.on(triggers, hear, None, [self.notices[tab], self.heard], queue=False, **hidden)
                event = event.then(run, given, shown, **hidden)
            else:
                event = gr.on(triggers, run, given, shown, **hidden)
            drawn = [self.built[tab]] if alone else self.parts
            outputs = [component for part in drawn for component in part.outputs]
            event.then(lambda project: self._drawn(project, drawn), self.project, outputs, show_progress="hidden")

        # Wired once all tabs are built, because an action redraws every one of them.
        self.pending.append(wire)

    def unexpected(self, error: Exception) -> StudioError:
        """An error nobody foresaw: logged with its traceback, told in words."""
        log.error("unexpected error on the page", exc_info=error)
        happened, remedy = words.UNEXPECTED
        return StudioError(happened, remedy.format(log=self.session.settings.home / "logs" / "web.log"))

    def notice(self, tab: str) -> gr.HTML:
        self.notices[tab] = gr.HTML("", visible=False, elem_id=f"notice-{tab}")
        return self.notices[tab]


def show_aside(tab: str, more: str = "") -> str:
    title, body = words.ASIDE[tab]
    return html.aside(title, body, more)
