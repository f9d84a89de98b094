"""spec.json: all that a job process is told. Every file it names comes with the fingerprint the job must find.

A spec never holds a secret: keys go to the job through its standard input.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from studio.errors import JobError

Kind = Literal["prepare", "train", "evaluate", "apply", "export", "hosted", "rehearse", "fetch", "merge"]
VERSION = 1


@dataclass(frozen=True)
class Source:
    """A file or folder the job may read. path: absolute. fingerprint: hex SHA-256 as its room computes it."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class Train:
    """Work of a train job. data: the stored rows (rows.parquet); split: the split file; model: the base model folder.
    options: the method's options in full, already validated. search: whether the best values are looked for, beginning
    with these (see methods.search). tracking: where its numbers are shown as well (see settings.TRACKERS), in which
    project there."""

    data: Source
    split: Source
    model: Source
    model_name: str
    method: str
    options: dict[str, Any]
    threads: int = 0
    search: bool = False
    tracking: list[str] = field(default_factory=list)
    tracking_project: str = ""


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
    candidates: list[dict[str, Any]] = field(default_factory=list)
    """Who is compared beside base and tuned: evaluation.entrants.Entrant as JSON."""
    learned: list[Source] = field(default_factory=list)
    """Rows and split that the run was trained on, for examples in a prompt and for the simple rivals."""
    earlier: list[Source] = field(default_factory=list)
    """Answers that other evaluations of the run have kept; what is among them is not asked again."""
    measure: str = ""
    """The measure that decides; '' for the one that suits the answers."""
    judge: dict[str, Any] = field(default_factory=dict)
    """A language model that judges: {provider, address, private, more, model, secret, price, rubric}; empty: none."""
    general: bool = False
    """Whether the models also read the general texts that ship, to see what was forgotten."""
    version: int | None = None
    """Which version of the data set the rows are from."""
    template: str = ""
    """Fingerprint of the chat template that base and tuned model are asked through."""


@dataclass(frozen=True)
class Apply:
    """Work of an apply job: one candidate answers every row of a table. file: the table, which keeps its name; column:
    where the input stands, '' for rows of chat turns. system: a system turn before each. answer, probability: names of
    the columns that are added. candidate, learned, earlier, hosted: as for an evaluation. rows: how many there are."""

    file: Source
    name: str
    column: str
    system: str
    answer: str
    candidate: dict[str, Any]
    learned: list[Source]
    earlier: list[Source]
    rows: int
    threads: int = 0
    probability: str = ""


@dataclass(frozen=True)
class Prepare:
    """Work of a prepare job: makes one version of a data set in the folder `result` of the job.

    files: what was brought in, or the kept originals, in order. name: of the data set. version 1 brings the files in, a
    later one is made from the originals. again: it is there, and is only measured and divided anew. recipe: as
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


@dataclass(frozen=True)
class Fetch:
    """Work of a job that brings a base model of the Hub to this machine. repository: owner/name."""

    repository: str
    threads: int = 1


@dataclass(frozen=True)
class Merge:
    """Work of a job that joins a tuned addition with its base model into a whole one. model: the base model's folder,
    checkpoint: the addition's."""

    model: Source
    model_name: str
    checkpoint: Source
    threads: int = 0


BODIES: dict[str, type] = {
    "prepare": Prepare,
    "train": Train,
    "rehearse": Train,
    "evaluate": Evaluate,
    "apply": Apply,
    "hosted": Hosted,
    "fetch": Fetch,
    "merge": Merge,
}


@dataclass(frozen=True)
class Spec:
    """One job: id, kind, name for people, creation time (ISO 8601, UTC) and the work itself."""

    job: str
    kind: Kind
    name: str
    created: str
    work: Prepare | Train | Evaluate | Apply | Hosted | Fetch | Merge
    v: int = field(default=VERSION)
    owner: str = "local"
    """Whose job it is; others are told nothing of it but that the device is taken."""

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
