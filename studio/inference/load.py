"""Loading a base model with what was tuned from it for inference: data type, end tokens, adapters, whole models.

Torch is imported inside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import models
from studio.errors import ModelError
from studio.jobs import processors
from studio.models import loading
from studio.models.template import stop_ids

BASE = "base"


@dataclass(frozen=True)
class Loaded:
    """A frozen base model in evaluation mode. network: the transformers model; wrapped: the peft model around it, None
    without adapters; names: adapter id -> peft's name for it; whole: models tuned in full, by id; end: token ids that
    end an answer; pad: token id; context: tokens the model reads at once."""

    network: Any
    wrapped: Any
    names: dict[str, str]
    whole: dict[str, Any]
    tokenizer: Any
    end: tuple[int, ...]
    pad: int
    context: int
    device: str


def load_model(folder: Path, tuned: Mapping[str, Path], threads: int) -> Loaded:
    """Loads the base once and beside it each of `tuned`, an adapter or a whole model by what its folder holds.

    The base is held in 4 bits where all of `tuned` were trained on it so. threads 0: all that the container allows.
    Raises ModelError for a model that is unfit or adapters that do not belong to it.
    """
    import torch

    info = models.inspect(folder)
    if BASE in tuned:
        raise ModelError("A tuned model cannot be called base.", "Give it another name.", field="adapters")
    torch.set_num_threads(threads or processors.allowed())
    device = loading.device()
    tokenizer = loading.load_tokenizer(folder)
    four_bits = bool(tuned) and all((path / loading.FOUR_BITS).is_file() for path in tuned.values())
    network = loading.load_base(folder, info.parameters, four_bits).requires_grad_(False)
    end = tuple(stop_ids(tokenizer))
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else end[0]
    wholes = {model: path for model, path in tuned.items() if (path / "config.json").is_file()}
    whole = {model: _whole(path) for model, path in wholes.items()}
    wrapped, names = _with_adapters(network, {model: path for model, path in tuned.items() if model not in wholes})
    for one in (network, *whole.values()):
        _plain_generation(one, end, pad)
    (wrapped or network).eval()
    return Loaded(network, wrapped, names, whole, tokenizer, end, pad, info.context, device)


def _whole(path: Path) -> Any:
    return loading.load_base(path, models.inspect(path).parameters).requires_grad_(False)


def _with_adapters(network: Any, adapters: Mapping[str, Path]) -> tuple[Any, dict[str, str]]:
    from peft import PeftModel

    wrapped = None
    # Peft's names are module names, which hold no dots; ids are free text.
    names = {model: f"adapter{number}" for number, model in enumerate(adapters)}
    for model, path in adapters.items():
        if not (path / "adapter_model.safetensors").is_file():  # peft would go on to look for a pickle
            raise ModelError(f"The tuned part {model} has no weights.", "Use another checkpoint, or train again.")
        try:
            if wrapped is None:
                wrapped = PeftModel.from_pretrained(network, str(path), adapter_name=names[model])
            else:
                wrapped.load_adapter(str(path), adapter_name=names[model])
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise ModelError(
                f"The tuned part {model} does not fit the base model or is damaged.",
                "Use the base model it was trained on, or train it again.",
            ) from error
    return wrapped, names


def _plain_generation(network: Any, end: tuple[int, ...], pad: int) -> None:
    # A model's own sampling habits (penalties, top-k) would bend greedy answers and so the scores.
    from transformers import GenerationConfig

    network.generation_config = GenerationConfig(eos_token_id=list(end), pad_token_id=pad)
