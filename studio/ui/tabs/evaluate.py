"""Evaluate tab: the verdict first, then bars with intervals, then the rows, then the numbers; and a file to answer."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.evaluation.metrics import title_of
from studio.session.values import Run
from studio.ui import html, words
from studio.ui.acts import acts
from studio.ui.evaluate import applying, bars, rows, summary, taking
from studio.ui.evaluate.asking import Asking
from studio.ui.evaluate.numbers import leading, measures
from studio.ui.live import chart, figure, follow, live
from studio.ui.page import UNDER_WAY, Page, Standing, Tab, show_aside
from studio.ui.voicing import Voicing

NAME = "evaluate"


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
                measure = gr.Dropdown([("", "")], value="", label=words.WHO_SHOW, elem_id="bars-measure")
                drawn = chart("bars")
            everybody = gr.HTML(visible=False, elem_id="everybody")
            with gr.Column(elem_classes="fs-card", visible=False) as confusing:
                confusion = acts("confusion")
            judged = rows.build(page, confusion)
            details = gr.HTML(visible=False, elem_id="details")
            take = gr.HTML(visible=False, elem_id="take")
            asking = Asking(page)
            answering = applying.build(page)
        gr.HTML(show_aside(NAME), elem_classes="fs-side")
    with gr.Row(elem_classes="fs-foot"):
        foot = gr.HTML()
        stop = gr.Button(words.STOP_COMPARE, elem_id="stop-compare", visible=False, scale=0)
        again = gr.Button(words.COMPARE_AGAIN, elem_id="again", visible=False, scale=0)
        on = gr.Button(words.RESUME, variant="primary", visible=False, elem_id="go-on-comparing", scale=0)
        compare = gr.Button(words.COMPARE, variant="primary", interactive=False, elem_id="compare", scale=0)
        go = gr.Button(words.TO_CHAT, variant="primary", visible=False, elem_id="to-chat", scale=0)

    def begin(project: str, *asked: Any) -> None:
        run = page.standing(project).run
        if run is not None:
            if session.chats.current() is not None:
                session.chats.close()
            session.evaluations.start(run.id, None, *voicing.chosen(project, run), asking.beside(*asked))

    def halt(project: str) -> None:
        evaluation = page.standing(project).evaluation
        if evaluation is not None:
            session.runs.stop(evaluation.id)

    def go_on(project: str) -> None:
        evaluation = page.standing(project).evaluation
        if evaluation is not None:
            if session.chats.current() is not None:
                session.chats.close()
            session.runs.resume(evaluation.id)

    def redraw(project: str, name: str) -> str:
        evaluation = page.standing(project).evaluation
        card = session.evaluations.scorecard(evaluation.id) if evaluation else None
        return figure(bars.figure(card, name), card.sentence) if card and name in measures(card) else ""

    page.parts += [voicing.part(), asking.part(), judged, answering]
    page.on(back.click, lambda project: None, tab=NAME, goto="train")
    page.on([compare.click, again.click], begin, asking.inputs, tab=NAME, meanwhile=words.STARTING)
    page.on(stop.click, halt, tab=NAME)
    page.on(on.click, go_on, tab=NAME, meanwhile=words.STARTING)
    page.on(go.click, lambda project: None, tab=NAME, goto="chat")
    page.on(progress.submit, lambda project: None, tab=NAME)
    measure.input(redraw, [page.project, measure], drawn, queue=False, show_progress="hidden")

    def view(standing: Standing) -> Sequence[Any]:
        evaluation = standing.evaluation
        state = evaluation.state.state if evaluation else ""
        at_work = state in UNDER_WAY
        card = session.evaluations.scorecard(evaluation.id) if evaluation and not at_work else None
        failed = evaluation is not None and not at_work and card is None
        resumable = evaluation is not None and evaluation.state.resumable and card is None
        open_to = standing.tuned and not at_work
        known = measures(card) if card else []
        name = leading(card) if card else ""
        matrix = summary.confusion(card) if card else ""
        shown = card is not None
        return [
            gr.Column(visible=not standing.tuned),
            gr.HTML(_intro(standing), visible=open_to and card is None),
            gr.Column(visible=at_work or failed),
            follow(evaluation.id if evaluation and (at_work or failed) else None, state),
            gr.HTML(_verdict(card, evaluation) if card and evaluation else "", visible=shown),
            gr.Column(visible=bool(name)),
            gr.Dropdown([(title_of(one), one) for one in known] or [("", "")], value=name),
            figure(bars.figure(card, name), card.sentence) if card and name else "",
            gr.HTML(summary.everybody(card) if card and name else "", visible=bool(name)),
            gr.Column(visible=bool(matrix)),
            matrix,
            gr.HTML(summary.details(card) if card else "", visible=shown),
            gr.HTML(taking.card(evaluation.id) if card and evaluation else "", visible=shown),
            html.foot(_foot(standing, at_work, failed, card.verdict if card else "")),
            gr.Button(visible=at_work, interactive=state != "stopping"),
            gr.Button(visible=(card is not None or resumable) and open_to),
            gr.Button(visible=resumable),
            gr.Button(visible=card is None and not resumable, interactive=open_to),
            gr.Button(visible=shown),
        ]

    def _verdict(card: Any, evaluation: Run) -> str:
        return summary.verdict(card, session.evaluations.stale(evaluation.id))

    top = [waiting, intro, working, progress, verdict, picture, measure, drawn, everybody, confusing, confusion]
    return Tab([*top, details, take, foot, stop, again, on, compare, go], view)


def _intro(standing: Standing) -> str:
    """What a comparison does, before it is started."""
    rows_ = (standing.split.test or standing.split.validation) if standing.split else ()
    line = words.COMPARE_LINE if standing.split and standing.split.test else words.COMPARE_NONE
    if standing.run is not None and standing.run.kind == "hosted":
        line = f"{line} {words.COMPARE_PAYS}"
    return html.card(words.TABS[NAME][2:], f"<p>{html.esc(line.format(rows=html.number(len(rows_))))}</p>")


def _foot(standing: Standing, at_work: bool, failed: bool, verdict: str) -> str:
    if not standing.tuned:
        return words.NEED_TRAINED
    if at_work:
        return words.EVALUATE_FOOT_RUNNING
    if failed:
        return words.EVALUATE_FOOT_STOPPED
    return (
        words.EVALUATE_FOOT_DONE.format(verdict=words.VERDICTS[verdict].lower())
        if verdict
        else (words.EVALUATE_FOOT_READY)
    )
