"""The fields of the Hosted card, in the three places of the Method tab where they stand; hosting.py does their work."""

import gradio as gr

from studio.hosted.base import Need, Provider
from studio.hosted.options import HostedOptions
from studio.ui import html, words
from studio.ui.offering import control
from studio.ui.page import Page

HERE, HOSTED = "here", "hosted"
FIRST = "openai"


class Form:
    """`where` stands above the local cards, `build` makes the card below them, `foot` its bottom bar."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.session
        self.where = gr.Radio(
            [(words.WHERE_HERE, HERE), (words.WHERE_HOSTED, HOSTED)],
            value=HERE,
            label=words.WHERE,
            elem_id="where",
            visible=False,
        )

    def build(self) -> None:
        """The card itself."""
        with gr.Column(visible=False) as self.column:
            with gr.Column(elem_classes="fs-card"):
                lines = "".join(f"<li>{html.esc(line)}</li>" for line in words.HOSTED_LINES)
                gr.HTML(f"<h2>{html.esc(words.HOSTED_TITLE)}</h2><ul>{lines}</ul>")
                places = self.session.providers.list()
                providers = [(f"{p.title}: {p.line}", p.id) for p in places]
                self.provider = gr.Radio(providers, value=FIRST, label=words.HOSTED_PROVIDER, elem_id="provider")
                self.address = gr.Textbox(
                    label=words.HOSTED_ADDRESS, info=words.HOSTED_ADDRESS_INFO, elem_id="hosted-address", max_lines=1
                )
                # What a provider needs besides address and key; shown with it alone.
                self.needs = {(p.id, need.name): _field(p, need) for p in places for need in p.further}
                self.facts = gr.HTML(elem_id="provider-facts")
                self.key_state = gr.HTML(elem_id="key-state")
                with gr.Row(elem_classes="fs-field") as self.key_row:
                    self.key = gr.Textbox(
                        type="password",
                        label=words.HOSTED_KEY,
                        info=words.HOSTED_KEY_INFO,
                        elem_id="hosted-key",
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
                    )
                    self.use = gr.Button(words.HOSTED_KEY_USE, size="sm", elem_id="use-key", scale=0)
                self.forget = gr.Button(words.HOSTED_KEY_FORGET, size="sm", elem_id="forget-key", visible=False)
            with gr.Column(elem_classes="fs-card"):
                self.model = gr.Dropdown(
                    [],
                    label=words.HOSTED_MODEL,
                    info=words.HOSTED_MODEL_INFO,
                    allow_custom_value=True,
                    elem_id="hosted-model",
                )
                with gr.Row(elem_classes="fs-two"):
                    self.price = gr.Number(
                        label=words.HOSTED_PRICE, info=words.HOSTED_PRICE_INFO, elem_id="hosted-price", value=None
                    )
                    # Proposed with the price, so there is nothing to decide before.
                    with gr.Column(visible=False) as self.cap_place:
                        self.cap = gr.Number(label=words.HOSTED_CAP, info=words.HOSTED_CAP_INFO, elem_id="hosted-cap")
                with gr.Accordion(words.HOSTED_OPTIONS, open=False, elem_id="hosted-advanced"):
                    self.keep = gr.Checkbox(
                        label=words.HOSTED_KEY_KEEP, elem_id="keep-key", visible=self.session.providers.can_keep()
                    )
                    self.controls = {name: control(name, info) for name, info in HostedOptions.model_fields.items()}
            self.cost = gr.HTML(elem_id="hosted-cost")

    def foot(self) -> None:
        """The bottom bar while the card is shown; the question takes its place, so that it cannot be overlooked."""
        with gr.Row(elem_classes="fs-foot", visible=False, elem_id="hosted-bar") as self.bar:
            self.sentence = gr.HTML()
            self.ask = gr.Button(words.HOSTED_ASK_PRICE, variant="primary", elem_id="ask-price", scale=0)
            self.order = gr.Button(words.HOSTED_ORDER, variant="primary", visible=False, elem_id="order", scale=0)
        with gr.Row(visible=False, elem_classes="fs-foot", elem_id="confirm-order") as self.confirm:
            self.question = gr.HTML(elem_id="order-question")
            self.no = gr.Button(words.HOSTED_NO, elem_id="order-no", scale=0)
            self.yes = gr.Button(words.HOSTED_YES, variant="primary", elem_id="order-yes", scale=0)


def _field(provider: Provider, need: Need) -> gr.Textbox:
    name = f"hosted-{provider.id}-{need.name}"
    return gr.Textbox(label=need.title, info=need.info, elem_id=name, max_lines=1, visible=False)
