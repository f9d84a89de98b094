"""The base models we propose, as data. Sizes, contexts, languages and licences are those of each model's own card;
how a card or another reference becomes a model is at_hand.py's.

Left out on purpose: Gemma 3 of 4 billion weights and more, which also sees pictures and is another architecture.
"""

from dataclasses import dataclass

from studio.models.inspection import Kind


@dataclass(frozen=True)
class Card:
    """One proposed base model. id: ours, or owner/name on the Hub. kind: as ModelInfo's. line: a sentence for a layman;
    good_for: what it suits. parameters: weights. context: tokens read at once. chats: knows how a conversation goes.
    gated: handed out only to who accepted its terms. bundled: comes with the studio. brings_code: its config names code
    of its own, which is left out, for the transformers library knows the model by itself."""

    id: str
    title: str
    kind: Kind
    line: str
    good_for: str
    parameters: int
    licence: str
    context: int
    languages: str
    chats: bool = False
    gated: bool = False
    bundled: bool = False
    brings_code: bool = False


STARTER = Card(
    id="starter",
    title="Starter",
    kind="decoder",
    line="A small English model that comes with the studio and trains in minutes without a graphics card.",
    good_for="Sorting short texts and answering in a fixed form.",
    parameters=6_917_376,
    licence="cc-by-sa-4.0",
    context=512,
    languages="English",
    chats=True,
    bundled=True,
)
STARTER_ENCODER = Card(
    id="starter-encoder",
    title="Starter encoder",
    kind="encoder",
    line="A small English model that reads texts and tells their labels; it comes with the studio and writes nothing.",
    good_for="Telling labels such as topic, intent or sentiment, from few examples.",
    parameters=7_577_472,
    licence="cc-by-sa-4.0",
    context=512,
    languages="English",
    bundled=True,
)

_TINY = "Very small: quick even without a graphics card."
_SMALL = "Small: fluent, and can still be tuned on a good processor."
_MIDDLE = "Middle-sized: able; wants a graphics card or patience."
_LARGE = "Large: the most able; wants a graphics card with much memory."
_FORM = "For fixed forms, labels and short answers."
_CHAT = "For chats, drafts and summaries in your own tone."
_RAW = "For raw text, or a form of your own: it does not chat by itself."
_LABELS = "For labels: topic, intent, sentiment."
_WORLD = "over 100 languages"
_LLAMA = "English, German, French, Italian, Portuguese, Hindi, Spanish, Thai"
_SMOL3 = "English, French, Spanish, German, Italian, Portuguese"


def _smol2(size: str, parameters: int, line: str, good_for: str) -> tuple[Card, Card]:
    def made(end: str, title: str, chats: bool, suits: str) -> Card:
        name = f"HuggingFaceTB/SmolLM2-{size}{end}"
        return Card(name, title, "decoder", line, suits, parameters, "apache-2.0", 8192, "English", chats=chats)

    return made("-Instruct", f"SmolLM2 {size} Instruct", True, good_for), made("", f"SmolLM2 {size}", False, _RAW)


def _llama(size: str, parameters: int, line: str) -> tuple[Card, Card]:
    def made(end: str, title: str, chats: bool, suits: str) -> Card:
        name = f"meta-llama/Llama-3.2-{size}{end}"
        return Card(
            name, title, "decoder", line, suits, parameters, "llama3.2", 131_072, _LLAMA, chats=chats, gated=True
        )

    return made("-Instruct", f"Llama 3.2 {size} Instruct", True, _CHAT), made("", f"Llama 3.2 {size}", False, _RAW)


def _qwen3(size: str, parameters: int, line: str, good_for: str) -> Card:
    name = f"Qwen/Qwen3-{size}"
    return Card(name, f"Qwen3 {size}", "decoder", line, good_for, parameters, "apache-2.0", 40_960, _WORLD, chats=True)


def _gpt2(end: str, parameters: int, line: str) -> Card:
    title = f"GPT-2{end.replace('-', ' ').replace('xl', 'XL')}"
    return Card(f"openai-community/gpt2{end}", title, "decoder", line, _RAW, parameters, "mit", 1024, "English")


def _encoder(name: str, title: str, line: str, parameters: int, context: int) -> Card:
    return Card(name, title, "encoder", line, _LABELS, parameters, "apache-2.0", context, "English")


CATALOGUE: tuple[Card, ...] = (
    STARTER,
    STARTER_ENCODER,
    *_smol2("135M", 134_515_008, _TINY, _FORM),
    *_smol2("360M", 361_821_120, _SMALL, _FORM),
    *_smol2("1.7B", 1_711_376_384, _MIDDLE, _CHAT),
    Card(
        "HuggingFaceTB/SmolLM3-3B",
        "SmolLM3 3B",
        "decoder",
        _MIDDLE,
        _CHAT,
        3_075_098_624,
        "apache-2.0",
        65_536,
        _SMOL3,
        chats=True,
    ),
    _qwen3("0.6B", 596_049_920, _SMALL, _FORM),
    _qwen3("1.7B", 1_720_574_976, _MIDDLE, _CHAT),
    _qwen3("4B", 4_022_468_096, _MIDDLE, _CHAT),
    _qwen3("8B", 8_190_735_360, _LARGE, _CHAT),
    *_llama("1B", 1_235_814_400, _SMALL),
    *_llama("3B", 3_212_749_824, _MIDDLE),
    Card(
        "google/gemma-3-270m-it",
        "Gemma 3 270M",
        "decoder",
        _TINY,
        _FORM,
        268_098_176,
        "gemma",
        32_768,
        "mainly English",
        chats=True,
        gated=True,
    ),
    Card(
        "google/gemma-3-1b-it",
        "Gemma 3 1B",
        "decoder",
        _SMALL,
        _CHAT,
        999_885_952,
        "gemma",
        32_768,
        "English",
        chats=True,
        gated=True,
    ),
    Card(
        "microsoft/Phi-4-mini-instruct",
        "Phi-4 mini",
        "decoder",
        _MIDDLE,
        _CHAT,
        3_836_021_760,
        "mit",
        131_072,
        "23 languages",
        chats=True,
        brings_code=True,
    ),
    _gpt2("", 124_439_808, _TINY),
    _gpt2("-medium", 354_823_168, _SMALL),
    _gpt2("-large", 774_030_080, _SMALL),
    _gpt2("-xl", 1_557_611_200, _MIDDLE),
    _encoder("distilbert/distilbert-base-uncased", "DistilBERT", "A light reader, quick and sound.", 66_362_880, 512),
    _encoder("google-bert/bert-base-uncased", "BERT base", "The classic reader of English texts.", 109_482_240, 512),
    _encoder(
        "answerdotai/ModernBERT-base", "ModernBERT base", "A newer reader, for long texts too.", 149_014_272, 8192
    ),
    _encoder("answerdotai/ModernBERT-large", "ModernBERT large", "The strongest reader of these.", 394_781_696, 8192),
)
RECOMMENDED = STARTER.id


def card_of(reference: str) -> Card | None:
    """The card of that id, None for a model that we do not propose."""
    return next((card for card in CATALOGUE if card.id == reference), None)
