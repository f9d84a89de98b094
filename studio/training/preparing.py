"""From the rows of a split and a base model to all that the loop needs: token ids, the lesson, and what is kept.

One way for written answers (here), one for labels (labels.py), one for pairs of answers (pairs.py); which one a method
takes is its own saying (`teaches`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from studio.data.values import Example
from studio.errors import DataError
from studio.methods.base import Method
from studio.methods.needs import NOTHING, Spared
from studio.methods.training_options import WritingOptions
from studio.models import ModelInfo, loading
from studio.training import kernels, sparing_memory
from studio.training.added import fuse
from studio.training.lesson import Lesson, Writing
from studio.training.reading import Reader
from studio.training.rows import Rows, tokenise
from studio.training.team import SOLO, Team
from studio.training.tokens import Tokens, unkept


class Save(Protocol):
    """Writes what a checkpoint holds. state: its state dict, where the model itself holds a part of it alone."""

    def __call__(self, folder: Path, state: dict[str, Any] | None = None) -> None: ...


@dataclass(frozen=True)
class Prepared:
    """rows, held: training and validation rows, with something to learn each. tokens, trained_tokens: of the training
    rows, once. cut: training rows that were shortened. save(folder): writes what a checkpoint holds. read(): what the
    model answers to a few validation prompts by now, None where it writes nothing. spared: what is done to need less of
    a graphics card."""

    lesson: Lesson[Any]
    rows: Sequence[Any]
    held: Sequence[Any]
    tokens: int
    trained_tokens: int
    cut: int
    notes: tuple[str, ...]
    save: Save
    read: Callable[[], list[dict[str, str]]] | None = None
    spared: Spared = NOTHING


def written(
    info: ModelInfo,
    method: Method,
    options: Any,
    training: Sequence[Example],
    validation: Sequence[Example],
    kept: Tokens = unkept,
    us: Team = SOLO,
) -> Prepared:
    """For methods that teach written answers; DataError when a part has nothing to learn. kept: where tokens may lie
    from an earlier time (tokens.Shelf). us: the processes that train together."""
    limit = options.max_length or info.context
    tokenizer = loading.load_tokenizer(Path(info.path))
    everything = isinstance(options, WritingOptions) and options.learn_from == "everything"
    how = {"limit": limit, "everything": everything}
    rows = kept(info, "training", how, lambda: tokenise(tokenizer, training, limit, everything))
    held = kept(info, "validation", how, lambda: tokenise(tokenizer, validation, limit, everything))
    for part, name in ((rows, "training"), (held, "validation")):
        if not part.rows:
            raise DataError(
                f"None of the {name} examples has an answer that is to be learned.",
                "Add examples, or give some assistant turns a weight other than 0.",
            )
    model, spared, fitting = built(info, method, options, max(len(row.ids) for row in rows.rows), us)
    return Prepared(
        lesson=us.ask(lambda: Writing(model)),
        rows=rows.rows,
        held=held.rows,
        tokens=rows.tokens,
        trained_tokens=rows.trained_tokens,
        cut=rows.cut + rows.answers_cut,
        notes=(*_notes(rows, held, limit), *fitting),
        save=saving(info, method, model),
        read=Reader(model, tokenizer, limit, validation).answers,
        spared=spared,
    )


def built(info: ModelInfo, method: Method, options: Any, longest: int, us: Team) -> tuple[Any, Spared, list[str]]:
    """The base model as the method trains it on rows of at most so many tokens, what is done to spare memory, and what
    the user should know of both."""

    def make(device: str) -> Any:
        four_bits = method.holds == "in 4 bits"
        learning = method.keeps == "adapter" and method.teaches == "text" and not four_bits
        base = loading.load_base(Path(info.path), info.parameters, four_bits, learning, device)
        model = method.build(base, options)
        if method.keeps == "adapter":
            fuse(model)
        return model

    return laid_out(info, method, options, longest, us, make)


def laid_out(
    info: ModelInfo, method: Method, options: Any, longest: int, us: Team, make: Callable[[str], Any]
) -> tuple[Any, Spared, list[str]]:
    """The model that make(device) gives, fitted to the graphics cards of this machine, where there are any."""
    us.let_go()
    spared = sparing_memory.here(method, info, options, longest, us)
    parts = spared.divided > 1
    model = us.take(lambda: seeded(options.seed, lambda: make("cpu" if parts else loading.device())), parts)
    if spared.twice:
        sparing_memory.compute_twice(model)
    return model, spared, [*sparing_memory.told(spared, method, us.count), *kernels.quicken(model)]


def saving(info: ModelInfo, method: Method, model: Any) -> Save:
    """What writes a checkpoint of this model into a folder."""

    def save(folder: Path, state: dict[str, Any] | None = None) -> None:
        method.save(model, folder, info.name, state)
        if method.keeps == "model":
            loading.copy_tokenizer(Path(info.path), folder)
        if method.holds == "in 4 bits":
            loading.mark_four_bits(folder)

    return save


def seeded(seed: int, make: Callable[[], Any]) -> Any:
    """What `make` gives; weights it draws at random are the same for the same seed."""
    import torch

    torch.manual_seed(seed)
    return make()


def _notes(rows: Rows, held: Rows, limit: int) -> list[str]:
    """What the user should know before the first step."""
    told = []
    for count, what in (
        (rows.cut + held.cut, "lost the start of the prompt; the answer is whole"),
        (rows.answers_cut + held.answers_cut, "lost the end of the answer, which alone is longer than that"),
    ):
        if count:
            told.append(f"{examples(count)} longer than {limit:,} tokens {what}.")
    if pieces := rows.in_pieces + held.in_pieces:
        told.append(f"{examples(pieces)} longer than {limit:,} tokens are read in pieces; nothing of them is lost.")
    if left_out := rows.without_targets + held.without_targets:
        told.append(f"{examples(left_out)} left out, because no answer in it is to be learned (weight 0).")
    return told


def examples(count: int) -> str:
    return "1 example" if count == 1 else f"{count:,} examples"
