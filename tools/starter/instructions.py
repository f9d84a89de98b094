"""The licensed instruction data of the last phase, with the check that no row of a held-out test is among it."""

import json
from collections.abc import Iterator
from pathlib import Path

# file -> licence; what is used at most, so that one kind does not crowd out the rest.
USED = {
    "dolly_2k_chat.jsonl": ("CC BY-SA 3.0", "Dolly 15k (Databricks), a sample of 2,000", 2000),
    "medquad_chat_short.jsonl": ("CC BY 4.0", "MedQuAD (Ben Abacha and Demner-Fushman), short answers", 4000),
    "self_instruct_seed.jsonl": ("Apache-2.0", "Self-Instruct seed tasks (Wang et al.)", 175),
    "pubmedqa.jsonl": ("MIT", "PubMedQA (Jin et al.), those that fit", 1000),
    "wikisql_train.jsonl": ("BSD-3 / MIT", "WikiSQL (Salesforce), a sample of 1,000", 1000),
    "gsm8k_train.jsonl": ("MIT", "GSM8K (OpenAI), training rows", 1500),
}
# What starters are judged on here; whole files, so that not even the kind of task is seen.
HELD_OUT = (
    "banking77_train.jsonl",
    "banking77_test.jsonl",
    "snips_text2json_train.jsonl",
    "snips_text2json_val.jsonl",
    "sms_spam.jsonl",
    "movie_sentence_polarity.jsonl",
    "wikisql_test.jsonl",
    "wikisql_valid.jsonl",
    "gsm8k_test.jsonl",
)
LONGEST = 1500  # characters of a whole conversation: what fits the context


def conversations(folder: Path) -> Iterator[list[dict[str, str]]]:
    """The conversations that are learnt from: lists of {role, content}; none that holds a held-out text."""
    judged = held_out_texts(folder)
    for name, (_, _, most) in USED.items():
        taken = 0
        for row in _rows(folder / name):
            messages = row.get("messages") or [
                {"role": "user", "content": row["prompt"]},
                {"role": "assistant", "content": row["completion"]},
            ]
            fits = sum(len(m["content"]) for m in messages) <= LONGEST
            asked = {_plain(m["content"]) for m in messages if m["role"] == "user"}
            if fits and not asked & judged and taken < most:
                taken += 1
                yield messages


def held_out_texts(folder: Path) -> set[str]:
    """The texts of all held-out tests, in the plain form that rows are compared in."""
    return {_plain(row.get("text") or row["prompt"]) for name in HELD_OUT for row in _rows(folder / name)}


def pairs_of_instructions(folder: Path) -> list[tuple[str, str]]:
    """(question, answer) texts for the encoder's contrastive objective."""
    return [(m[-2]["content"], m[-1]["content"]) for m in conversations(folder) if m[-2]["role"] == "user"]


def _rows(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
