"""Writes the model card: data and licences, recipe, held-out bits per byte beside xz, what the model cannot do."""

import json
from pathlib import Path

from tools.starter import pretrain
from tools.starter.corpus import PARTS
from tools.starter.measure import xz_bits_per_byte

# What the parts without a list of sources of their own hold, with the attribution their licences ask for.
SOURCES = {
    "dialogue_by_sa_cdla.txt.xz": "Schema-Guided Dialogue (Google, CC BY-SA 4.0), Topical-Chat (Amazon, CDLA-Sharing)",
    "modern_by.txt.xz": "listed below",
    "modern_by_sa.txt.xz": "listed below",
    "usgov_public_domain.txt.xz": "18F posts, digital.gov, World Factbook",
    "stories_by.txt.xz": "African Storybook",
    "novels_public_domain.txt.xz": "50 English novels of ELTeC and LitBank",
}
LISTED = "SOURCES_modern.txt"

CARD = """---
license: cc-by-sa-4.0
language: en
library_name: transformers
pipeline_tag: text-generation
---
# Starter

The base model that comes with Finetune Studio: {parameters:.1f} million weights, small enough to be tuned in minutes on
a laptop's processor, with nothing to download. It exists to be fine-tuned for one narrow task with short inputs.

## What it is
A decoder of the Llama architecture ({layers} layers, {width} wide, {heads} heads, tied embeddings), a byte-level BPE
of {vocabulary:,} entries of our own, a context of {context} tokens, weights in bf16. The chat template knows the roles
system, user and assistant, one turn being `<|role|>text<|end|>`, and marks the assistant's tokens for training.

## Data and licences
All text is under a licence that allows this use; where it asks for sharing alike, so does this model (CC BY-SA 4.0).
Service chats were rendered in the chat template.

| part | share of the training tokens | licence | sources |
| --- | --- | --- | --- |
{data}

Business documentation and handbooks, each cleaned to plain text:

| source | licence | attribution |
| --- | --- | --- |
{listed}

## Recipe
`python -m tools.starter --corpus DIR`, in the repository: {tokens:,} tokens in {steps:,} steps of {rows} x {context}
tokens, Muon for the matrices (rate {muon}) and AdamW for the rest (rate {adam}), warm-up {warmup:.0%}, flat, then
linear decay over the last {decay:.0%}; bf16 autocast and torch.compile. It took {minutes} minutes on 2 processor cores
that did other work too.

## Held-out bits per byte
On documents kept away from training (chosen by hash), beside `xz -9e` on the same text. Lower is better; xz is the
yardstick that needs no training.

| part | starter | xz -9e |
| --- | --- | --- |
{bits}

## Limits
- It knows little of the world and cannot reason, calculate, translate or write code. Untuned, it produces
  plausible-looking English that is mostly wrong. Do not ask it for facts.
- English only. Inputs beyond {context} tokens are cut.
- The text it learned from is business documentation, service chats and old novels, with their biases; it was not
  aligned or filtered for safety.
- For a task with labels and few examples, a classical classifier (TF-IDF with logistic regression) may well do better.
"""


def write(model, corpus: Path, work: Path, out: Path) -> None:
    """out/README.md from the model's shape and the last line of the recipe's log."""
    log = [json.loads(line) for line in (work / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    last = log[-1]
    bits, xz = last["bits_per_byte"], xz_bits_per_byte(work)
    config = model.config
    text = CARD.format(
        parameters=model.num_parameters() / 1e6,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        heads=config.num_attention_heads,
        vocabulary=config.vocab_size,
        context=config.max_position_embeddings,
        data="\n".join(f"| {_name(p.file)} | {p.share:.0%} | {p.licence} | {SOURCES[p.file]} |" for p in PARTS),
        listed="\n".join(_listed(corpus / LISTED)),
        tokens=last["tokens"],
        steps=last["step"],
        rows=pretrain.ROWS,
        muon=pretrain.MUON_RATE,
        adam=pretrain.ADAM_RATE,
        warmup=pretrain.WARMUP,
        decay=pretrain.DECAY,
        minutes=round(last["seconds"] / 60),
        bits="\n".join(f"| {_name(p.file)} | {bits[p.file]:.3f} | {xz[p.file]:.3f} |" for p in PARTS),
    )
    (out / "README.md").write_text(text, encoding="utf-8")


def _name(file: str) -> str:
    return file.removesuffix(".txt.xz")


def _listed(path: Path) -> list[str]:
    """A table row for each block of `name: value` lines that names a source."""
    rows = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "repo" in fields:
            rows.append(f"| {fields['repo']} | {fields['licence']} | {fields.get('attribution', '')} |")
    return rows
