"""The README.md inside an export: how to load what is in it, how it was trained, and on what terms it may be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio import methods
from studio.jobs.spec import Spec, Train
from studio.models.checkpoint import Manifest

ASK = """\
chat = [{{"role": "user", "content": "Your question"}}]
form = dict(add_generation_prompt=True, return_tensors="pt", return_dict=True{settled})
prompt = tokenizer.apply_chat_template(chat, **form)
answer = model.generate(**prompt, max_new_tokens=200, do_sample=False, eos_token_id=tokenizer.eos_token_id)[0]
print(tokenizer.decode(answer[prompt["input_ids"].shape[1]:], skip_special_tokens=True))
"""
ADAPTER = """\
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = {base!r}
tokenizer = AutoTokenizer.from_pretrained("tokenizer")
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), "adapter")
"""
IN_FOUR_BITS = """\
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

base = {base!r}
four_bits = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type="nf4",
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.{dtype},
)
tokenizer = AutoTokenizer.from_pretrained("tokenizer")
where = {{"": 0 if torch.cuda.is_available() else "cpu"}}
held = dict(dtype=torch.{dtype}, quantization_config=four_bits, device_map=where)
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, **held), "adapter").eval()
"""
FOUR_BITS_LINE = (
    "It was trained beside this base model held in 4 bits (QLoRA: NF4 with double quantisation), and the code loads it "
    "so. On the base model as it is the adapter works too, with answers that may differ a little."
)
WHOLE = """\
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("model")
model = AutoModelForCausalLM.from_pretrained("model", dtype=torch.float32)
"""
TELL = """\
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("model")
model = AutoModelForSequenceClassification.from_pretrained("model", dtype=torch.float32).eval()
{read}
with torch.no_grad():
    logits = model(**text).logits[0]
shares = {shares}
for share, number in sorted(zip(shares.tolist(), range(len(shares))), reverse=True)[:3]:
    print(f"{{model.config.id2label[number]}}: {{share:.2f}}")
"""
READ_TEXT = 'text = tokenizer("Your question", truncation=True, return_tensors="pt")'
READ_TURN = """\
turn = [{"role": "user", "content": "Your question"}]
text = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_tensors="pt", return_dict=True)"""

PER = {"text": "token", "labels": "example", "preferences": "pair"}
"""What a loss is the mean over, by what a method teaches."""


@dataclass(frozen=True)
class Use:
    """How what is inside is used. what: the first sentence's noun; needs: libraries; code: a snippet that runs with the
    unpacked zip as its working folder; terms: what the licence holds for."""

    what: str
    needs: str
    code: str
    terms: str


def adapter_use(base: str, settled: Mapping[str, Any], four_bits: str = "") -> Use:
    """base: the folder or name of the base model to load. settled: what the chat template was told in training.
    four_bits: the torch dtype that a base in 4 bits computes in; '' where it was trained on the base as it is."""
    where = f"The base model is not inside: put its folder beside `adapter/` and call it `{base}`, or change the path."
    if base == "base":
        where = "The base model lies in `base/`, since it is on no hub."
    elif "/" in base:
        where = f"The base model is not inside: it comes from the Hugging Face Hub by its name, `{base}`."
    terms = "it holds for this adapter together with the base model"
    what = f"An adapter for the base model {{model}}, tuned with Finetune Studio. {where}"
    if four_bits:
        code = IN_FOUR_BITS.format(base=base, dtype=four_bits) + _ask(settled)
        return Use(f"{what} {FOUR_BITS_LINE}", "torch transformers peft bitsandbytes", code, terms)
    return Use(what, "torch transformers peft", ADAPTER.format(base=base) + _ask(settled), terms)


def whole_use(settled: Mapping[str, Any]) -> Use:
    what = "A model of its own in `model/`, tuned from {model} with Finetune Studio; the base model is not needed."
    return Use(what, "torch transformers", WHOLE + _ask(settled), "it holds for this model as well")


def _ask(settled: Mapping[str, Any]) -> str:
    return ASK.format(settled="".join(f", {name}={value!r}" for name, value in settled.items()))


def labels_use(encoder: bool, several: bool) -> Use:
    """encoder: reads the text itself, not as a turn of a chat. several: each label has a probability of its own."""
    what = (
        "A text classifier in `model/`, tuned from {model} with Finetune Studio; the base model is not needed. "
        "The code prints the three likeliest labels with their probabilities."
    )
    read, shares = READ_TEXT if encoder else READ_TURN, "logits.sigmoid()" if several else "logits.softmax(dim=0)"
    return Use(what, "torch transformers", TELL.format(read=read, shares=shares), "it holds for this model as well")


def readme(
    spec: Spec,
    work: Train,
    manifest: Manifest,
    *,
    use: Use,
    licence: str | None,
    result: Mapping[str, Any] | None,
    rows: int | None,
) -> str:
    """The page in Markdown. rows: training rows, None when unknown."""
    options = "\n".join(f"| {name} | {value} |" for name, value in work.options.items())
    facts = [
        ("Base model", work.model_name),
        ("Method", work.method),
        ("Training rows", rows),
        ("Steps", result.get("steps") if result else None),
        ("Best step (this one)", manifest.step),
        (f"Validation loss (nats per {PER[methods.get(work.method).teaches]})", f"{manifest.validation_loss:.4f}"),
        ("Made", spec.created),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in facts if value is not None)
    return f"""# {spec.name}

{use.what.format(model=work.model_name)}

## Use it

Unpack the zip, `pip install {use.needs}`, and run in the unpacked folder:

```python
{use.code}```

## How it was trained

| | |
| --- | --- |
{table}

| Option | Value |
| --- | --- |
{options}

## Licence

{_terms(licence, use.terms)}
"""


def _terms(licence: str | None, holds: str) -> str:
    if licence:
        return f"The base model's licence is {licence}; {holds}."
    return "The base model's files name no licence. Look up its terms before you pass the tuned model on."
