"""What a place that tunes for money is, and what it can be asked for: the values every provider speaks in, and the
service that a provider's own file implements. The body of a hosted job knows nothing else of any provider.

A provider that wants more than an address and a key (a bucket, a role) names it in `needs`; the page asks for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Method = Literal["supervised", "dpo"]
Status = Literal["validating", "queued", "running", "paused", "succeeded", "failed", "cancelled", "unknown"]
ENDED: tuple[Status, ...] = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens: training (each token once an epoch; None where no source names it), and what a
    tuned model reads (input) and writes (output). as_of: day or month of its source (of the look at it, where it has
    none), source: where it stands. confirmed: it stands on the provider's own page, not in somebody else's table."""

    training: float | None
    input: float
    output: float
    as_of: str
    source: str
    confirmed: bool = False


@dataclass(frozen=True)
class Model:
    """A model that can be tuned. context: most tokens of one training example, 0 unknown. encoding: its vocabulary as
    tiktoken names it, '' when it has none. ends: the day from which it and its tuned children are shut, '' unknown."""

    id: str
    title: str
    methods: tuple[Method, ...] = ("supervised",)
    price: Price | None = None
    context: int = 0
    encoding: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Need:
    """Something a provider must be told before it can work. An address and a key have fields of their own on the page;
    it draws one for each further need, whose value is kept with the run. secret: never kept with it (the key alone)."""

    name: str
    title: str
    info: str
    secret: bool = False


@dataclass(frozen=True)
class Notice:
    """Something a user should know before choosing this provider. source: where it stands."""

    text: str
    source: str


@dataclass(frozen=True)
class Provider:
    """A place that tunes. address: where its API is, '' when the user types it (hint: an example).

    options: our names of options -> the provider's, for what it can be told. always: what is sent with every job.
    auto: whether 'auto' may be said; else an option left alone is not sent. metadata: whether a job carries it.
    parts: whether large files go up in pieces. limits: file_bytes, least_rows, suffix_letters. deploys: whether a tuned
    model must be deployed by hand before it answers. deleting: where to delete what is left there. named: False for a
    place that is called by its address. prices: the page where it names its prices itself.
    """

    id: str
    title: str
    line: str
    address: str
    hint: str
    needs: tuple[Need, ...]
    models: tuple[Model, ...]
    methods: tuple[Method, ...]
    connect: Callable[["Provider", "Connection"], "Service"]
    options: Mapping[str, str]
    always: Mapping[str, Any] = field(default_factory=dict)
    auto: bool = True
    metadata: bool = True
    pauses: bool = False
    parts: bool = False
    deploys: bool = False
    named: bool = True
    file_bytes: int = 512 * 10**6
    least_rows: int = 10
    suffix_letters: int = 64
    notices: tuple[Notice, ...] = ()
    deleting: str = ""
    prices: str = ""

    @property
    def further(self) -> tuple[Need, ...]:
        """What it must be told besides where it is and the key."""
        return tuple(need for need in self.needs if need.name not in ("address", "key"))

    def model(self, name: str) -> Model:
        """The model of that id; one that is not in the register is taken at its word, without price and vocabulary."""
        return next((model for model in self.models if model.id == name), Model(name, name, self.methods))


@dataclass(frozen=True)
class Connection:
    """How to reach a provider. private: whether addresses inside this network may be used. more: what it needs besides
    (needs that are not secret). secrets: by name of the need; the API key is 'key'."""

    address: str
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    private: bool = True
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """A job to be made. training, validation: ids of uploaded files ('' for none). mark: what we find it again by.
    suffix: the user's own name for the model, '' for none. options: by our names, 0 means the provider decides."""

    model: str
    method: Method
    training: str
    validation: str
    mark: str
    suffix: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class RemoteFile:
    id: str
    name: str
    bytes: int
    created: float


@dataclass(frozen=True)
class RemoteJob:
    """A job as the provider tells it. said: its status in the provider's own word. tuned: the tuned model's id, ''
    while there is none. code, fault: why it failed. epochs: None while the provider has not decided. tokens: what it
    charges for, None until the end."""

    id: str
    status: Status
    said: str
    model: str
    tuned: str = ""
    code: str = ""
    fault: str = ""
    epochs: int | None = None
    tokens: int | None = None
    created: float = 0.0
    training: str = ""
    results: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """What was measured at a step; None where it was not. total: steps of the whole job."""

    step: int
    total: int | None
    loss: float | None
    validation: float | None


@dataclass(frozen=True)
class RemoteEvent:
    """id: to see each once. metric: for an event that carries numbers, whose text then repeats them."""

    id: str
    created: float
    text: str
    metric: Metric | None = None


@dataclass(frozen=True)
class RemoteCheckpoint:
    step: int
    model: str


class Service(Protocol):
    """A provider that is connected. Every method raises ServiceError and nothing else; none repeats by itself what
    costs money."""

    def upload(self, path: Path, name: str, kept: Callable[[str], None], begun: Sequence[str] = ()) -> RemoteFile:
        """Sends a file. Of one that goes in parts, `kept` is told each receipt (a line of text), and `begun` gives back
        the receipts of an earlier try, which goes on where it stopped."""
        ...

    def files(self, mark: str) -> list[RemoteFile]:
        """The uploaded files whose name begins with the mark ('' all that a studio sent), newest first."""
        ...

    def delete_file(self, file_id: str) -> None: ...

    def create(self, order: Order) -> RemoteJob: ...

    def find(self, mark: str, training: str) -> list[RemoteJob]:
        """The jobs that carry the mark or learn from that file (one of ours serves one job alone), oldest first."""
        ...

    def job(self, job_id: str) -> RemoteJob: ...

    def events(self, job_id: str, seen: set[str], everything: bool = False) -> list[RemoteEvent]:
        """Events not in `seen`, oldest first; stops at a page without a new one unless `everything`."""
        ...

    def checkpoints(self, job_id: str) -> list[RemoteCheckpoint]: ...

    def results(self, file_id: str) -> bytes: ...

    def cancel(self, job_id: str) -> RemoteJob: ...

    def pause(self, job_id: str) -> RemoteJob: ...

    def resume(self, job_id: str) -> RemoteJob: ...

    def models(self) -> list[str]:
        """Ids of the models this key may use."""
        ...

    def delete_model(self, model: str) -> None: ...

    def close(self) -> None: ...
