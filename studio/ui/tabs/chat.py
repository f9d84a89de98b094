"""Chat tab: base and tuned side by side on the same message, streaming; the way out as a zip."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.hosted.price import dollars
from studio.session.talks import Side, labels_of, sure
from studio.session.values import Run, Turn
from studio.ui import html, words
from studio.ui.page import Page, Standing, Tab, show_aside
from studio.ui.voicing import Voicing

NAME = "chat"
SIDES: tuple[Side, ...] = ("tuned", "base")  # the tuned model answers first: it is the one being waited for
SUGGESTED = 3


def build(page: Page) -> Tab:
    session = page.session
    with gr.Row(elem_classes="fs-columns fs-wide"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            with gr.Column(elem_classes="fs-card") as waiting:
                gr.HTML(f"<p>{html.esc(words.NEED_TRAINED)}</p>")
                back = gr.Button(words.GO_TRAIN, elem_id="chat-to-train", size="sm")
            with gr.Column(visible=False) as ready:
                voicing = Voicing(page, NAME)
                with gr.Row(elem_classes="fs-sides"):
                    base = _side(words.CHAT_BASE, "chat-base")
                    tuned = _side(words.CHAT_TUNED, "chat-tuned")
                text = gr.Textbox(
                    label=words.CHAT_INPUT, placeholder=words.CHAT_HINT, elem_id="message", lines=2, max_lines=8
                )
                suggestions = gr.Radio([], label=words.SUGGESTIONS, elem_id="suggestions", visible=False)
                with gr.Accordion(words.CHAT_OPTIONS, open=False, elem_id="chat-options"):
                    system = gr.Textbox(
                        label=words.SYSTEM_LABEL, info=words.SYSTEM_INFO, lines=2, elem_id="system-prompt"
                    )
                    temperature = gr.Slider(
                        0, 1.5, 0, step=0.1, label=words.TEMPERATURE_LABEL, info=words.TEMPERATURE_INFO
                    )
                    length = gr.Slider(16, 512, 128, step=16, label=words.LENGTH_LABEL, info=words.LENGTH_INFO)
                with gr.Row(elem_classes="fs-pager"):
                    clear = gr.Button(words.CLEAR, size="sm", elem_id="clear")
                    free = gr.Button(words.FREE, size="sm", elem_id="free")
                    link = gr.HTML(elem_id="download")
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML(elem_id="chat-status")
        stop = gr.Button(words.STOP_CHAT, elem_id="stop-chat", visible=False, scale=0)
        send = gr.Button(words.SEND, variant="primary", interactive=False, elem_id="send", scale=0)

    def ask(project: str, said: str, standing_words: str, warmth: float, limit: float) -> Iterator[list[Any]]:
        # Taken once: when the person leaves, the end of this function runs outside of the event that began it.
        chats = session.chats
        run = page.standing(project).run
        if run is None or not said.strip():
            yield [gr.skip()] * 6
            return
        turns = [*chats.history(run.id), Turn(0, "user", said.strip(), datetime.now(UTC))]
        answers: dict[str, str] = {}

        def written(sentence: str) -> list[Any]:
            sides = [_messages(turns, side, answers.get(side)) for side in ("base", "tuned")]
            # The buttons are left alone between first and last word: a button drawn anew cannot be pressed.
            return [*sides, gr.skip(), html.foot(sentence), gr.skip(), gr.skip()]

        def shown(sentence: str, busy: bool, box: Any = "") -> list[Any]:
            sides_and_more = written(sentence)
            return [
                *sides_and_more[:2],
                box,
                sides_and_more[3],
                gr.Button(visible=busy),
                gr.Button(interactive=not busy),
            ]

        yield shown(words.LOADING_MODEL, True)
        try:
            talk = chats.talk(run.id, *voicing.chosen(project, run))
            try:
                for side in SIDES:
                    who = words.CHAT_TUNED if side == "tuned" else words.CHAT_BASE
                    lead = [{"role": "system", "content": standing_words.strip()}] if standing_words.strip() else []
                    prompt = lead + _messages(turns, side, None)
                    answers[side] = ""
                    yield written(words.ASKING.format(who=who))
                    # Closed when the person presses Stop, so that the model stops writing too.
                    with closing(talk.stream(side, prompt, warmth, int(limit))) as reply:
                        for piece in reply:
                            answers[side] += piece
                            yield written(words.WRITING.format(who=who))
                        if labels := labels_of(reply):
                            answers[side] += f"\n({sure(labels) if side == 'tuned' else words.GUESSED})"
            finally:
                # Also when the person presses Stop or leaves: what was said is kept.
                now = datetime.now(UTC)
                kept = [Turn(0, side, answer, now) for side, answer in answers.items()]  # type: ignore[arg-type]
                chats.keep(run.id, [turns[-1], *kept])
        except StudioError as error:
            yield shown(f"{error.happened} {error.remedy}", False, said if not answers else "")
            return
        except Exception as error:  # noqa: BLE001 - the border where a person is told
            told = page.unexpected(error)
            yield shown(f"{told.happened} {told.remedy}", False, said)
            return
        cost = talk.cost()
        said_cost = "" if cost is None else " " + words.CHAT_COST.format(amount=dollars(cost))
        yield shown(words.CHAT_READY + said_cost, False)

    def wipe(project: str) -> None:
        run = page.standing(project).run
        if run is not None:
            session.chats.clear(run.id)

    page.parts.append(voicing.part())
    page.on(back.click, lambda project: None, tab=NAME, goto="train")
    page.on([clear.click, base.clear, tuned.clear], wipe, tab=NAME)
    page.on(free.click, lambda project: session.chats.close(), tab=NAME)
    suggestions.input(lambda chosen: chosen, suggestions, text, queue=False)

    def wire() -> None:
        talk = gr.on(
            [send.click, text.submit],
            ask,
            [page.project, text, system, temperature, length],
            [base, tuned, text, foot, stop, send],
            show_progress="hidden",
            concurrency_limit=4,
        )
        stop.click(None, cancels=[talk]).then(page.redraw, page.project, page.outputs(), show_progress="hidden")

    page.pending.append(wire)

    def view(standing: Standing) -> Sequence[Any]:
        run = standing.run
        if run is None or not standing.tuned:
            shut = [gr.Column(visible=True), gr.Column(visible=False), [], [], gr.skip(), gr.skip(), "", gr.skip()]
            return [*shut, html.foot(words.NEED_TRAINED), gr.Button(visible=False), gr.Button(interactive=False)]
        turns = session.chats.history(run.id)
        opened = session.chats.current() is not None
        prompts, standing_words = _suggest(page, standing)
        return [
            gr.Column(visible=False),
            gr.Column(visible=True),
            _messages(turns, "base", None),
            _messages(turns, "tuned", None),
            gr.Radio(choices=prompts, value=None, visible=bool(prompts) and not turns),
            standing_words,
            _way_out(run),
            gr.Button(visible=opened),
            html.foot(words.CHAT_READY),
            gr.Button(visible=False),
            gr.Button(interactive=True),
        ]

    return Tab([waiting, ready, base, tuned, suggestions, system, link, free, foot, stop, send], view)


def _way_out(run: Run) -> str:
    """The link to the zip; nothing for a model that stays at its provider."""
    if run.kind == "hosted":
        return ""
    return (
        f'<a class="fs-link" id="zip" href="api/jobs/{html.esc(run.id)}/adapter.zip" download>'
        f"{html.esc(words.DOWNLOAD)}</a> <span>{html.esc(words.DOWNLOAD_LINE)}</span>"
    )


def _side(title: str, elem_id: str) -> gr.Chatbot:
    return gr.Chatbot(
        label=title,
        elem_id=elem_id,
        height=320,
        buttons=["copy"],
        feedback_options=None,
        placeholder=words.CHAT_EMPTY,
        render_markdown=False,
        allow_file_downloads=False,
        allow_tags=False,
        group_consecutive_messages=False,
    )


def _messages(turns: Sequence[Turn], side: str, writing: str | None) -> list[dict[str, str]]:
    """One side of the conversation: what the user said, and what this side answered (writing: not kept yet)."""
    result = [
        {"role": "user" if turn.side == "user" else "assistant", "content": turn.text}
        for turn in turns
        if turn.side in ("user", side)
    ]
    if writing is not None:
        result.append({"role": "assistant", "content": writing})
    return result


def _suggest(page: Page, standing: Standing) -> tuple[list[str], str]:
    """Up to three questions from the held-out rows, and the system prompt the examples share."""
    if standing.dataset is None or standing.split is None:
        return [], ""
    prompts, system = [], ""
    for row in (standing.split.test or standing.split.validation)[:SUGGESTED]:
        found, _ = page.session.datasets.page(standing.dataset.id, row, 1)
        for _, example in found:
            users = [m.content for m in example.prompt if m.role == "user"]
            systems = [m.content for m in example.prompt if m.role == "system"]
            system = system or (systems[0] if systems else "")
            if users:
                prompts.append(users[0])
    return prompts, system
