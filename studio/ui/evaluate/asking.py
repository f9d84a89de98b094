"""Whom else to compare with: a prompt, further runs, a model elsewhere, a judge. All folded, none of it needed."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.evaluation.judge import RUBRIC
from studio.evaluation.metrics import title_of
from studio.evaluation.prompting import MOST_SHOTS
from studio.hosted.price import dollars
from studio.session.comparing import Beside, Elsewhere
from studio.ui import html, words
from studio.ui.evaluate.elsewhere import Fields, give_key, price
from studio.ui.page import UNDER_WAY, Page, Standing, Tab

NAME = "evaluate"
MEASURES = ("exact_match", "exact_normalised", "fields", "json_equal", "token_f1", "rouge_l", "chrf", "loss", "format")


class Asking:
    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Accordion(words.MORE_TITLE, open=False, visible=False, elem_id="compare-more") as self.fold:
            gr.HTML(f"<h3>{html.esc(words.MORE_PROMPT_TITLE)}</h3><p>{html.esc(words.MORE_PROMPT_LINE)}</p>")
            self.instructions = gr.Textbox(
                label=words.MORE_INSTRUCTIONS,
                placeholder=words.MORE_INSTRUCTIONS_HINT,
                lines=3,
                elem_id="instructions",
            )
            self.shots = gr.Slider(0, MOST_SHOTS, 0, step=1, label=words.MORE_SHOTS, elem_id="shots")
            self.runs = gr.CheckboxGroup([], label=words.MORE_RUNS, elem_id="more-runs", visible=False)
            self.measure = gr.Dropdown(
                [(words.MORE_MEASURE_AUTO, ""), *((title_of(name), name) for name in MEASURES)],
                value="",
                label=words.MORE_MEASURE,
                elem_id="deciding-measure",
            )
            gr.HTML(f"<h3>{html.esc(words.MORE_REMOTE_TITLE)}</h3><p>{html.esc(words.MORE_REMOTE_LINE)}</p>")
            self.fields = Fields("remote")
            gr.HTML(f"<h3>{html.esc(words.MORE_JUDGE_TITLE)}</h3><p>{html.esc(words.MORE_JUDGE_LINE)}</p>")
            self.judge = gr.Textbox(label=words.MORE_JUDGE_MODEL, elem_id="judge-model", max_lines=1)
            self.rubric = gr.Textbox(RUBRIC, label=words.MORE_RUBRIC, lines=3, elem_id="rubric")
            self.ask_price = gr.Button(words.MORE_PRICE, size="sm", elem_id="judge-price")
            self.price = gr.HTML(elem_id="judge-price-said")

    @property
    def inputs(self) -> list[Any]:
        """What `beside` takes, in this order."""
        texts = [self.instructions, self.shots, self.runs, self.measure]
        return [*texts, *self.fields.inputs, self.judge, self.rubric]

    def beside(self, *values: Any) -> Beside:
        """What was asked for; a key that was typed is given to the session and to nobody else."""
        instructions, shots, runs, measure, address, model, read, written, key, judge, rubric = values
        if (address or "").strip():
            give_key(self.page.session, address, key)

        def elsewhere(name: str | None) -> Elsewhere | None:
            return (
                Elsewhere(address or "", name, price(read, written))
                if (name or "").strip() and name is not None
                else None
            )

        return Beside(
            instructions=instructions or "",
            shots=int(shots or 0),
            runs=tuple(runs or ()),
            remote=elsewhere(model),
            judge=elsewhere(judge),
            rubric=rubric or "",
            measure=measure or "",
        )

    def part(self) -> Tab:
        def ask(project: str, *values: Any) -> None:
            run = self.page.standing(project).run
            asked = self.beside(*values)
            if run is None or asked.judge is None:
                self._remember(project, "")
                return
            used, amount = self.page.session.evaluations.judge_price(run.id, asked.judge, asked.rubric)
            known = words.MORE_PRICE_FOR.format(amount=dollars(amount)) if amount is not None else ""
            self._remember(
                project,
                words.MORE_PRICE_SAID.format(
                    read=html.number(used.input),
                    written=html.number(used.output),
                    price=known or words.MORE_PRICE_UNKNOWN,
                ),
            )

        self.page.on(self.ask_price.click, ask, self.inputs, tab=NAME)

        def wire() -> None:
            # A key is used once and stays nowhere on the page.
            gr.on([self.ask_price.click], lambda: "", None, self.fields.key, queue=False, show_progress="hidden")

        self.page.pending.append(wire)
        return Tab([self.fold, self.runs, self.fields.key, self.price], self._view)

    def _remember(self, project: str, said: str) -> None:
        self.page.session.projects.remember(project, judge_price=said or None)

    def _view(self, standing: Standing) -> Sequence[Any]:
        run = standing.run
        others = [
            (one.name, one.id)
            for one in self.page.session.runs.list(standing.project, kind="train")
            if run is not None and one.id != run.id and one.kind == "train" and one.state.kept is not None
        ]
        said = standing.choices.get("judge_price") or ""
        return [
            gr.Accordion(visible=standing.tuned),
            gr.CheckboxGroup(others, visible=bool(others)),
            # The comparison that is under way has it.
            "" if standing.evaluation and standing.evaluation.state.state in UNDER_WAY else gr.skip(),
            f"<p>{html.esc(said)}</p>" if said else "",
        ]
