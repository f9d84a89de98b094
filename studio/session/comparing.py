"""Who is to be compared beside the base and the tuned model, as a person asks for it, and what that becomes in a
job."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import data
from studio.errors import UsageError
from studio.evaluation import rivals
from studio.evaluation.entrants import FREQUENT, PROMPTED, Entrant
from studio.evaluation.entrants import rivals as simple
from studio.evaluation.prompting import MOST_SHOTS
from studio.jobs.spec import Source
from studio.models import labels as labelling
from studio.session.jobbook import JobBook
from studio.session.providers import Providers
from studio.session.tuned import tuned as best

OTHER = "other"
REMOTE, JUDGE = "remote", "judge"
LONGEST_PROMPT = 20_000


@dataclass(frozen=True)
class Elsewhere:
    """A model at an address that speaks the OpenAI protocol; its key is given to the session's providers before.
    price: US dollars per million tokens read and written, None where it is not known."""

    address: str
    model: str
    price: tuple[float, float] | None = None


@dataclass(frozen=True)
class Beside:
    """What an evaluation compares besides. instructions, shots: of the base model with a prompt, which is compared when
    either is given. runs: further tuned runs. remote: another model. judge, rubric: a model that judges ('' for our
    rubric). measure: what decides, '' for what suits. general: whether forgetting is checked."""

    instructions: str = ""
    shots: int = 0
    runs: tuple[str, ...] = ()
    remote: Elsewhere | None = None
    judge: Elsewhere | None = None
    rubric: str = ""
    measure: str = ""
    general: bool = True


@dataclass(frozen=True)
class Asked:
    """The same for the job: candidates as JSON, the judge as the spec has it, and the keys for both."""

    candidates: list[dict[str, Any]]
    judge: dict[str, Any]
    secrets: dict[str, str]


def asked(
    book: JobBook, providers: Providers, run_id: str, beside: Beside, model: Source, learned: Sequence[Source]
) -> Asked:
    """What the job is told. Raises UsageError for a prompt that is too long or a model without address, name or key,
    JobError for a run that kept nothing."""
    found: list[Entrant] = []
    training = _training(learned)
    classifies = _classifies(book, run_id)
    if not classifies and (beside.instructions.strip() or beside.shots):
        found.append(prompted(beside, model))
    for other in dict.fromkeys(beside.runs):
        if other != run_id:
            run, checkpoint, work = best(book, other)
            found.append(Entrant(f"tuned-{run.id}", "tuned", run.name, work.model, checkpoint))
    secrets: dict[str, str] = {}
    if beside.remote is not None:
        told, secrets[REMOTE] = _elsewhere(providers, beside.remote, REMOTE)
        found.append(
            Entrant(
                REMOTE,
                "remote",
                beside.remote.model,
                hosted=told,
                instructions=beside.instructions,
                shots=beside.shots,
            )
        )
    judge: dict[str, Any] = {}
    if beside.judge is not None:
        judge, secrets[JUDGE] = _elsewhere(providers, beside.judge, JUDGE)
        judge["rubric"] = beside.rubric.strip()
    # In the place of an untuned classifier stands the most frequent label already.
    names = [name for name in rivals.suitable(training) if not (classifies and name == FREQUENT)]
    found += [one for one in simple() if one.id in names]
    return Asked([one.as_json() for one in found], judge, secrets)


def prompted(beside: Beside, model: Source) -> Entrant:
    """The base model with a prompt."""
    if len(beside.instructions) > LONGEST_PROMPT:
        raise UsageError(
            f"The instructions have {len(beside.instructions):,} characters.",
            f"Use at most {LONGEST_PROMPT:,}.",
            field="instructions",
        )
    if not 0 <= beside.shots <= MOST_SHOTS:
        raise UsageError(f"A prompt takes 0 to {MOST_SHOTS} examples.", "Choose fewer.", field="shots")
    return Entrant(
        PROMPTED, "prompted", "Base model with a prompt", model, None, {}, beside.instructions.strip(), beside.shots
    )


def _elsewhere(providers: Providers, model: Elsewhere, secret: str) -> tuple[dict[str, Any], str]:
    from studio import hosted

    address = providers.address(OTHER, model.address)
    if not model.model.strip():
        raise UsageError("The model has no name.", "Write it as its provider calls it.", field="model")
    told = {
        "provider": OTHER,
        "address": address,
        "private": providers.private,
        "more": {},
        "model": model.model.strip(),
        "secret": secret,
        "price": list(model.price) if model.price else None,
    }
    return told, providers.key(hosted.get(OTHER, address), address)


def _training(learned: Sequence[Source]) -> list[data.Example]:
    if not learned or not all(Path(source.path).is_file() for source in learned):
        return []
    examples = data.load_examples(Path(learned[0].path))
    return [examples[row] for row in data.load_split(Path(learned[1].path)).training]


def _classifies(book: JobBook, run_id: str) -> bool:
    run = book.run(book.row(run_id))
    return any((run.folder / "checkpoints").glob(f"step-*/{labelling.FILE}"))
