"""What a hosted run has besides its curve on the Train tab: where it is, pause and go on, following it again, and what
lies at the provider, to be deleted."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.hosted.base import RemoteFile
from studio.hosted.price import dollars
from studio.session.values import Run
from studio.ui import html, words
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

TAB = "train"
MODEL = "model"


class Attending:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.session
        # What was found at the provider for a run; looked up when asked for, never by itself.
        self.left: dict[str, list[RemoteFile]] = {}
        with gr.Column(visible=False, elem_classes="fs-card") as self.card:
            self.facts = gr.HTML(elem_id="hosted-run")
            with gr.Row(elem_classes="fs-pager"):
                self.pause = gr.Button(words.RUN_PAUSE, size="sm", elem_id="pause-hosted", visible=False)
                self.resume = gr.Button(words.RUN_RESUME, size="sm", elem_id="resume-hosted", visible=False)
            with gr.Column(visible=False) as self.alone:
                self.line = gr.HTML(elem_id="left-alone")
                self.key = gr.Textbox(type="password", label=words.HOSTED_KEY, elem_id="follow-key")
                with gr.Row(elem_classes="fs-pager"):
                    self.follow = gr.Button(words.RUN_FOLLOW, variant="primary", size="sm", elem_id="follow-run")
                    self.give_up = gr.Button(words.RUN_GIVE_UP, size="sm", elem_id="give-up")
                with gr.Row(visible=False, elem_classes="fs-pager") as self.really:
                    self.asked = gr.HTML(elem_id="give-up-question")
                    self.gone = gr.Button(words.RUN_GIVE_UP_YES, size="sm", variant="stop", elem_id="give-up-yes")
                    self.stay = gr.Button(words.RUN_GIVE_UP_NO, size="sm", elem_id="give-up-no")
            with gr.Column(visible=False) as self.over:
                self.title = gr.HTML()
                self.look = gr.Button(words.RUN_LEFT_LOOK, size="sm", elem_id="look-left")
                self.found = gr.HTML(elem_id="left-there")
                with gr.Row(visible=False, elem_classes="fs-field") as self.tools:
                    self.pick = gr.Dropdown([], label=words.RUN_LEFT_PICK, elem_id="left-file")
                    self.delete = gr.Button(words.RUN_LEFT_DELETE, size="sm", elem_id="delete-left", scale=0)
                with gr.Row(visible=False, elem_classes="fs-pager") as self.sure:
                    gr.HTML(f"<p>{html.esc(words.RUN_LEFT_SURE)}</p>")
                    self.yes = gr.Button(words.RUN_LEFT_YES, size="sm", variant="stop", elem_id="delete-left-yes")
                    self.no = gr.Button(words.RUN_LEFT_NO, size="sm")

    def part(self) -> Tab:
        page = self.page
        page.on(self.pause.click, lambda p: self.session.hosted.pause(self._run(p).id), tab=TAB)
        page.on(self.resume.click, lambda p: self.session.hosted.resume(self._run(p).id), tab=TAB)
        page.on([self.follow.click, self.key.submit], self._follow, [self.key], tab=TAB)
        page.on(self.gone.click, lambda p: self.session.hosted.give_up(self._run(p).id), tab=TAB)
        page.on(self.look.click, self._look, tab=TAB)
        page.on(self.yes.click, self._delete, [self.pick], tab=TAB)

        def wire() -> None:
            hidden: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
            gr.on([self.follow.click, self.key.submit], lambda: "", None, self.key, **hidden)
            self.give_up.click(lambda: gr.Row(visible=True), None, self.really, **hidden)
            self.stay.click(lambda: gr.Row(visible=False), None, self.really, **hidden)
            self.delete.click(lambda: gr.Row(visible=True), None, self.sure, **hidden)
            self.no.click(lambda: gr.Row(visible=False), None, self.sure, **hidden)

        page.pending.append(wire)
        outputs = [self.card, self.facts, self.pause, self.resume, self.alone, self.line, self.key, self.over]
        outputs += [self.really, self.asked]
        return Tab([*outputs, self.title, self.found, self.tools, self.pick, self.sure], self._view)

    def _run(self, project: str) -> Run:
        run = self.page.standing(project).run
        if run is None or run.kind != "hosted":
            raise StudioError(words.NEED_RUN, words.GO_METHOD)
        return run

    def _follow(self, project: str, key: str | None) -> None:
        self.session.hosted.follow(self._run(project).id, (key or "").strip() or None)

    def _look(self, project: str) -> None:
        run = self._run(project)
        self.left[run.id] = self.session.hosted.files(run.id)

    def _delete(self, project: str, chosen: str) -> None:
        run = self._run(project)
        if chosen == MODEL:
            self.session.hosted.delete_model(run.id)
        elif chosen:
            self.session.hosted.delete_file(run.id, chosen)
        self._look(project)

    def _view(self, standing: Standing) -> Sequence[Any]:
        run = standing.run
        if run is None or run.kind != "hosted" or run.state.remote is None:
            return [gr.Column(visible=False), *[gr.skip()] * 14]
        state, remote = run.state, run.state.remote
        provider = self.session.hosted.provider(run.id)
        work = self.session.hosted.work(run.id)
        alone = state.state == "interrupted"
        at_work = state.state in UNDER_WAY and provider.pauses and bool(remote.job)
        kept = self.session.providers.has_key(work.provider, work.address)
        line = words.RUN_FOLLOW_KEPT if kept else words.RUN_FOLLOW_LINE
        job = words.RUN_GIVE_UP_JOB.format(job=remote.job) if remote.job else ""
        files = self.left.get(run.id)
        choices = [(file.name, file.id) for file in files or []]
        if remote.model and files is not None:
            choices.append((remote.model, MODEL))
        over = state.state not in UNDER_WAY and not alone
        return [
            gr.Column(visible=True),
            html.facts(self._told(run)),
            gr.Button(visible=at_work and remote.status == "running"),
            gr.Button(visible=at_work and remote.status == "paused"),
            gr.Column(visible=alone),
            f"<p>{html.esc(line.format(provider=remote.place))} {html.esc(words.RUN_FOLLOW_STOP)}</p>",
            gr.Textbox(visible=not kept),
            gr.Column(visible=over),
            gr.Row(visible=False),
            f"<p>{html.esc(words.RUN_GIVE_UP_ASK.format(cap=dollars(work.cap), provider=remote.place, job=job))}</p>",
            f"<h3>{html.esc(words.RUN_LEFT.format(provider=remote.place))}</h3><p>{html.esc(words.RUN_LEFT_LINE)}</p>",
            _listed(files),
            gr.Row(visible=bool(choices)),
            gr.Dropdown(choices=choices, value=choices[0][1] if choices else None),
            gr.Row(visible=False),
        ]

    def _told(self, run: Run) -> list[tuple[str, str]]:
        remote, result = run.state.remote, run.state.result or {}
        assert remote is not None
        cost = result.get("cost")
        cap = dollars(self.session.hosted.work(run.id).cap)
        known = [
            (words.RUN_AT, remote.place),
            (words.RUN_JOB, remote.job),
            (words.RUN_MODEL, remote.model),
            (words.RUN_COST, f"about {dollars(cost)}" if cost is not None else words.RUN_COST_SO_FAR.format(cap=cap)),
        ]
        return [(name, value) for name, value in known if value]


def _listed(files: list[RemoteFile] | None) -> str:
    if files is None:
        return ""
    if not files:
        return f"<p>{html.esc(words.RUN_LEFT_NONE)}</p>"
    rows = "".join(f"<li>{html.esc(file.name)}, {html.number(file.bytes)} bytes</li>" for file in files)
    return f"<ul>{rows}</ul>"
