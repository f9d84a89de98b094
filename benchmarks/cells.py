"""One training with its score, as a cell that is measured once and kept: a long benchmark can be stopped and goes on.

A cell's key names everything that can change its value: the model by its fingerprint, the rows, the options.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio import methods, models
from studio.data.values import Example
from studio.jobs import processors
from studio.jobs.journal import Journal
from studio.models import ModelInfo, checkpoint

KEPT = Path("build") / "bench"


class Cells:
    """Scores by key in build/bench/NAME.jsonl, each written as soon as it is there."""

    def __init__(self, name: str) -> None:
        self._file = KEPT / f"{name}.jsonl"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.is_file() else []
        self._found = {cell["key"]: cell for cell in map(json.loads, lines)}

    def get(self, what: dict[str, Any], measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The cell of that description, measured now when it is not there yet."""
        key = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
        if key not in self._found:
            cell = {"key": key, **what, "scores": measure()}
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(cell) + "\n")
            self._found[key] = cell
            told = {name: value for name, value in cell["scores"].items() if name != "each"}
            print({name: cell[name] for name in ("model", "task", "draw", "rate")}, told, flush=True)
        scores: dict[str, Any] = self._found[key]["scores"]
        return scores


def trained(
    info: ModelInfo,
    method_id: str,
    options: dict[str, Any],
    training: Sequence[Example],
    validation: Sequence[Example],
    score: Callable[[Path], dict[str, Any]],
) -> dict[str, Any]:
    """What `score` makes of the best checkpoint of a training with these options."""
    import torch

    from studio.training import body

    torch.set_num_threads(processors.allowed())
    method = methods.get(method_id)
    values = methods.validate(method_id, options, info)
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder)) as journal:
        ready = body.PREPARE[method.teaches](info, method, values, training, validation)
        loop = body.looped(Path(folder), journal, ready, method, values)
        loop.run()
        assert loop.best is not None
        return {**score(checkpoint.best(Path(folder))), "loss": loop.best.loss, "seconds": loop.seconds}


def random_like(info: ModelInfo, seed: int = 17) -> ModelInfo:
    """A model of the same shape and tokenizer with random weights, made once."""
    folder = KEPT / f"random-{info.fingerprint[:12]}"
    if not (folder / "config.json").is_file():
        import torch
        from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

        from studio.models import loading

        torch.manual_seed(seed)
        config = AutoConfig.from_pretrained(info.path)
        kind = AutoModelForCausalLM if info.kind == "decoder" else AutoModel
        folder.mkdir(parents=True, exist_ok=True)
        loading.copy_tokenizer(Path(info.path), folder)
        kind.from_config(config, dtype=torch.float32).save_pretrained(folder)
    return models.inspect(folder, name=f"random {info.kind}")
