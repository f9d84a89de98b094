"""Text classifiers of transformers: a base model with a head of labels, the tokens it reads, what it tells.

For job and inference processes alone: calling anything here loads torch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.data.values import Message
from studio.errors import ModelError
from studio.models import loading
from studio.models.inspection import ModelInfo
from studio.models.labels import Labels
from studio.models.template import encode_prompt

SINGLE, SEVERAL = "single_label_classification", "multi_label_classification"


def load_fresh(info: ModelInfo, labels: Labels, tokenizer: Any, on: str) -> Any:
    """The base model in single precision under a new head with one output a label, on that device.

    The head begins at zero: it says no more than how frequent each label is, where it has a bias to say it with.
    """
    import torch

    model = _load(
        Path(info.path),
        on,
        num_labels=len(labels.names),
        id2label=dict(enumerate(labels.names)),
        label2id={name: index for index, name in enumerate(labels.names)},
        problem_type=SEVERAL if labels.several else SINGLE,
        # a head that the folder already has is for other labels
        ignore_mismatched_sizes=True,
    )
    model.config.pad_token_id = pad_id(tokenizer)
    shares = torch.tensor(labels.shares)
    with torch.no_grad():
        last = head(model)
        last.weight.zero_()
        if last.bias is not None:
            last.bias.copy_(torch.logit(shares) if labels.several else shares.log())
    return model


def load_tuned(folder: Path) -> Any:
    """A tuned classifier with its head, in evaluation mode on `device()`."""
    return _load(folder, loading.device()).eval().requires_grad_(False)


def head(model: Any) -> Any:
    """The linear layer that gives the logits."""
    from torch.nn import Linear

    wanted = model.config.num_labels
    return [part for part in model.modules() if isinstance(part, Linear) and part.out_features == wanted][-1]


def tokens(info: ModelInfo, tokenizer: Any, text: str, limit: int) -> tuple[list[int], bool]:
    """The ids of one text, at most `limit`, and whether it was cut.

    An encoder reads the text itself and loses its end. A decoder reads it as a user's turn, up to where the answer
    would begin, and loses the start.
    """
    if info.kind == "decoder":
        ids = encode_prompt(tokenizer, [Message("user", text)])
        return ids[-limit:], len(ids) > limit
    whole = tokenizer(text, verbose=False)["input_ids"]
    if len(whole) <= limit:
        return list(whole), False
    return list(tokenizer(text, truncation=True, max_length=limit)["input_ids"]), True


def padded(model: Any, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """(ids, attention mask) of rows padded on the right, each of shape (rows, longest), on the model's device."""
    import torch

    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), model.config.pad_token_id, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids.to(model.device), mask.to(model.device)


def logits(model: Any, rows: Sequence[Sequence[int]], hidden: float = 0.0) -> Any:
    """float32 of shape (rows, labels). hidden: the share of tokens that nothing attends to, drawn at random; never a
    row's first or last one, which the head may read."""
    import torch

    ids, mask = padded(model, rows)
    if hidden:
        lost = torch.rand(mask.shape, device=mask.device) < hidden
        lost[:, 0] = False
        lost[torch.arange(len(rows)), torch.tensor([len(row) - 1 for row in rows])] = False
        mask = mask * ~lost
    return model(input_ids=ids, attention_mask=mask).logits.float()


def probabilities(found: Any, several: bool) -> list[list[float]]:
    """Logits as one probability a label: adding up to 1, or each by itself where a text may have several labels."""
    shares = found.sigmoid() if several else found.softmax(dim=-1)
    return [list(map(float, row)) for row in shares.tolist()]


def pad_id(tokenizer: Any) -> int:
    """The token that rows are filled up with."""
    found = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return int(found) if found is not None else 0


def _load(folder: Path, on: str, **settings: Any) -> Any:
    import torch
    from transformers import AutoModelForSequenceClassification

    loading.quiet()
    try:
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            **settings,
        )
    except (OSError, KeyError, TypeError, RuntimeError, ImportError, ValueError) as error:
        if "Unrecognized configuration class" in str(error):
            raise ModelError(
                f"The model in {folder.name} cannot carry a head of labels.",
                "Choose another base model, or another method.",
            ) from error
        raise loading.unreadable(folder, "model", error) from error
    return model.to(on)
