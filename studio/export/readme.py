"""The README.md inside an exported adapter: how to load it, how it was trained, and on what terms it may be used."""

from collections.abc import Mapping
from typing import Any

from studio.jobs.spec import Spec, Train
from studio.models.checkpoint import Manifest

SNIPPET = """\
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = {base!r}
tokenizer = AutoTokenizer.from_pretrained("tokenizer")
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), "adapter")
chat = [{{"role": "user", "content": "Your question"}}]
prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
answer = model.generate(**prompt, max_new_tokens=200, do_sample=False, eos_token_id=tokenizer.eos_token_id)[0]
print(tokenizer.decode(answer[prompt["input_ids"].shape[1]:], skip_special_tokens=True))
"""


def snippet(base: str) -> str:
    """Python that answers one question with the unpacked zip as its working folder."""
    return SNIPPET.format(base=base)


def readme(
    spec: Spec,
    work: Train,
    manifest: Manifest,
    *,
    base: str,
    licence: str | None,
    result: Mapping[str, Any] | None,
    rows: int | None,
) -> str:
    """The page in Markdown. base: the folder or name to load; rows: training rows, None when unknown."""
    options = "\n".join(f"| {name} | {value} |" for name, value in work.options.items())
    facts = [
        ("Base model", work.model_name),
        ("Method", work.method),
        ("Training rows", rows),
        ("Steps", result.get("steps") if result else None),
        ("Best step (this one)", manifest.step),
        ("Validation loss (nats per token)", f"{manifest.validation_loss:.4f}"),
        ("Made", spec.created),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in facts if value is not None)
    where = (
        "The base model lies in `base/`, since it is on no hub."
        if base == "base"
        else f"The base model is not inside: put its folder beside `adapter/` and call it `{base}`, or change the path."
    )
    return f"""# {spec.name}

An adapter for the base model {work.model_name}, tuned with Finetune Studio. {where}

## Use it

Unpack the zip, `pip install torch transformers peft`, and run in the unpacked folder:

```python
{snippet(base)}```

## How it was trained

| | |
| --- | --- |
{table}

| Option | Value |
| --- | --- |
{options}

## Licence

{_terms(licence)}
"""


def _terms(licence: str | None) -> str:
    if licence:
        return f"The base model's licence is {licence}; it holds for this adapter together with the base model."
    return "The base model's files name no licence. Look up its terms before you pass the tuned model on."
