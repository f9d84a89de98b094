"""spec.json: all that a job process is told. Every file it names comes with the fingerprint the job must find.

A spec never holds a secret: keys go to the job through its standard input.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from studio.errors import JobError

Kind = Literal["prepare", "train", "evaluate", "apply", "export", "hosted"]
VERSION = 1


@dataclass(frozen=True)
class Source:
    """A file or folder the job may read. path: absolute. fingerprint: hex SHA-256 as its room computes it."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class Train:
    """Work of a train job. data: the stored rows (rows.parquet); split: the split file; model: the base model folder.
    options: the method's options in full, already validated."""

    data: Source
    split: Source
    model: Source
    model_name: str
    method: str
    options: dict[str, Any]
    threads: int = 0


@dataclass(frozen=True)
class Evaluate:
    """Work of an evaluate job: base and tuned model on the same rows. part: which part of the split; '' with an empty
    split path means every row of data. checkpoint: the tuned run's checkpoint folder; of a hosted run, the tuned model.
    hosted: where models are at a provider: {provider, address, private, more, models: {base, tuned}}, the base '' when
    it is the one of this machine (model); empty else. model_name is then what the provider calls its base model."""

    data: Source
    split: Source | None
    model: Source
    model_name: str
    checkpoint: Source
    train_job: str
    rows_seen: int
    """How many usable rows the data set had in all; below 40 every verdict is 'cannot tell'."""
    threads: int = 0
    hosted: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepare:
    """Work of a prepare job: makes one version of a data set in the folder `result` of the job.

    files: what was brought in, or the kept originals, in order. name: of the data set. version 1 brings the files in, a
    later one is made from the originals. again: that version is there, and is only measured and divided anew. recipe: as
    JSON. tokenizer: the tokenizer.json that tokens are counted with, None to count none; context: how many of them its
    model reads at once, 0 where that is not known. split: how the rows are divided (see data.dividing). hub: where
    there are no files, the data set of the Hub to be fetched first (see data.hub), of at most limit_bytes.
    """

    files: list[Source]
    name: str
    version: int
    recipe: dict[str, Any]
    tokenizer: Source | None
    split: dict[str, Any]
    threads: int = 0
    hub: str = ""
    limit_bytes: int | None = None
    context: int = 0
    again: bool = False


@dataclass(frozen=True)
class Hosted:
    """Work of a job that a provider does for money. data, split: as for training; the rows go out in a file of theirs.
    mark: what everything of this job is found again by at the provider. price: US dollars per million training tokens;
    cap: the most that may be spent; both as the user confirmed them. private: whether an address inside this network
    may be used. more: what the provider needs besides an address and a key. It never holds a key."""

    data: Source
    split: Source
    provider: str
    address: str
    model: str
    method: str
    options: dict[str, Any]
    mark: str
    price: float
    cap: float
    private: bool
    more: dict[str, str] = field(default_factory=dict)
    threads: int = 1


BODIES: dict[str, type] = {"prepare": Prepare, "train": Train, "evaluate": Evaluate, "hosted": Hosted}


@dataclass(frozen=True)
class Spec:
    """One job: id, kind, name for people, creation time (ISO 8601, UTC) and the work itself."""

    job: str
    kind: Kind
    name: str
    created: str
    work: Prepare | Train | Evaluate | Hosted
    v: int = field(default=VERSION)

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "spec.json").write_text(text, encoding="utf-8")


def read(folder: Path) -> Spec:
    """The spec of a job folder; JobError when it is missing, torn or of a newer version."""
    remedy = "Start the job again from its settings."
    try:
        raw = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
        if raw["v"] > VERSION:
            raise JobError("This job was made by a newer version of the studio.", "Update the studio to open it.")
        body = BODIES[raw["kind"]]
        work = {
            name: [_value(item) for item in value] if isinstance(value, list) else _value(value)
            for name, value in raw["work"].items()
        }
        return Spec(**{**raw, "work": body(**work)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JobError(f"The description of the job in {folder.name} cannot be read.", remedy) from error


def _value(raw: Any) -> Any:
    return Source(**raw) if isinstance(raw, dict) and set(raw) == {"path", "fingerprint"} else raw
