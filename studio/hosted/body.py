"""What a hosted job does: rows to the provider's file, upload, order, follow to the end. The steps that cost money go
through steady.once; what comes back is told by following.py.

Started again after a crash, it goes through the same steps: what was done is known from intents.jsonl and from the
provider's own lists, what was told from the journal.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from studio import data, hosted
from studio.data.values import Example
from studio.errors import DataError, JobError, LostSightError, ServiceError, StudioError
from studio.hosted import addresses, price, rows, tokens
from studio.hosted.base import ENDED, Connection, Order, Provider, Service
from studio.hosted.course import Course
from studio.hosted.following import Follower, Stopped
from studio.hosted.intents import Intents
from studio.hosted.openai_words import MARK
from studio.hosted.options import validated
from studio.hosted.steady import Pace, Steady
from studio.jobs import control
from studio.jobs.events import Note, Remote, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Hosted, Spec

QUICK = Pace(poll=0.5)
"""A service on this machine is asked more often."""
FILES = {"training": "training.jsonl", "validation": "validation.jsonl"}


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str], pace: Pace | None = None) -> None:
    """Tunes as the spec says and journals it to the last word (finished, stopped or failed).

    secrets: what the provider needs and is not kept, by name; the API key is 'key'. LostSightError, without a last
    word, when what was ordered goes on and cannot be followed now.
    """
    work = spec.work
    if not isinstance(work, Hosted):
        raise JobError("This job is not a hosted one.", "Start it again from the Method tab.")
    provider = hosted.get(work.provider, work.address)
    connection = Connection(work.address, secrets, work.private, work.more)
    service = provider.connect(provider, connection)
    try:
        _Tuning(folder, spec, work, journal, provider, service, pace or _pace(work.address)).run()
    finally:
        service.close()


def _pace(address: str) -> Pace:
    return QUICK if addresses.is_loopback(address) else Pace()


class _Tuning:
    def __init__(
        self,
        folder: Path,
        spec: Spec,
        work: Hosted,
        journal: Journal,
        provider: Provider,
        service: Service,
        pace: Pace,
    ) -> None:
        self.folder = folder
        self.spec = spec
        self.work = work
        self.journal = journal
        self.provider = provider
        self.service = service
        self.intents = Intents(folder)
        self.steady = Steady(pace, self._note, self._leave, self._stop)

    def run(self) -> None:
        # From here on nobody ends this process by force; what it began it has to look after.
        self._tell("preparing", f"Getting ready for {self.provider.title}.")
        self.journal.append(State("running"))
        try:
            self._run()
        except (LostSightError, Stopped):
            raise
        except Exception as error:
            job = self.intents.entry("job")
            if not (job.id or job.unsure):
                raise
            happened = error.happened if isinstance(error, StudioError) else "The studio's own process met a fault."
            raise LostSightError(happened, "Follow the job again with your key.") from error

    def _run(self) -> None:
        training, validation = self._verified()
        method = rows.method_for(training)
        options = validated(self.provider, method, self.work.options)
        model = self.provider.model(self.work.model)
        rows.refuse(rows.check(training, validation, self.provider, method, model.context))
        counted = tokens.count(training, method, model.encoding or tokens.encoding_of(model.id))
        epochs = options.epochs or price.epochs_by_rule(len(training))
        self._affordable(counted.tokens * epochs)
        course = Course(len(training), len(validation), counted.tokens, epochs)
        try:
            files = {
                part: self._uploaded(part, examples, method)
                for part, examples in (("training", training), ("validation", validation))
                if examples
            }
            order = Order(
                self.work.model,
                method,
                files["training"],
                files.get("validation", ""),
                self.work.mark,
                options.suffix,
                options.model_dump(),
            )
            job = self._ordered(order)
        except (Stopped, ServiceError) as error:
            self._nothing_ordered(error)
            return
        follower = Follower(self.folder, self.spec, self.journal, self.provider, self.service, self.steady)
        failure = follower.run(job, course, lambda: self._only(job))
        if failure is not None:
            self.journal.append(failure)
            self.journal.append(State("failed"))

    def _verified(self) -> tuple[list[Example], list[Example]]:
        """The training and validation rows, if they are still what the spec names."""
        work = self.work
        for source in (work.data, work.split):
            path = Path(source.path)
            if not path.is_file() or data.fingerprint(path) != source.fingerprint:
                raise DataError(
                    "The data set of this run was changed or removed since the run was set up.",
                    "Set up the run again with the data as it is now.",
                )
        examples, split = data.load_examples(Path(work.data.path)), data.load_split(Path(work.split.path))
        return [examples[row] for row in split.training], [examples[row] for row in split.validation]

    def _affordable(self, total: int) -> None:
        amount = price.cost(total, self.work.price)
        if amount > self.work.cap:
            limit = price.dollars(self.work.cap)
            raise JobError(
                f"This would cost about {price.dollars(amount)}, more than the limit of {limit}.",
                "Raise the limit, or use fewer epochs or a cheaper model.",
            )

    def _uploaded(self, part: str, examples: list[Example], method: rows.Method) -> str:
        path = self.folder / FILES[part]
        size = rows.write(examples, method, path)
        name = f"{MARK}-{self.work.mark}-{path.name}"

        def post() -> str:
            begun = self.intents.entry(part).receipts
            sent = self.service.upload(path, name, lambda receipt: self.intents.write(part, "receipt", receipt), begun)
            if sent.bytes not in (0, size):
                self.service.delete_file(sent.id)
                raise ServiceError(
                    f"{self.provider.title} got {sent.bytes:,} of {size:,} bytes.", "Start again.", again=True
                )
            return sent.id

        def find() -> str | None:
            """A file of this name that arrived whole; halves of it are deleted."""
            whole = None
            for file in self.service.files(name):
                if file.bytes in (0, size):
                    whole = file.id
                else:
                    self.service.delete_file(file.id)
            return whole

        if not self.intents.entry(part).id:
            self._tell("uploading", f"Sending the {part} examples to {self.provider.title}.")
        return self.steady.once(self.intents, part, f"the file of the {part} examples", post, find)

    def _ordered(self, order: Order) -> str:
        def find() -> str | None:
            found = self.service.find(order.mark, order.training)
            return found[0].id if found else None

        if not self.intents.entry("job").id:
            self._tell("ordering", f"Asking {self.provider.title} for the job.")
        return self.steady.once(self.intents, "job", "the job", lambda: self.service.create(order).id, find)

    def _only(self, job: str) -> None:
        """Cancels what else carries our mark: an order that the provider carried out late. One that was asked for once
        alone cannot be there twice."""
        if self.intents.entry("job").tries < 2:
            return
        with suppress(ServiceError):
            for other in self.service.find(self.work.mark, self.intents.entry("training").id):
                if other.id != job and other.status not in ENDED:
                    self.service.cancel(other.id)
                    self._note(f"{self.provider.title} had made the job twice; the second one was cancelled.")

    def _nothing_ordered(self, error: Exception) -> None:
        """The end of a job that was never made: what was uploaded for it is deleted there."""
        for part in FILES:
            if file := self.intents.entry(part).id:
                with suppress(ServiceError):
                    self.service.delete_file(file)
        if not isinstance(error, Stopped):
            raise error
        self._tell("cancelled", "Stopped before anything was ordered, so nothing is charged.")
        self.journal.append(State("stopped"))

    def _tell(self, status: str, sentence: str) -> None:
        self.journal.append(Remote(self.provider.title, status, sentence, self.intents.entry("job").id, ""))

    def _note(self, text: str) -> None:
        self.journal.append(Note(text))

    def _leave(self) -> None:
        """A signal ends this process, not the job: a machine that goes down must not cancel what was paid for."""
        if control.requested(self.folder) and control.read(self.folder) is None:
            raise LostSightError("The process that followed it was asked to end.", "Follow it again with your key.")

    def _stop(self) -> None:
        asked = control.read(self.folder)
        if asked is not None and asked.what == "stop":
            raise Stopped
