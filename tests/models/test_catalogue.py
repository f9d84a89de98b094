"""The proposed models: whole cards, sizes that agree with the architectures, and what is part of the installation."""

import pytest

from studio import models
from studio.models.catalogue import CATALOGUE, card_of

# Shapes as each model's own config.json gives them: (vocabulary, width, inner width, layers, heads, key heads, head).
SHAPES = {
    "HuggingFaceTB/SmolLM2-135M": ("LlamaConfig", 49152, 576, 1536, 30, 9, 3, 64),
    "HuggingFaceTB/SmolLM2-360M": ("LlamaConfig", 49152, 960, 2560, 32, 15, 5, 64),
    "HuggingFaceTB/SmolLM3-3B": ("SmolLM3Config", 128256, 2048, 11008, 36, 16, 4, 128),
    "Qwen/Qwen3-0.6B": ("Qwen3Config", 151936, 1024, 3072, 28, 16, 8, 128),
    "Qwen/Qwen3-4B": ("Qwen3Config", 151936, 2560, 9728, 36, 32, 8, 128),
    "meta-llama/Llama-3.2-1B": ("LlamaConfig", 128256, 2048, 8192, 16, 32, 8, 64),
    "google/gemma-3-270m-it": ("Gemma3TextConfig", 262144, 640, 2048, 18, 4, 1, 256),
    "microsoft/Phi-4-mini-instruct": ("Phi3Config", 200064, 3072, 8192, 32, 24, 8, 128),
}


@pytest.mark.parametrize("card", CATALOGUE, ids=lambda card: card.id)
def test_a_card_says_everything(card):
    assert card.bundled or card.id.count("/") == 1
    assert all((card.title, card.licence, card.languages))
    assert card.line.endswith(".")
    assert card.good_for.endswith(".")
    assert card.parameters > 10**6
    assert card.context >= 512
    assert card_of(card.id) is card


def test_ids_and_titles_are_unique():
    assert len({card.id for card in CATALOGUE}) == len({card.title for card in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("name", SHAPES)
def test_the_size_is_that_of_the_architecture(name):
    import torch
    import transformers

    kind, vocabulary, width, inner, layers, heads, keys, head = SHAPES[name]
    config = getattr(transformers, kind)(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=keys,
        head_dim=head,
        tie_word_embeddings=True,
        pad_token_id=0,
    )
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config)
    assert card_of(name).parameters == sum(weights.numel() for weights in model.parameters())


def test_what_comes_with_the_studio_is_what_its_card_says():
    cards = models.available()
    assert [card.id for card in cards] == ["starter", "starter-encoder"]
    for card in cards:
        info = models.resolve(card.id)
        assert (info.kind, info.context, info.licence) == (card.kind, card.context, card.licence)
        assert info.parameters == pytest.approx(card.parameters, rel=0.1)
        assert info.has_chat_template == card.chats
