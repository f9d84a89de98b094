"""The encoder's tokenizer, its masked-language text, and the pairs of texts that belong together."""

import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import BertWordPieceTokenizer
from transformers import BertTokenizer

from tools.starter.corpus import PARTS, as_chat, documents, is_held_out
from tools.starter.instructions import pairs_of_instructions
from tools.starter.valence import WORDS

VOCABULARY = 8192
SAMPLE_CHARACTERS = 40_000_000
BUCKETS = (16, 32, 64)  # tokens a text of a pair, both special tokens counted
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")


def train_tokenizer(corpus: Path, folder: Path) -> None:
    """A lower-casing WordPiece of VOCABULARY entries, learnt from every part in the shares of version 1, and our words
    for the tone of a text after them."""

    def sample() -> Iterator[str]:
        for part in PARTS:
            budget = int(SAMPLE_CHARACTERS * part.share)
            for text in (t for t in documents(corpus / part.file) if not is_held_out(part, t)):
                yield text
                budget -= len(text)
                if budget < 0:
                    break

    made = BertWordPieceTokenizer(lowercase=True)
    made.train_from_iterator(sample(), vocab_size=VOCABULARY, show_progress=False)
    folder.mkdir(parents=True, exist_ok=True)
    made.save_model(str(folder))
    listed = folder / "vocab.txt"
    listed.write_text(
        "\n".join(with_words(listed.read_text(encoding="utf-8").split("\n")[:-1])) + "\n", encoding="utf-8"
    )
    BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True, model_max_length=512).save_pretrained(folder)


def with_words(vocabulary: list[str]) -> list[str]:
    """The entries, and after them the words of valence.py that are not among them: cut into pieces those say little."""
    known = set(vocabulary)
    return vocabulary + [word for word in WORDS if word not in known]


def write(tokenizer, corpus: Path, tasks: Path, work: Path) -> None:
    """work/NAME.enc.bin (flat ids for the masked objective), NAME.enc.held.json, and pairs.LENGTH.npy, once."""
    if (work / "pairs.done").exists():
        return
    pairs: dict[int, list[np.ndarray]] = {length: [] for length in BUCKETS}
    draw = random.Random(17)
    for part in PARTS:
        flat, held = [], []
        texts: list[tuple[str, str]] = []
        for text in documents(corpus / part.file):
            if is_held_out(part, text):
                held.append(text[:200_000])
                continue
            flat.append(text)
            texts.extend(pairs_of(text, draw))
        with (work / f"{part.file}.enc.bin").open("wb") as file:
            for start in range(0, len(flat), 500):
                for ids in tokenizer(flat[start : start + 500], add_special_tokens=False)["input_ids"]:
                    file.write(np.array([*ids, tokenizer.sep_token_id], dtype=np.uint16).tobytes())
        (work / f"{part.file}.enc.held.json").write_text(json.dumps(held), encoding="utf-8")
        _sort_in(tokenizer, texts, pairs)
        print(f"{part.file}: {len(texts):,} pairs", flush=True)
    _sort_in(tokenizer, pairs_of_instructions(tasks), pairs)
    for length, rows in pairs.items():
        np.save(work / f"pairs.{length}.npy", np.stack(rows))
        print(f"pairs of up to {length} tokens: {len(rows):,}", flush=True)
    (work / "pairs.done").touch()


def pairs_of(text: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Texts that belong together: a turn and its reply, a heading and what follows, neighbouring sentences."""
    chat = as_chat(text)
    if chat is not None:
        for one, other in itertools.pairwise(chat):
            if len(one["content"]) > 12 and len(other["content"]) > 12:
                yield one["content"], other["content"]
        return
    before = ""
    for paragraph in text.split("\n\n"):
        paragraph = " ".join(paragraph.split())
        heading = 8 < len(before) < 80 and not before.endswith((".", ":", "?", "!"))
        if heading and len(paragraph) > 40:
            yield before.lstrip("# "), SENTENCE_END.split(paragraph)[0]
        sentences = [s for s in SENTENCE_END.split(paragraph) if 25 < len(s) < 320]
        for one, other in zip(sentences[::2], sentences[1::2], strict=False):
            if draw.random() < 0.5:
                yield one, other
        before = paragraph


def _sort_in(tokenizer, texts: list[tuple[str, str]], pairs: dict[int, list[np.ndarray]]) -> None:
    """Adds each pair to the bucket its longer text fits in, as a (2, length) row; longer ones are cut."""
    longest = max(BUCKETS)
    for start in range(0, len(texts), 2000):
        some = texts[start : start + 2000]
        left = tokenizer([a for a, _ in some], truncation=True, max_length=longest)["input_ids"]
        right = tokenizer([b for _, b in some], truncation=True, max_length=longest)["input_ids"]
        for a, b in zip(left, right, strict=True):
            length = next(size for size in BUCKETS if size >= max(len(a), len(b)))
            row = np.full((2, length), tokenizer.pad_token_id, dtype=np.uint16)
            row[0, : len(a)], row[1, : len(b)] = a, b
            pairs[length].append(row)
