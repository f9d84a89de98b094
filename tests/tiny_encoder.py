"""A tiny encoder of BERT's shape and texts with labels, both made here, for tests that really train a classifier."""

from pathlib import Path

from studio.data.values import Example, Message
from tests.tiny import FRUITS, TOOLS

PHRASES = ("what is a {}", "tell me about the {}", "i bought one {} today", "my {} is on the table", "sort this {}")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def labelled(count: int) -> list[Example]:
    """`count` distinct texts, each with the label of the thing named in it."""
    examples = []
    for number in range(count):
        label, words = ("fruit", FRUITS) if number % 2 else ("tool", TOOLS)
        word = words[(number // 2) % len(words)]
        text = PHRASES[(number // 16) % len(PHRASES)].format(word) + f" number {number}"
        examples.append(one(number + 1, text, label))
    return examples


def tagged(count: int) -> list[Example]:
    """The same texts; those with the word today have the label long as well."""
    examples = []
    for example in labelled(count):
        text = example.messages[0].content
        more = ("long",) if "today" in text else ()
        examples.append(one(example.line, text, *example.labels, *more))
    return examples


def one(line: int, text: str, *labels: str) -> Example:
    return Example(line, (Message("user", text), Message("assistant", ", ".join(labels))), labels=labels)


def make_tiny_encoder(folder: Path, head: str = "BertModel") -> Path:
    """Writes config, safetensors and WordPiece tokenizer of a random encoder (2 layers, 32 wide) into `folder`."""
    import torch
    from transformers import BertConfig, BertForMaskedLM, BertModel, BertTokenizer

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    texts = " ".join(example.messages[0].content for example in labelled(80)) + " long"
    letters = [chr(code) for code in range(97, 123)] + [f"##{chr(code)}" for code in range(97, 123)]
    digits = [str(digit) for digit in range(10)] + [f"##{digit}" for digit in range(10)]
    vocabulary = [*SPECIAL, *letters, *digits, *sorted({word for word in texts.split() if word.isalpha()})]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"), model_max_length=64)
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        # random features large enough to tell words apart
        initializer_range=0.2,
    )
    made = BertModel(config) if head == "BertModel" else BertForMaskedLM(config)
    made.save_pretrained(folder)
    return folder
