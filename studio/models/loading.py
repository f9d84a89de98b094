"""Loads a base model and its tokenizer with transformers: safetensors only, no code of the model, no network.

For job and inference processes alone: calling anything here loads torch.
"""

import contextlib
import ctypes
import logging
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

from studio.errors import ModelError
from studio.models.inspection import TOKENIZER_FILES


def quiet() -> None:
    """Silences the progress bars and advice of transformers and tokenizers; call before the first load."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers.utils import logging as their_logging

    unworried()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    their_logging.set_verbosity_error()
    their_logging.disable_progress_bar()


def unworried() -> None:
    """Imports bitsandbytes, as peft would, without one warning: that a kernel is missing which reads 4 bits on a
    processor. Its own slower way gives the same. Without a graphics card it is also kept from getting torch's compiler
    ready, which takes a third of the time until a job begins."""
    import torch

    logging.getLogger("bitsandbytes.backends.cpu.ops").addFilter(_says_something)
    compile_ = torch.compile
    if not torch.cuda.is_available():
        torch.compile = _as_it_is  # type: ignore[assignment]
    try:
        with contextlib.suppress(ImportError):
            import bitsandbytes  # noqa: F401
    finally:
        torch.compile = compile_


def _as_it_is(function: Any = None, **_: Any) -> Any:
    return _as_it_is if function is None else function


def _says_something(record: logging.LogRecord) -> bool:
    return "gemm_4bit_forward" not in record.msg


def warm() -> None:
    """Imports what training an addition to a model needs, and loads no model."""
    quiet()
    import peft  # noqa: F401
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401
    from transformers.models.llama import modeling_llama  # noqa: F401


def device() -> str:
    """'cuda' where there is a usable GPU, else 'cpu'."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


SMALL = 200_000_000
"""Parameters. Up to here half precision on a processor saves next to nothing, and single precision makes an answer the
same alone and in a batch: rounding to 8 bits of mantissa lets the shape of a batch decide near-ties of tokens."""


def precision(parameters: int, learning: bool = False) -> Any:
    """The torch dtype to hold a frozen base model in: bfloat16 where the device computes in it natively, else
    float32 (an emulated bfloat16 is slower than float32); float32 also for a small model on a processor, but where an
    addition to it is learning and writes no answers."""
    import torch

    if device() == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    if parameters <= SMALL and not learning:
        return torch.float32
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def load_tokenizer(folder: Path) -> Any:
    """The model's tokenizer; ModelError when transformers cannot read it."""
    from transformers import AutoTokenizer

    quiet()
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise unreadable(folder, "tokenizer", error) from error


def copy_tokenizer(folder: Path, target: Path) -> None:
    """Puts the model's tokenizer, with its chat template, beside tuned weights, so that they make a whole model."""
    for name in TOKENIZER_FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)


def load_base(
    folder: Path, parameters: int, four_bits: bool = False, learning: bool = False, on: str | None = None
) -> Any:
    """The causal language model of so many parameters, in evaluation mode, in `precision()`.

    learning: to train an addition on. four_bits: its linear layers rounded to NF4, which computes in that precision
    (Dettmers et al. 2023, QLoRA). on: another device than `device()`, where it is not rounded.
    """
    from transformers import AutoModelForCausalLM

    quiet()
    held = _in_four_bits(parameters) if four_bits else {}
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=precision(parameters, learning),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            **held,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise unreadable(folder, "model", error) from error
    if not four_bits:
        return model.to(on or device()).eval()
    for weight in model.parameters():
        if weight.is_floating_point():
            # a copy, because one that lies in the opened file keeps the whole of it in memory
            weight.data = weight.data.clone()
    return model.eval()


def _in_four_bits(parameters: int) -> dict[str, Any]:
    """What from_pretrained needs to round the weights as it reads them; ModelError where the library does not work."""
    from transformers import BitsAndBytesConfig

    try:
        import bitsandbytes  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            "The library bitsandbytes, which squeezes a model to 4 bits, does not work on this machine.",
            "Choose the method LoRA.",
        ) from error
    _give_back_at_once()
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=precision(parameters),
    )
    return {"quantization_config": config, "device_map": {"": device()}}


def _give_back_at_once() -> None:
    """Makes glibc return large blocks to the system when they are freed. Else the weights that are unpacked one after
    the other leave holes as large as what 4 bits save: a 360 M model peaked at 2.4 GB, and now at 2.0 GB."""
    if sys.platform == "linux":
        glibc = ctypes.CDLL(None)
        mallopt = getattr(glibc, "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, 1 << 20)


M_MMAP_THRESHOLD = -3
FOUR_BITS = "base_in_4_bits.json"
"""Beside an adapter: it was trained on a base of 4 bits, and fits that one exactly."""


def mark_four_bits(folder: Path) -> None:
    (folder / FOUR_BITS).write_text('{"quantization": "nf4"}\n', encoding="utf-8")


def unreadable(folder: Path, what: str, error: Exception) -> ModelError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ModelError(
        f"The {what} in {folder.name} cannot be loaded: {reason.rstrip('.')}.",
        "Choose another base model, or update the studio if this one is newer than it.",
    )
