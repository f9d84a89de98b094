"""Looks at a model folder without loading it: what it is, how large, and whether it is safe and fit to tune.

Reads config, safetensors headers, tokenizer files and model card; no torch, no code of the model. Estimates of memory
and time are not here.
"""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from studio.errors import ModelError
from studio.models import labels, weights

TOKENIZERS = (("tokenizer.json",), ("tokenizer.model",), ("vocab.json", "merges.txt"), ("vocab.txt",))
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    *("vocab.json", "merges.txt", "vocab.txt"),
    *("chat_template.jinja", "chat_template.json"),
)
MATTERS = ("config.json", "generation_config.json", weights.INDEX, *TOKENIZER_FILES)
CAUSAL = ("ForCausalLM", "LMHeadModel")
ENCODERS = (
    "albert",
    "bert",
    "camembert",
    "deberta",
    "deberta-v2",
    "distilbert",
    "electra",
    "modernbert",
    "mpnet",
    "roberta",
    "xlm-roberta",
)
"""Model types that read a text as a whole; any of these may come with one of the heads below, or with none."""
TELLS = "ForSequenceClassification"
HEADS = ("Model", "ForMaskedLM", "ForPreTraining", TELLS)
Kind = Literal["decoder", "encoder"]
LONGEST_PLAUSIBLE = 10_000_000


@dataclass(frozen=True)
class ModelInfo:
    """One base model. kind: a decoder writes text, an encoder reads it and can tell labels. path: absolute. parameters:
    counted from the weights, tied ones once. context: tokens it can read at once. hidden_size: numbers a token is held
    in. vocabulary: tokens. bytes: size of the weight files. dtype: of most weights, as stored. fingerprint: SHA-256
    over names, sizes and contents of the files that decide its behaviour. licence: as its card says."""

    name: str
    path: str
    kind: Kind
    architecture: str
    model_type: str
    parameters: int
    context: int
    layers: int
    hidden_size: int
    vocabulary: int
    has_chat_template: bool
    bytes: int
    dtype: str
    fingerprint: str
    licence: str | None

    @property
    def can_generate(self) -> bool:
        return self.kind == "decoder" and not self.architecture.endswith(TELLS)


def inspect(folder: Path, name: str | None = None) -> ModelInfo:
    """What the model in `folder` is; ModelError, with its reason, for one that is missing, unsafe or unfit."""
    folder = Path(folder).absolute()
    config, tokenizer, architecture, kind = inspect_config(folder)
    name = name or folder.name
    inner = {**config, **config.get("text_config", {})} if isinstance(config.get("text_config"), dict) else config
    files = weights.weight_files(folder)
    tensors = [tensor for file in files for tensor in weights.read_tensors(file)]
    if not any(all((folder / part).is_file() for part in parts) for parts in TOKENIZERS):
        raise ModelError(
            f"The model in {folder.name} has no tokenizer.", "Put the model's tokenizer.json beside its weights."
        )
    return ModelInfo(
        name=name,
        path=str(folder),
        kind=kind,
        architecture=architecture,
        model_type=str(config.get("model_type", "")),
        parameters=weights.count(tensors, bool(inner.get("tie_word_embeddings"))),
        context=_context(inner, tokenizer, kind),
        layers=_first(inner, "num_hidden_layers", "n_layer", "n_layers"),
        hidden_size=_first(inner, "hidden_size", "n_embd", "dim"),
        vocabulary=int(inner.get("vocab_size") or 0),
        has_chat_template=_has_template(folder, tokenizer),
        bytes=sum(file.stat().st_size for file in files),
        dtype=weights.main_dtype(tensors),
        fingerprint=fingerprint(folder, files),
        licence=_licence(folder),
    )


def inspect_config(folder: Path) -> tuple[dict[str, Any], dict[str, Any], str, Kind]:
    """Config and tokenizer config, architecture and kind, before any weights are there; ModelError as inspect does."""
    config, tokenizer = _config(folder), _tokenizer_config(folder)
    _refuse_unsafe(folder, config, tokenizer)
    return config, tokenizer, *_architecture(folder, config)


