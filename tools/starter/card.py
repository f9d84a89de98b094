"""Writes the model card: data and licences, recipe, held-out bits per byte beside xz, what the model cannot do."""

import json
from pathlib import Path

from tools.starter import pretrain
from tools.starter.baselines import compressed, five_gram
from tools.starter.corpus import PARTS
from tools.starter.instructions import USED
from tools.starter.phases import DECAY, FINISH, MAIN, OPENING, OPENING_STEPS, TOKENS_A_STEP, WARMUP

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
OPENINGS = (
    "<|user|>I want to book a table for two in San Jose tonight.<|end|><|assistant|>",
    "<|user|>My card was charged twice. What can I do?<|end|><|assistant|>",
    "To change your password,",
    "The purpose of this policy is",
)

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
Service chats were rendered in the chat template. Shares are of the tokens of each phase.

| part | opening | main | finish | licence | sources |
| --- | --- | --- | --- | --- | --- |
{data}

Business documentation and handbooks, each cleaned to plain text:

| source | licence | attribution |
| --- | --- | --- |
{listed}

Instructions of the last phase: exercises made from the parts above by `tools/starter/exercises.py` (headings, gaps,
copying, names and numbers as JSON, which reply fits), and

| file | licence | source |
| --- | --- | --- |
{instructions}

No row of banking77, snips, the SMS spam collection or the movie sentences was used, in whole or by text: what this
model is judged on stays unseen, and `tools/starter/instructions.py` checks it.

## Recipe
`python -m tools.starter --corpus DIR --tasks DIR`, in the repository: {tokens:,} tokens in {steps:,} steps of
{step_tokens:,} tokens. Muon for the matrices (rate {muon}) and AdamW for the rest (rate {adam}); bf16 autocast and
torch.compile. Two cycles of warm-up ({warmup:.0%}), flat, then linear decay over the last {decay:.0%}: the opening
({opening:,} steps, context 512), then main (context 256) and finish (context 512, with the instructions) while the rate
falls. It took {minutes} minutes on processor cores that did other work too.

## Held-out bits per byte
On documents kept away from training (chosen by hash), beside gzip -9 and xz -9e on the same text and a 5-gram model
counted on all training text of the parts, over the same tokens. Lower is better.

| part | starter | 5-gram | xz -9e | gzip -9 |
| --- | --- | --- | --- | --- |
{bits}

## What it writes
Unedited, greedy, untuned, from the start of a service chat and of a sentence:

{written}

## Limits
- It knows little of the world and cannot reason, calculate, translate or write code. Untuned, it produces
  plausible-looking English that is mostly wrong. Do not ask it for facts.
- English only. Inputs beyond {context} tokens are cut.
- The text it learned from is business documentation, service chats and old novels, with their biases; it was not
  aligned or filtered for safety.
- For a task with labels and few examples, a classical classifier (TF-IDF with logistic regression) may well do better;
  `tools/starter/LOG.md` has the comparison.
"""


def write(model, tokenizer, corpus: Path, work: Path, out: Path) -> None:
    """out/README.md from the model's shape and the last line of the recipe's log."""
    log = [json.loads(line) for line in (work / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    last = log[-1]
    bits, packed, grams = last["bits_per_byte"], compressed(work), five_gram(work, len(tokenizer))
    config = model.config
    text = CARD.format(
        parameters=model.num_parameters() / 1e6,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        heads=config.num_attention_heads,
        vocabulary=config.vocab_size,
        context=config.max_position_embeddings,
        data="\n".join(_part(p.file, p.licence) for p in PARTS),
        listed="\n".join(listed(corpus / LISTED)),
        instructions="\n".join(f"| {name} | {licence} | {what} |" for name, (licence, what, _) in USED.items()),
        tokens=last["tokens"],
        steps=last["step"],
        step_tokens=TOKENS_A_STEP,
        opening=OPENING_STEPS,
        muon=pretrain.MUON_RATE,
        adam=pretrain.ADAM_RATE,
        warmup=WARMUP,
        decay=DECAY,
        minutes=round(last["seconds"] / 60),
        bits="\n".join(
            f"| {name(p.file)} | {bits[p.file]:.3f} | {grams[p.file]:.3f} | {packed[p.file]['xz']:.3f} "
            f"| {packed[p.file]['gzip']:.3f} |"
            for p in PARTS
        ),
        written=_written(model, tokenizer),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(text, encoding="utf-8")


def _part(file: str, licence: str) -> str:
    shares = " | ".join(f"{phase.shares[file]:.0%}" for phase in (OPENING, MAIN, FINISH))
    return f"| {name(file)} | {shares} | {licence} | {SOURCES[file]} |"


def _written(model, tokenizer) -> str:
    """What the model goes on with after a few openings, as quoted blocks."""
    import torch

    blocks = []
    for opening in OPENINGS:
        ids = torch.tensor([tokenizer(opening, add_special_tokens=False)["input_ids"]])
        with torch.inference_mode():
            longer = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False)
        written = tokenizer.decode(longer[0, ids.shape[1] :], skip_special_tokens=True)
        blocks.append(f"```text\n{opening} >>>{written}\n```")
    return "\n\n".join(blocks)


def name(file: str) -> str:
    return file.removesuffix(".txt.xz")


def listed(path: Path) -> list[str]:
    """A table row for each block of `name: value` lines that names a source."""
    rows = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "repo" in fields:
            rows.append(f"| {fields['repo']} | {fields['licence']} | {fields.get('attribution', '')} |")
    return rows
