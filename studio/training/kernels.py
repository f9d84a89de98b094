"""Liger's kernels (Hsu et al. 2024, arXiv 2410.10989) for a model that is trained on a graphics card, where the package
liger-kernel is installed and knows the architecture: norms, rotary positions and gated layers in one pass each. The
loss stays ours, which computes logits at trained positions alone.
"""

import importlib.util
import traceback
from typing import Any

import torch

# fmt: off
ARCHITECTURES = (
    "exaone4", "gemma", "gemma2", "gemma3_text", "granite", "hunyuan_v1_dense", "llama", "ministral", "mistral",
    "olmo2", "olmo3", "phi3", "qwen2", "qwen3", "smollm3",
)
# fmt: on
"""Whose loss and gradients were found the same with and without, beside a LoRA (Triton's interpreter, liger-kernel
0.8.5)."""
PACKAGE = "liger_kernel"


def quicken(model: Any) -> list[str]:
    """Switches them on where they suit; frees nothing, saves the same. model: a transformers model, or a peft model
    around one. Returns what the user should know."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    config = inner.config.get_text_config().to_dict()
    if not suits(config["model_type"], inner.device.type, importlib.util.find_spec(PACKAGE) is not None):
        return []
    try:
        _try(inner.device)
    except Exception as error:  # noqa: BLE001 - a compiler or a driver that is missing fails in ways of its own
        traceback.print_exception(error)
        return ["The faster kernels of liger-kernel do not work on this machine, so the usual ones are used."]
    from liger_kernel.transformers import _apply_liger_kernel_to_instance

    _apply_liger_kernel_to_instance(inner, **parts(config))
    return []


def suits(architecture: str, device: str, installed: bool) -> bool:
    """architecture: the model_type of a config. device: the type of torch's."""
    return device == "cuda" and installed and architecture in ARCHITECTURES


def parts(config: dict[str, Any]) -> dict[str, bool]:
    """What is switched on in a model of this config; Liger passes over what an architecture has not."""
    activation = config.get("hidden_activation") or config.get("hidden_act")
    return {
        "rope": True,
        "rms_norm": True,
        # its gated layers know one activation each, and do not ask
        "swiglu": activation == "silu",
        "geglu": activation == "gelu_pytorch_tanh",
        "cross_entropy": False,
        "fused_linear_cross_entropy": False,
    }


def _try(device: torch.device) -> None:
    """One of the kernels, forwards and back: each is compiled when it is first used."""
    from liger_kernel.ops import LigerSiLUMulFunction

    gate = torch.ones(2, 32, device=device, requires_grad=True)
    LigerSiLUMulFunction.apply(gate, gate).sum().backward()
    torch.cuda.synchronize(device)
