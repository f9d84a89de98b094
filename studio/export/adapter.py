"""A run's best state as a zip that transformers and peft open: weights, tokenizer, README, training summary.

An adapter comes with its tokenizer, and with its base model where that is on no hub; a whole model comes as its folder.
Nothing else goes in: no pickles, no optimiser state, no job internals, no paths of this machine. The same run always
gives the same bytes. Torch-free.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio import data, models
from studio.errors import JobError, ModelError, StorageError, StudioError
from studio.export.readme import adapter_use, labels_use, readme, whole_use
from studio.jobs import journal
from studio.jobs.spec import Spec, Train
from studio.models import ModelInfo, checkpoint, loading
from studio.models import labels as labelling
from studio.models.hub import NAME
from studio.models.inspection import TOKENIZER_FILES
from studio.models.template import PLAIN_TEMPLATE, SETTLED

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
BASE = ("config.json", "generation_config.json", "README.md", "LICENSE", "NOTICE", "model.safetensors.index.json")
_WHEN = (1980, 1, 1, 0, 0, 0)


def write_zip(job_folder: Path, spec: Spec, target: Path, with_base: bool | None = None) -> Path:
    """Writes the best checkpoint of a train job to `target`, whole or not at all, and returns it.

    with_base: whether the base model goes along; None: only when it is the starter or was tuned here, and so is on no
    hub. Raises JobError when the run has kept nothing, ModelError when the base model is gone, StorageError when the
    disk refuses.
    """
    work = spec.work
    if not isinstance(work, Train):
        raise JobError("Only a training run has a model to take away.", "Choose a training run.")
    best = checkpoint.best(job_folder)
    info = models.inspect(Path(work.model.path), name=work.model_name)
    along = _on_no_hub(info, job_folder) if with_base is None else with_base
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, content in sorted(_members(job_folder, spec, work, best, info, along)):
                _add(archive, name, content)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(
            f"The file {target.name} cannot be written: {error.strerror or error}.", "Choose another place for it."
        ) from error
    return target


def _members(
    job_folder: Path, spec: Spec, work: Train, best: Path, info: ModelInfo, along: bool
) -> Iterator[tuple[str, bytes | Path]]:
    manifest = checkpoint.verify(best)
    base = "base" if along else _portable(work.model_name)
    if (best / WEIGHTS).is_file():
        use = adapter_use(base, _settled(Path(info.path)), _four_bits(best, info))
        yield from _adapter(best, info, base, along)
    else:
        labels = labelling.read(best)
        use = (
            whole_use(_settled(Path(info.path)))
            if labels is None
            else labels_use(info.kind == "encoder", labels.several)
        )
        for name in manifest.files:
            yield f"model/{name}", best / name
        if not info.has_chat_template and info.kind == "decoder":
            yield "model/chat_template.jinja", _plain_template(Path(info.path))
    result = _result(job_folder)
    rows = _training_rows(work)
    summary = {
        "base_model": work.model_name,
        "base_model_fingerprint": work.model.fingerprint,
        "base_model_licence": info.licence,
        "method": work.method,
        "options": work.options,
        "training_rows": rows,
        "best_step": manifest.step,
        "validation_loss": manifest.validation_loss,
        "result": result,
    }
    yield "training.json", _json(summary)
    text = readme(spec, work, manifest, use=use, licence=info.licence, result=result, rows=rows)
    yield "README.md", text.encode()


def _adapter(best: Path, info: ModelInfo, base: str, along: bool) -> Iterator[tuple[str, bytes | Path]]:
    model = Path(info.path)
    yield f"adapter/{WEIGHTS}", best / WEIGHTS
    yield f"adapter/{CONFIG}", _adapter_config(best, base)
    for name in TOKENIZER_FILES:
        if (model / name).is_file():
            yield f"tokenizer/{name}", model / name
            if along:
                yield f"base/{name}", model / name
    if along:
        for path in (*(model / name for name in BASE), *sorted(model.glob("*.safetensors"))):
            if path.is_file():
                yield f"base/{path.name}", path
    if not info.has_chat_template:
        yield "tokenizer/chat_template.jinja", _plain_template(model)


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.external_attr = 0o644 << 16
    # Weights hardly shrink, and storing them is quick.
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".safetensors") else zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as into:
        if isinstance(content, bytes):
            into.write(content)
            return
        with content.open("rb") as source:
            while block := source.read(1 << 20):
                into.write(block)


def _adapter_config(best: Path, base: str) -> bytes:
    """peft's own configuration, its base named by what the reader has, not by a path of this machine."""
    try:
        config = json.loads((best / CONFIG).read_text(encoding="utf-8"))
    except ValueError:
        raise JobError(f"{CONFIG} of the checkpoint {best.name} cannot be read.", "Train again.") from None
    config["base_model_name_or_path"] = base
    if isinstance(config.get("target_modules"), list):
        config["target_modules"] = sorted(config["target_modules"])  # peft writes a set, in any order
    return _json(config)


def _four_bits(best: Path, info: ModelInfo) -> str:
    """What a base in 4 bits computes in, '' where the adapter was trained on the base as it is."""
    if not (best / loading.FOUR_BITS).is_file():
        return ""
    return "float32" if info.parameters <= loading.SMALL else "bfloat16"


def _settled(model: Path) -> dict[str, Any]:
    """What the studio tells this model's chat template, of what it asks for."""
    files = (model / "chat_template.jinja", model / "tokenizer_config.json")
    text = "".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())
    return {name: value for name, value in SETTLED.items() if name in text}


def _portable(model_name: str) -> str:
    """What the base model is called for the reader: its name on the Hub, else a folder's."""
    if NAME.fullmatch(model_name):
        return model_name
    return model_name.replace("\\", "/").rstrip("/").rpartition("/")[2] or "base-model"


def _on_no_hub(info: ModelInfo, job_folder: Path) -> bool:
    if job_folder.parent in Path(info.path).parents:
        return True
    try:
        return Path(info.path) == models.starter_folder().absolute()
    except ModelError:
        return False


def _plain_template(model: Path) -> bytes:
    """What stands in for the chat template of a model that has none: the one training used."""
    begins = False
    if (model / "tokenizer.json").is_file():
        from tokenizers import Tokenizer

        begins = bool(Tokenizer.from_file(str(model / "tokenizer.json")).encode("").ids)
    return PLAIN_TEMPLATE.replace("{{ begin }}", "{{ bos_token }}" if begins else "").encode()


def _result(job_folder: Path) -> dict[str, Any] | None:
    page = journal.read(job_folder / journal.FILE)
    values = next((event["values"] for event in reversed(page.events) if event.get("type") == "result"), None)
    return {name: value for name, value in values.items() if name != "job"} if values else None


def _training_rows(work: Train) -> int | None:
    try:
        return len(data.load_split(Path(work.split.path)).training)
    except StudioError:  # the data set was deleted meanwhile; the adapter is still good
        return None


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
