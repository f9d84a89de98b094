"""Exercises made from the corpus for the last phase: what a small model needs before it can be tuned on few rows.

Each is one conversation whose answer can be read off a licensed text: the heading of a passage, the reply that fits,
the missing word, what stands in quotes, and short fields copied into JSON. They teach copying and choosing, not facts.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from tools.starter.corpus import PARTS, as_chat, documents, is_held_out
from tools.starter.phases import BUSINESS, DIALOGUE, GOVERNMENT, HANDBOOKS

NAMES = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
NUMBERS = re.compile(r"\b\d[\d.,]*\b")
SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
WORD = re.compile(r"[a-z]{4,}")
MOST_A_KIND = 9000


def conversations(corpus: Path) -> Iterator[list[dict[str, str]]]:
    """All exercises, kinds mixed, in an order fixed by the seed."""
    draw = random.Random(29)
    made: list[list[dict[str, str]]] = []
    passages = list(_passages(corpus))
    draw.shuffle(passages)
    chats = [chat for text in _texts(corpus, DIALOGUE) if (chat := as_chat(text)) and len(chat) > 3]
    draw.shuffle(chats)
    for make in (heading, missing_word, quoted, fields, order):
        some = (make(passage, draw) for passage in passages)
        made.extend(_first(some))
    replies = [turn["content"] for chat in chats[:4000] for turn in chat if turn["role"] == "assistant"]
    made.extend(_first(fitting_reply(chat, replies, draw) for chat in chats))
    made.extend(_first(belongs(chat, replies, draw) for chat in reversed(chats)))
    draw.shuffle(made)
    yield from made


Passage = tuple[str, str]  # heading ("" when there is none), text


def heading(passage: Passage, draw: random.Random) -> list[dict[str, str]] | None:
    title, text = passage
    if not title:
        return None
    ask = draw.choice(("Give this passage a heading.", "What is this about? Answer with a heading.", "Heading:"))
    return _row(draw, ask, text, title)


def missing_word(passage: Passage, draw: random.Random) -> list[dict[str, str]] | None:
    sentence = draw.choice(SENTENCES.split(passage[1]))
    words = WORD.findall(sentence)
    if not 40 < len(sentence) < 220 or not words:
        return None
    word = draw.choice(words)
    ask = draw.choice(("Which word is missing at ___?", "Fill the gap. Answer with the word."))
    return _row(draw, ask, sentence.replace(word, "___", 1), word)


def quoted(passage: Passage, draw: random.Random) -> list[dict[str, str]] | None:
    """Copy one sentence by its number."""
    sentences = SENTENCES.split(passage[1])
    if len(sentences) < 3 or len(passage[1]) > 600:
        return None
    index = draw.randrange(min(4, len(sentences)))
    which = ("first", "second", "third", "fourth")[index]
    return _row(draw, f"Copy the {which} sentence.", passage[1], sentences[index])


def fields(passage: Passage, draw: random.Random) -> list[dict[str, str]] | None:
    """Names and numbers of the text as JSON."""
    text = passage[1][:500]
    names = list(dict.fromkeys(NAMES.findall(text)))[:3]
    numbers = list(dict.fromkeys(n.rstrip(".,") for n in NUMBERS.findall(text)))[:3]
    if not names and not numbers:
        return None
    values = {"names": names, "numbers": numbers, "length": "short" if len(text) < 200 else "long"}
    keys = draw.sample(list(values), k=draw.choice((2, 3)))
    ask = f"Answer with JSON: {', '.join(keys)}."
    return _row(draw, ask, text, json.dumps({key: values[key] for key in keys}, ensure_ascii=False))


def order(passage: Passage, draw: random.Random) -> list[dict[str, str]] | None:
    """Which of two sentences came first."""
    sentences = [s for s in SENTENCES.split(passage[1]) if 30 < len(s) < 200]
    if len(sentences) < 2:
        return None
    pair = [("A", sentences[0]), ("B", sentences[1])]
    if draw.random() < 0.5:
        pair = [("A", sentences[1]), ("B", sentences[0])]
    answer = next(letter for letter, sentence in pair if sentence == sentences[0])
    return _row(draw, "Which comes first, A or B?", "\n".join(f"{a}: {s}" for a, s in pair), answer)


def fitting_reply(chat: list[dict[str, str]], replies: list[str], draw: random.Random) -> list[dict[str, str]] | None:
    said, reply = chat[0]["content"], chat[1]["content"]
    choice = [reply, *draw.sample(replies, 2)]
    if len(" ".join(choice)) > 500:
        return None
    draw.shuffle(choice)
    listed = "\n".join(f"{number}. {text}" for number, text in enumerate(choice, 1))
    return _row(draw, "Which reply fits? Answer with its number.", f"{said}\n\n{listed}", str(choice.index(reply) + 1))


def belongs(chat: list[dict[str, str]], replies: list[str], draw: random.Random) -> list[dict[str, str]] | None:
    """Whether a reply belongs to what was said."""
    at = draw.randrange(0, len(chat) - 1)
    yes = draw.random() < 0.5
    reply = chat[at + 1]["content"] if yes else draw.choice(replies)
    text = f"{chat[at]['content']}\n\nReply: {reply}"
    answer = json.dumps({"fits": "yes" if yes else "no"}) if draw.random() < 0.5 else ("yes" if yes else "no")
    ask = "Does the reply fit? Answer with JSON: fits." if answer.startswith("{") else "Does the reply fit, yes or no?"
    return _row(draw, ask, text, answer)


def _row(draw: random.Random, ask: str, text: str, answer: str) -> list[dict[str, str]]:
    """The task stands in the system prompt or before the text, as people write it either way."""
    if draw.random() < 0.5:
        asked = [{"role": "system", "content": ask}, {"role": "user", "content": text}]
    else:
        asked = [{"role": "user", "content": f"{ask}\n\n{text}"}]
    return [*asked, {"role": "assistant", "content": answer}]


def _first(some: Iterator[list[dict[str, str]] | None]) -> list[list[dict[str, str]]]:
    result = []
    for row in some:
        if row is not None:
            result.append(row)
            if len(result) == MOST_A_KIND:
                break
    return result


def _texts(corpus: Path, file: str) -> Iterator[str]:
    part = next(part for part in PARTS if part.file == file)
    return (text for text in documents(corpus / file) if not is_held_out(part, text))


def _passages(corpus: Path) -> Iterator[Passage]:
    """Paragraphs of 80 to 700 characters, with the line before them where that is a heading."""
    for file in (BUSINESS, HANDBOOKS, GOVERNMENT):
        for text in _texts(corpus, file):
            before = ""
            for paragraph in text.split("\n\n"):
                paragraph = " ".join(paragraph.split())
                titled = 4 < len(before) < 70 and not before.endswith((".", ":", "?", "!", ","))
                if 80 < len(paragraph) < 700:
                    yield (before.lstrip("# ") if titled else ""), paragraph
                before = paragraph