def fingerprint(folder: Path, files: list[Path]) -> str:
    """Hex SHA-256 over the sorted (name, size, SHA-256 of content) of weights, config and tokenizer files."""
    listed = {folder / name for name in MATTERS if (folder / name).is_file()} | set(files)
    entries = []
    for path in sorted(listed):
        stat = path.stat()
        digest = _digest(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        entries.append((path.relative_to(folder).as_posix(), stat.st_size, digest))
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()


@functools.lru_cache(maxsize=1024)
def _digest(path: str, size: int, modified: int, inode: int) -> str:
    # size, time and inode are part of the key only: a changed file is read again
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _config(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise ModelError(f"There is no model folder at {folder}.", "Check the path, or choose the starter model.")
    if not folder.is_dir():
        raise ModelError(f"{folder.name} is a file, not a model folder.", "Name the folder that holds config.json.")
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(
            f"The folder {folder.name} has no config.json, so it is not a model folder.",
            "Name the folder that holds config.json, the weights and the tokenizer.",
        )
    return _read_json(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ModelError(f"{path.name} of the model in {path.parent.name} cannot be read.", weights.AGAIN)
    return value


def _tokenizer_config(folder: Path) -> dict[str, Any]:
    path = folder / "tokenizer_config.json"
    return _read_json(path) if path.is_file() else {}


def _refuse_unsafe(folder: Path, config: dict[str, Any], tokenizer: dict[str, Any]) -> None:
    for name, values in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        if values.get("auto_map"):
            raise ModelError(
                f"The model in {folder.name} wants to run code of its own ({name} holds auto_map), and the studio does "
                "not run code that comes with a model.",
                "Use a model that the transformers library knows by itself.",
            )
    home = folder.resolve()
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            raise ModelError(
                f"{path.relative_to(folder)} in {folder.name} is a link that leads out of the folder.",
                "Copy the files themselves into the model folder.",
            )


def _architecture(folder: Path, config: dict[str, Any]) -> tuple[str, Kind]:
    listed = config.get("architectures")
    architecture = str(listed[0]) if isinstance(listed, list) and listed else ""
    if not architecture:
        raise ModelError(
            f"config.json of the model in {folder.name} does not say its architecture.",
            "Use a model whose config.json lists architectures.",
        )
    causal = architecture.endswith(CAUSAL)
    encoder = not causal and config.get("model_type") in ENCODERS and architecture.endswith(HEADS)
    # a model that wrote text until it was given a head of labels here
    tells = architecture.endswith(TELLS) and (folder / labels.FILE).is_file()
    if not (encoder or causal or tells) or config.get("is_encoder_decoder"):
        raise ModelError(
            f"The model in {folder.name} is a {architecture}, which neither writes text from left to right nor reads "
            "it as BERT does.",
            "Use a causal language model, whose architecture ends in ForCausalLM, or an encoder such as BERT.",
        )
    if config.get("quantization_config"):
        raise ModelError(
            f"The weights of the model in {folder.name} are quantised, so they cannot be tuned here.",
            "Use the unquantised version of the model.",
        )
    return architecture, "encoder" if encoder else "decoder"


def _context(config: dict[str, Any], tokenizer: dict[str, Any], kind: Kind) -> int:
    said = []
    for source, names in (
        (config, ("max_position_embeddings", "n_positions", "max_seq_len", "n_ctx")),
        (tokenizer, ("model_max_length",)),
    ):
        values = (source.get(name) for name in names)
        said += [next((v for v in values if isinstance(v, int) and 0 < v < LONGEST_PLAUSIBLE), None)]
    positions, tokens = said
    if positions and "roberta" in str(config.get("model_type")):
        # its positions are counted from the padding token on
        positions -= int(config.get("pad_token_id") or 0) + 1
    if positions and tokens and kind == "encoder":
        return min(positions, tokens)
    if positions or tokens:
        return positions or tokens or 0
    raise ModelError(
        "The model does not say how many tokens it can read at once.",
        "Add max_position_embeddings to its config.json.",
    )


def _first(config: dict[str, Any], *names: str) -> int:
    """The first of these that is a number; 0 when none is."""
    return next((config[name] for name in names if isinstance(config.get(name), int)), 0)


def _has_template(folder: Path, tokenizer: dict[str, Any]) -> bool:
    files = ("chat_template.jinja", "chat_template.json")
    return bool(tokenizer.get("chat_template")) or any((folder / name).is_file() for name in files)


def _licence(folder: Path) -> str | None:
    """The `license` of the card's front matter (between two lines of ---)."""
    card = folder / "README.md"
    lines = card.read_text(encoding="utf-8", errors="replace").splitlines() if card.is_file() else []
    if not lines or lines[0].strip() != "---":
        return None
    for line in lines[1:]:
        if line.strip() == "---":
            break
        key, _, value = line.partition(":")
        if key == "license" and value.strip():
            return value.strip().strip("'\"")
    return None
