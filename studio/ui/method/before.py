"""Before the start: what the training would take, a try of a few steps with its time, the first batch as the model sees
it, and the search for the best values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.jobs.sentences import duration
from studio.session.values import Readiness, Run
from studio.ui import html, words
from studio.ui.page import UNDER_WAY, Page

NAME = "method"
AT_MOST_SHOWN = 4
SECONDS = 2.0
"""Between looks at a try, which takes about half a minute."""


class Before:
    """The card. Building it draws it where it is built; `outputs` and `updates` belong to the Method tab's view."""

    def __init__(self) -> None:
        with gr.Column(elem_classes="fs-card"):
            self._facts = gr.HTML(elem_id="before")
            self.timer = gr.Timer(SECONDS, active=False)
            self._search = gr.Checkbox(label=words.FIND_LABEL, info=words.FIND_INFO, elem_id="find-best")
            with gr.Accordion(words.SEEN_TITLE, open=False, elem_id="seen"):
                self._progress = gr.HTML(elem_id="rehearsal")
                self._try = gr.Button(words.TRY, size="sm", elem_id="rehearse")
                self._seen = gr.HTML(elem_id="seen-batch")

    @property
    def outputs(self) -> list[Any]:
        return [self._facts, self._progress, self.timer, self._try, self._search, self._seen]

    def wire(self, page: Page, rehearse: Callable[[str], Any], search: Callable[[str, bool], Any]) -> None:
        """What pressing and ticking do."""
        page.on(self._try.click, rehearse, tab=NAME)
        page.on(self._search.input, search, [self._search], tab=NAME, alone=True)

    def updates(self, found: Readiness, searching: bool) -> list[Any]:
        tried, run = found.rehearsed, found.rehearsal
        at_work = run is not None and run.state.state in UNDER_WAY
        return [
            _facts(found, tried, searching),
            _progress(run, bool(tried)),
            gr.Timer(active=at_work),
            gr.Button(visible=not tried and not at_work, interactive=found.ready),
            gr.Checkbox(value=searching),
            _batch(tried["batch"]) if tried else "",
        ]


def _progress(run: Run | None, found: bool) -> str:
    """What a try is at, or why it failed; nothing beside what it has found."""
    if found:
        return ""
    if run is None:
        return f"<p>{html.esc(words.SEEN_BEFORE)}</p>"
    if run.state.state in UNDER_WAY:
        return html.waiting(run.state.sentence)
    if run.state.failure is not None:
        return html.notice(StudioError(run.state.failure.happened, run.state.failure.remedy))
    return f"<p>{html.esc(run.state.sentence)}</p>"


def _facts(found: Readiness, tried: Mapping[str, Any] | None, searching: bool) -> str:
    title = f"<h2>{html.esc(words.BEFORE_TITLE)}</h2>"
    reckoned = found.estimate
    if reckoned is None:
        return title + f"<p>{html.esc(words.BEFORE_WAITS)}</p>"
    memory = tried["memory_bytes"] if tried else reckoned.memory_bytes
    disk = tried["disk_bytes"] if tried else reckoned.disk_bytes
    seconds = tried["seconds"] if tried else reckoned.seconds
    share = 100 * reckoned.trainable_parameters / reckoned.parameters
    pairs = [
        (words.BEFORE_TIME, (words.MEASURED if tried else words.ABOUT).format(amount=duration(seconds))),
        (words.BEFORE_MEMORY, _of(memory, reckoned.free_memory_bytes)),
        (words.BEFORE_DISK, _of(disk, reckoned.free_disk_bytes)),
        (words.BEFORE_MONEY, words.NO_MONEY),
        (words.BEFORE_WEIGHTS, f"{html.number(reckoned.trainable_parameters)} ({share:.1f} %)"),
    ]
    if searching:
        pairs.insert(1, (words.FIND_TIME, words.ABOUT.format(amount=duration(found.search_times * seconds))))
    return title + html.facts(pairs) + _readiness(found)


def _of(wanted: float, free: float) -> str:
    return words.OF_FREE.format(wanted=html.megabytes(wanted), free=html.megabytes(free))


def _readiness(found: Readiness) -> str:
    """What is ready, each a line with a word for those who see no colours."""
    parts = [
        (
            words.READY_ROWS.format(rows=html.number(found.rows), held=html.number(found.validation_rows)),
            found.rows > 0,
        ),
        (words.READY_MODEL, bool(found.model)),
        (words.READY_OPTIONS, bool(found.options)),
        (found.waits or words.READY_ROOM, found.ready or not found.reasons),
    ]
    lines = "".join(
        f'<li class="fs-ready-{"yes" if good else "no"}"><b>{html.esc(words.YES if good else words.NO)}</b> '
        f"{html.esc(text)}</li>"
        for text, good in parts
    )
    return f'<ul class="fs-readiness">{lines}</ul>'


def _batch(rows: Sequence[Sequence[Sequence[Sequence[str]]]]) -> str:
    """The first rows of the first step; what is learned and what was cut away are marked."""
    names = words.SEEN_SIDES
    made = []
    for row in rows[:AT_MOST_SHOWN]:
        for number, text in enumerate(row):
            side = f"<span>{html.esc(names[number])}</span>" if len(row) > 1 else ""
            pieces = "".join(
                f'<mark class="fs-{how}" title="{html.esc(words.SEEN_HOW[how])}">{html.esc(piece)}</mark>'
                if how != "read"
                else html.esc(piece)
                for piece, how in text
            )
            made.append(f'<div class="fs-seen">{side}{pieces}</div>')
    legend = "".join(f'<mark class="fs-{how}">{html.esc(said)}</mark> ' for how, said in words.SEEN_HOW.items())
    return f"<p>{html.esc(words.SEEN_LINE)}</p><p>{legend}</p>{''.join(made)}"
