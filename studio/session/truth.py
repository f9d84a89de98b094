"""Whether a scorecard still says what is so: it names run, checkpoint, data version, split and chat template, and each
of these may have changed since."""

import hashlib
import json
from pathlib import Path

from studio import data
from studio.errors import NotFoundError
from studio.evaluation.scorecard import Scorecard
from studio.jobs.spec import Evaluate
from studio.models import checkpoint
from studio.session.datasets import Datasets
from studio.session.values import Run

TEMPLATES = ("chat_template.jinja", "tokenizer_config.json")


def template_print(folder: Path) -> str:
    """Hex SHA-256 of the chat template in a model folder; of nothing where it has none."""
    text = ""
    for name in TEMPLATES:
        path = folder / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if name.endswith(".json"):
                text = _inside(text)
            break
    return hashlib.sha256(text.encode()).hexdigest()


def stale(card: Scorecard, work: Evaluate, run: Run, datasets: Datasets) -> list[str]:
    """What changed since, a sentence each; empty while the scorecard holds."""
    found = []
    if not work.hosted:
        if _best_print(run.folder) != card.checkpoint:
            found.append("The run has another best state by now than the one that was judged.")
        if not Path(work.model.path).is_dir():
            found.append("The base model it was judged with is no longer there.")
        elif card.template and template_print(Path(work.model.path)) != card.template:
            found.append("The chat template of the base model is another one by now.")
    # Judged on rows of another file, it says nothing about the run's own data.
    return found + (_data_changed(card, run, datasets) if card.split else [])


def _data_changed(card: Scorecard, run: Run, datasets: Datasets) -> list[str]:
    if run.dataset is None:
        return ["The data set it was judged on was deleted."]
    try:
        dataset = datasets.get(run.dataset)
    except NotFoundError:
        return ["The data set it was judged on was deleted."]
    if card.version is not None and dataset.version != card.version:
        return [
            f"The data set has changed since: it was judged on version {card.version}, and stands at version "
            f"{dataset.version}."
        ]
    if dataset.version and data.fingerprint(datasets.split_file(dataset.id)) != card.split:
        return ["The data set is divided in another way by now, so other rows are held out."]
    return []


def _best_print(folder: Path) -> str:
    """The fingerprint of the best checkpoint by what the manifests say; nothing is hashed but the manifest."""
    losses = []
    for path in sorted((folder / checkpoint.FOLDER).glob(f"step-*/{checkpoint.MANIFEST}")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            losses.append((float(raw["validation_loss"]), int(raw["step"]), path.parent))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return checkpoint.fingerprint(min(losses)[2]) if losses else ""


def _inside(text: str) -> str:
    try:
        return json.dumps(json.loads(text).get("chat_template") or "")
    except (ValueError, AttributeError):
        return text
