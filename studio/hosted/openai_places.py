"""The places that speak the OpenAI protocol, as data: OpenAI, Nebius, Azure AI Foundry, and any other address.

Prices and dates are those of their source on its day; they change, so every one is shown with its date and source, and
as not confirmed unless it was read on the provider's own page. Where no source names a price there is none, and the
user is asked.
"""

from studio.hosted.base import Method, Model, Need, Notice, Price, Provider
from studio.hosted.openai_protocol import connect

KEY = Need("key", "API key", "Kept in this studio's memory alone, and gone when it is closed.", secret=True)
ADDRESS = Need("address", "Address", "Where its API is: https, up to and with /v1.")

_DEPRECATIONS = "https://developers.openai.com/api/docs/deprecations"
_GUIDE_PRICES = "https://getapipulse.com/blog-fine-tuning-costs-2026.html"
_TABLE_PRICES = "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json"
_OPENAI_PRICES = "https://developers.openai.com/api/docs/pricing"
_AZURE_PRICES = "https://azure.microsoft.com/pricing/details/cognitive-services/openai-service"
_BOTH: tuple[Method, ...] = ("supervised", "dpo")
_OPTIONS = {
    "epochs": "n_epochs",
    "batch_size": "batch_size",
    "learning_rate_multiplier": "learning_rate_multiplier",
    "beta": "beta",
}

OPENAI_MODELS = (
    Model(
        "gpt-4.1-mini-2025-04-14",
        "GPT-4.1 mini",
        _BOTH,
        Price(None, 0.8, 3.2, "2026-11", _TABLE_PRICES),
        context=65_536,
        encoding="o200k_base",
        ends="2027-01-14",
    ),
    Model(
        "gpt-4o-mini-2024-07-18",
        "GPT-4o mini",
        ("supervised",),
        Price(3.0, 0.3, 1.2, "2026-05", _GUIDE_PRICES),
        context=65_536,
        encoding="o200k_base",
        ends="2027-01-14",
    ),
    Model(
        "gpt-4.1-2025-04-14",
        "GPT-4.1",
        _BOTH,
        Price(None, 3.0, 12.0, "2026-11", _TABLE_PRICES),
        context=65_536,
        encoding="o200k_base",
        ends="2027-01-14",
    ),
    Model(
        "gpt-4o-2024-08-06",
        "GPT-4o",
        ("supervised",),
        Price(25.0, 3.75, 15.0, "2026-05", _GUIDE_PRICES),
        context=65_536,
        encoding="o200k_base",
        ends="2027-01-14",
    ),
)

OPENAI = Provider(
    id="openai",
    title="OpenAI",
    line="Tunes GPT models. Being wound down: only organisations that already tune there can start.",
    address="https://api.openai.com/v1",
    hint="",
    needs=(KEY,),
    models=OPENAI_MODELS,
    methods=_BOTH,
    connect=connect,
    options=_OPTIONS,
    pauses=True,
    parts=True,
    notices=(
        Notice(
            "Closed to new organisations since 7 May 2026 and to inactive ones since 2 July 2026; no new jobs for "
            "anybody from 6 January 2027.",
            _DEPRECATIONS,
        ),
        Notice("Tuned GPT-4o and GPT-4.1 models are shut on 14 January 2027.", _DEPRECATIONS),
    ),
    deleting="https://platform.openai.com/storage",
    prices=_OPENAI_PRICES,
)

NEBIUS = Provider(
    id="nebius",
    title="Nebius Token Factory",
    line="Tunes open models such as Llama with LoRA, in Europe.",
    address="https://api.tokenfactory.nebius.com/v1",
    hint="",
    needs=(KEY,),
    models=(
        Model("meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama 3.1 8B", context=8_192),
        Model("meta-llama/Llama-3.3-70B-Instruct", "Llama 3.3 70B", context=8_192),
    ),
    methods=("supervised",),
    connect=connect,
    options={"epochs": "n_epochs", "batch_size": "batch_size"},
    always={"lora": True},
    auto=False,
    metadata=False,
    file_bytes=5 * 10**9,
    deploys=True,
    notices=(
        Notice(
            "A tuned model has to be deployed in the Nebius console before it answers.",
            "https://docs.tokenfactory.nebius.com/post-training/how-to-fine-tune",
        ),
    ),
    deleting="https://tokenfactory.nebius.com",
    prices="https://docs.tokenfactory.nebius.com/post-training/models",
)

AZURE = Provider(
    id="azure",
    title="Azure AI Foundry",
    line="Tunes GPT models in your own Azure subscription; for existing customers.",
    address="",
    hint="https://YOUR-RESOURCE.openai.azure.com/openai/v1",
    needs=(ADDRESS, KEY),
    models=tuple(Model(m.id, m.title, m.methods, None, m.context, m.encoding) for m in OPENAI_MODELS),
    methods=_BOTH,
    connect=connect,
    options=_OPTIONS,
    metadata=False,
    pauses=True,
    deploys=True,
    suffix_letters=18,
    notices=(
        Notice(
            "A tuned model has to be deployed in the Azure portal before it answers; that is charged by the hour.",
            "https://learn.microsoft.com/azure/foundry/fine-tuning/cost-management",
        ),
    ),
    deleting="https://ai.azure.com",
    prices=_AZURE_PRICES,
)

OTHER = Provider(
    id="other",
    title="Another address",
    line="Any service or gateway that speaks the same protocol, such as LiteLLM.",
    address="",
    hint="https://gateway.example.org/v1",
    needs=(ADDRESS, KEY),
    models=(),
    methods=_BOTH,
    connect=connect,
    options=_OPTIONS,
    pauses=True,
    named=False,
)

PLACES: tuple[Provider, ...] = (OPENAI, NEBIUS, AZURE, OTHER)
