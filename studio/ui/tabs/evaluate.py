"""Evaluate tab: the verdict first, then bars with intervals, then the rows, then the numbers."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.evaluation.scorecard import Row, Scorecard
from studio.hosted.price import dollars
from studio.ui import charts, html, labelling, words
from studio.ui.labelling import base_name, measures
from studio.ui.live import chart, figure, follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab, show_aside
from studio.ui.voicing import Voicing

NAME = "evaluate"
ROWS_SHOWN = 50
LOSS = "loss"
GROUP_OF = {
    "got better": "better",
    "got worse": "worse",
    "still wrong": "wrong",
    "right before and after": "right",
}


def build(page: Page) -> Tab:
    session = page.session
    with gr.Row(elem_classes="fs-columns"):
        with gr.Column(elem_classes="fs-main"):
            page.notice(NAME)
            with gr.Column(elem_classes="fs-card") as waiting:
                gr.HTML(f"<p>{html.esc(words.NEED_TRAINED)}</p>")
                back = gr.Button(words.GO_TRAIN, elem_id="evaluate-to-train", size="sm")
            intro = gr.HTML(visible=False, elem_id="compare-intro")
            voicing = Voicing(page, NAME)
            with gr.Column(elem_classes="fs-card", visible=False) as working:
                progress = live("live-evaluate", curve=False)
            verdict = gr.HTML(visible=False, elem_id="verdict")
            with gr.Column(elem_classes="fs-card", visible=False) as picture:
                bars = chart("bars")
            details = gr.HTML(visible=False, elem_id="details")
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        stop = gr.Button(words.STOP_COMPARE, elem_id="stop-compare", visible=False, scale=0)
        again = gr.Button(words.COMPARE_AGAIN, elem_id="again", visible=False, scale=0)
        compare = gr.Button(words.COMPARE, variant="primary", interactive=False, elem_id="compare", scale=0)
        go = gr.Button(words.TO_CHAT, variant="primary", visible=False, elem_id="to-chat", scale=0)

    def begin(project: str) -> None:
        run = page.standing(project).run
        if run is not None:
            if session.chats.current() is not None:
                session.chats.close()
            session.evaluations.start(run.id, None, *voicing.chosen(project, run))

    def halt(project: str) -> None:
        evaluation = page.standing(project).evaluation
        if evaluation is not None:
            session.runs.stop(evaluation.id)

    page.parts.append(voicing.part())
    page.on(back.click, lambda project: None, tab=NAME, goto="train")
    page.on([compare.click, again.click], begin, tab=NAME, meanwhile=words.STARTING)
    page.on(stop.click, halt, tab=NAME)
    page.on(go.click, lambda project: None, tab=NAME, goto="chat")
    page.on(progress.submit, lambda project: None, tab=NAME)

    def view(standing: Standing) -> Sequence[Any]:
        evaluation = standing.evaluation
        state = evaluation.state.state if evaluation else ""
        at_work = state in UNDER_WAY
        card = session.evaluations.scorecard(evaluation.id) if evaluation and not at_work else None
        failed = evaluation is not None and not at_work and card is None
        rows = (standing.split.test or standing.split.validation) if standing.split else ()
        line = words.COMPARE_LINE if standing.split and standing.split.test else words.COMPARE_NONE
        if standing.run is not None and standing.run.kind == "hosted":
            line = f"{line} {words.COMPARE_PAYS}"
        sentence = words.EVALUATE_FOOT_RUNNING if at_work else words.EVALUATE_FOOT_READY
        if card:
            sentence = words.EVALUATE_FOOT_DONE.format(verdict=words.VERDICTS[card.verdict].lower())
        open_to = standing.tuned and not at_work
        return [
            gr.Column(visible=not standing.tuned),
            gr.HTML(
                html.card(words.TABS[NAME][2:], f"<p>{html.esc(line.format(rows=html.number(len(rows))))}</p>"),
                visible=open_to and card is None,
            ),
            gr.Column(visible=at_work or failed),
            follow(evaluation.id if evaluation and (at_work or failed) else None, state),
            gr.HTML(_verdict(card) if card else "", visible=card is not None),
            gr.Column(visible=card is not None and bool(_bars(card))),
            figure(charts.paired_bars(_bars(card), base_name(card), words.CHAT_TUNED), card.sentence) if card else "",
            gr.HTML(_details(card) if card else "", visible=card is not None),
            html.foot(sentence if standing.tuned else words.NEED_TRAINED),
            gr.Button(visible=at_work, interactive=state != "stopping"),
            gr.Button(visible=card is not None and open_to),
            gr.Button(visible=card is None, interactive=open_to),
            gr.Button(visible=card is not None),
        ]

    outputs = [waiting, intro, working, progress, verdict, picture, bars, details, foot, stop, again, compare, go]
    return Tab(outputs, view)


def _verdict(card: Scorecard) -> str:
    name = card.verdict.replace(" ", "-")
    paid = "" if card.cost is None else words.COMPARE_COST.format(amount=dollars(card.cost))
    cost = f'<p class="fs-line">{html.esc(paid)}</p>' if paid else ""
    return (
        f'<section class="fs-verdict {name}" role="status"><h2>{html.esc(words.VERDICTS[card.verdict])}</h2>'
        f"<p>{html.esc(card.sentence)}</p>{cost}</section>"
    )


def _bars(card: Scorecard) -> list[charts.Bar]:
    """The shares of right answers; loss is no share, so it stays with the numbers."""
    if len(card.candidates) < 2:
        return []
    base, tuned = card.candidates[:2]
    return [
        charts.Bar(
            words.metric_title(name),
            base.metrics[name],
            tuned.metrics[name],
            base.intervals[name],
            tuned.intervals[name],
        )
        for name in measures(card)
        if name != LOSS
    ]


def _details(card: Scorecard) -> str:
    groups = []
    for group, key in GROUP_OF.items():
        rows = card.in_group(group)  # type: ignore[arg-type]
        if rows:
            more = f"<p>The first {ROWS_SHOWN} are shown.</p>" if len(rows) > ROWS_SHOWN else ""
            shown = html.table(words.ROW_HEAD, [_row(row) for row in rows[:ROWS_SHOWN]], "fs-rows")
            title = f"{html.esc(words.ROW_GROUPS[key])} ({html.number(len(rows))})"
            groups.append(f"<details data-group='{key}'><summary>{title}</summary>{more}{shown}</details>")
    if len(card.candidates) < 2:
        return ""
    base, tuned = card.candidates[:2]
    numbers = [
        [html.esc(words.metric_title(name)), _number(base, name), _number(tuned, name)] for name in measures(card)
    ]
    head = (words.METRIC, base_name(card), words.CHAT_TUNED)
    note = f"<p>{html.esc(words.INTERVAL_NOTE.format(rows=html.number(card.rows)))}</p>"
    cards = [html.card(words.ROWS_TITLE, "".join(groups)), labelling.table(card)]
    return "".join(cards) + html.card(words.NUMBERS_TITLE, note + html.table(head, numbers, "fs-numbers"))


def _number(candidate: Any, name: str) -> str:
    value = candidate.metrics[name]
    low, high = candidate.intervals[name]
    if name == LOSS:
        return f"{value:.3f} <small>({low:.3f} to {high:.3f})</small>"
    return f"{100 * value:.0f} % <small>({100 * low:.0f} to {100 * high:.0f} %)</small>"


def _row(row: Row) -> list[str]:
    asked = next((m["content"] for m in reversed(row.prompt) if m["role"] == "user"), "")

    def answer(side: str) -> str:
        right = row.exact[side]
        mark = "right" if right else "wrong"
        return f'<span class="fs-{mark}">{"✓" if right else "✗"}<span class="fs-sr"> {mark}:</span></span> ' + html.esc(
            row.answers[side] or words.NO_ANSWER
        )

    return [html.esc(asked), html.esc(row.wanted), answer("base"), answer("tuned")]
