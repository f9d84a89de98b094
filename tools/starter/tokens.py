"""The corpus as token files: one flat uint16 array a part for training, and the held-out documents."""

import itertools
import json
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tools.starter import exercises, instructions
from tools.starter.corpus import PARTS, as_chat, documents, is_held_out
from tools.starter.phases import INSTRUCTIONS

HELD_OUT_BYTES = 200_000  # per part; enough for a stable figure, small enough to measure often


def render(tokenizer, text: str) -> list[int]:
    """One document's token ids, ended by <|endoftext|>; service chats in the chat template."""
    chat = as_chat(text)
    if chat is not None:
        text = tokenizer.apply_chat_template(chat, tokenize=False)
    return [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.bos_token_id]


def write(tokenizer, corpus: Path, work: Path) -> None:
    """work/NAME.bin (training tokens) and work/NAME.held.json ([text, ids] pairs) for each part, once."""
    for part in PARTS:
        target = work / f"{part.file}.bin"
        if target.exists():
            continue
        held: list[tuple[str, list[int]]] = []
        held_bytes = 0
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            for text in documents(corpus / part.file):
                if not is_held_out(part, text):
                    file.write(np.array(render(tokenizer, text), dtype=np.uint16).tobytes())
                elif held_bytes < HELD_OUT_BYTES:
                    text = text[:HELD_OUT_BYTES]
                    held.append((text, render(tokenizer, text)))
                    held_bytes += len(text.encode())
        if not held:
            raise SystemExit(f"{part.file} has no held-out document: lower its held_out_every")
        (work / f"{part.file}.held.json").write_text(json.dumps(held), encoding="utf-8")
        partial.rename(target)
        print(f"{part.file}: {target.stat().st_size // 2:,} training tokens", flush=True)


def write_instructions(tokenizer, corpus: Path, tasks: Path, work: Path) -> None:
    """work/instructions.bin: exercises and instruction data in the chat template, mixed, once."""
    target = work / f"{INSTRUCTIONS}.bin"
    if target.exists():
        return
    chats = [*exercises.conversations(corpus), *instructions.conversations(tasks)]
    random.Random(31).shuffle(chats)
    partial = target.with_suffix(".part")
    with partial.open("wb") as file:
        for some in _portions(chats, 1000):
            texts = [tokenizer.apply_chat_template(chat, tokenize=False) for chat in some]
            for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]:
                file.write(np.array([*ids, tokenizer.bos_token_id], dtype=np.uint16).tobytes())
    partial.rename(target)
    print(f"instructions: {len(chats):,} chats, {target.stat().st_size // 2:,} tokens", flush=True)


def _portions(items: list, size: int) -> Iterable[list]:
    iterator = iter(items)
    while some := list(itertools.islice(iterator, size)):
        yield some
