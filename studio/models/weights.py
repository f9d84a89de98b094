"""Reads what safetensors files say about themselves: their 8-byte length and JSON header, never the tensors.

Format: https://github.com/huggingface/safetensors#format. Torch is not needed and not loaded.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.errors import ModelError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
HEADER_LIMIT = 100_000_000
POINTER = b"version https://git-lfs"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".gguf")
DTYPES = {"F64": "float64", "F32": "float32", "BF16": "bfloat16", "F16": "float16"}
AGAIN = "Download or copy the model again."


@dataclass(frozen=True)
class Tensor:
    """One entry of a header. elements: product of its shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


def weight_files(folder: Path) -> list[Path]:
    """The files transformers would load the weights from; ModelError when they are missing or of another kind."""
    if (folder / INDEX).is_file():
        return _indexed(folder)
    if (folder / SINGLE).is_file():
        return [folder / SINGLE]
    others = sorted(p.name for p in folder.iterdir() if p.suffix in (*PICKLES, ".safetensors"))
    found = f"The model in {folder.name} has no {SINGLE}, only {others[0]}." if others else ""
    raise ModelError(
        found or f"The folder {folder.name} holds no weights.",
        "Use a model whose weights are stored as safetensors; other formats can carry code or cannot be trained.",
    )


def _indexed(folder: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise ModelError(f"The list of weight files {INDEX} in {folder.name} cannot be read.", AGAIN) from None
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise ModelError(f"{INDEX} in {folder.name} names a file that is not beside it: {name}.", AGAIN)
        if not (folder / name).is_file():
            raise ModelError(f"The model in {folder.name} lacks the weight file {name}.", AGAIN)
    if not names:
        raise ModelError(f"The list of weight files {INDEX} in {folder.name} is empty.", AGAIN)
    return [folder / name for name in names]


def read_tensors(path: Path) -> list[Tensor]:
    """The tensors a safetensors file declares; ModelError when the file is torn, or is not one at all."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if (start + file.read(32)).startswith(POINTER):
            raise ModelError(f"{path.name} is only a pointer to the weights (git LFS), not the weights.", AGAIN)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(HEADER_LIMIT, size - 8):
            raise ModelError(f"{path.name} is torn: it ends before its own header does.", AGAIN)
        file.seek(8)
        text = file.read(length)
    try:
        header = {k: v for k, v in json.loads(text).items() if k != "__metadata__"}
        tensors = [Tensor(k, str(v["dtype"]), tuple(int(n) for n in v["shape"])) for k, v in header.items()]
        wanted = 8 + length + max((int(v["data_offsets"][1]) for v in header.values()), default=0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ModelError(f"{path.name} is not a safetensors file, or its header is broken.", AGAIN) from None
    if size < wanted:
        raise ModelError(f"{path.name} is torn: its header tells of {wanted:,} bytes, the file has {size:,}.", AGAIN)
    if size > wanted:
        raise ModelError(f"{path.name} has {size - wanted:,} bytes that its header does not tell of.", AGAIN)
    return tensors


def count(tensors: Iterable[Tensor], tied: bool) -> int:
    """Parameters of the model; with `tied`, an output head stored beside the embedding it equals is left out."""
    listed = list(tensors)
    total = sum(tensor.elements for tensor in listed)
    if tied:
        shapes = [t.shape for t in listed if t.name.endswith(("embed_tokens.weight", "wte.weight", "embed_in.weight"))]
        heads = [t for t in listed if t.name.endswith(("lm_head.weight", "embed_out.weight")) and t.shape in shapes]
        total -= sum(head.elements for head in heads)
    return total


OUTSIDE = re.compile(r"embed|wte|wpe|lm_head|pooler|classifier|predictions", re.IGNORECASE)
"""In the names of matrices that are no linear layers of the blocks."""


def linear(tensors: Iterable[Tensor]) -> list[Tensor]:
    """The matrices of the linear layers inside the blocks, each of shape (outputs, inputs) or the reverse."""
    return [tensor for tensor in tensors if len(tensor.shape) == 2 and not OUTSIDE.search(tensor.name)]


def main_dtype(tensors: Iterable[Tensor]) -> str:
    """The dtype most parameters are stored in, by torch's name."""
    sizes: dict[str, int] = {}
    for tensor in tensors:
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.elements
    most = max(sizes, key=lambda name: sizes[name]) if sizes else "F32"
    return DTYPES.get(most, most.lower())
