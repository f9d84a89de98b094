"""Writes the encoder's model card."""

import json
from pathlib import Path

from tools.starter import encoder, valence, words
from tools.starter.card import LISTED, SOURCES, listed, name
from tools.starter.corpus import PARTS
from tools.starter.instructions import USED
from tools.starter.measure import masked_accuracy
from tools.starter.phases import MAIN

CARD = """---
license: cc-by-sa-4.0
language: en
library_name: transformers
pipeline_tag: feature-extraction
---
# Starter encoder

The encoder that comes with Finetune Studio: {parameters:.1f} million weights, for telling texts apart. It is made to be
tuned as a text classifier in a minute or two on a laptop's processor, with nothing to download.

## What it is
A BERT ({layers} layers, {width} wide, {heads} heads), a lower-casing WordPiece vocabulary of {vocabulary:,} entries
of our own (those learnt from the text, and words of praise and blame), up to 512 tokens, weights in bf16. It was taught
three things at once: to guess masked words, to tell which texts belong together (a turn and its reply, a heading and
its passage, neighbouring sentences, a question and its answer), and to tell praise, blame and neither apart, by the
same pooled vector that a classifier reads.

## Data and licences
The text is that of the starter model, so the licence is the same (CC BY-SA 4.0).

| part | share of the masked text | licence | sources |
| --- | --- | --- | --- |
{data}

| source | licence | attribution |
| --- | --- | --- |
{listed}

Questions with their answers, as pairs:

| file | licence | source |
| --- | --- | --- |
{instructions}

No row of banking77, snips, the SMS spam collection or the movie sentences was used.

## Recipe
`python -m tools.starter --corpus DIR --tasks DIR --only encoder`, in the repository. First a vector and a weight
for each word piece, learnt as a weighted mean of words ({word_steps:,} steps of {word_pairs} pairs); the BERT begins
as that mean. Then {steps:,} steps of three objectives: 64 to 192 pairs, {windows} windows of {window} tokens with
{masked:.0%} to guess ({tokens:,.1f} million tokens in all), and {tones} sentences that praise, blame or do neither by
a list of {words:,} words of our own (`tools/starter/valence.py`).
AdamW (rate {rate}), warm-up {warmup:.0%}, linear decay over the last {decay:.0%}.
The second part took {minutes} minutes on one processor core that others also used.

## Masked words of held-out documents
Share of hidden word pieces (15 %) guessed exactly. An encoder has no bits per byte: it sees both sides of what it
guesses.

| part | guessed |
| --- | --- |
{guessed}

## Limits
- English only, lower-cased. It knows little of the world.
- It has no classifier of its own: untuned, it answers nothing.
- Figures on telling intents and sentiments, beside word statistics with logistic regression, are in
  `tools/starter/LOG.md`; where the rival is better, that page says so.
"""


def write(model: encoder.Both, tokenizer, corpus: Path, work: Path, out: Path) -> None:
    """out/README.md from the model's shape, the recipe's log and its guesses on held-out text."""
    last = json.loads((work / "encoder_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    guessed = masked_accuracy(model, tokenizer, work)
    config = model.body.config
    text = CARD.format(
        parameters=sum(p.numel() for p in model.body.parameters()) / 1e6,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        heads=config.num_attention_heads,
        vocabulary=len(tokenizer),
        data="\n".join(
            f"| {name(p.file)} | {MAIN.shares[p.file]:.0%} | {p.licence} | {SOURCES[p.file]} |" for p in PARTS
        ),
        listed="\n".join(listed(corpus / LISTED)),
        instructions="\n".join(f"| {file} | {licence} | {what} |" for file, (licence, what, _) in USED.items()),
        steps=last["step"],
        windows=encoder.WINDOWS,
        window=encoder.WINDOW,
        masked=encoder.MASKED,
        tokens=last["step"] * encoder.WINDOWS * encoder.WINDOW / 1e6,
        word_steps=words.STEPS,
        word_pairs=words.PAIRS,
        tones=encoder.TONES,
        words=len(valence.WORDS),
        rate=encoder.RATE,
        warmup=encoder.WARMUP,
        decay=encoder.DECAY,
        minutes=round(last["seconds"] / 60),
        guessed="\n".join(f"| {name(p.file)} | {guessed[p.file]:.0%} |" for p in PARTS),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(text, encoding="utf-8")
