"""Models of this machine that write text: losses on the wanted answers first, of preference rows on the worse answers
too, then greedy answers. Needs torch, through studio.inference.generate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.data.values import Example
from studio.evaluation import prompting
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import Entrant
from studio.evaluation.said import Said

if TYPE_CHECKING:
    from studio.inference.generate import Engine

SPARE_TOKENS = 8
"""Room beyond the longest wanted answer, so that an answer of about its length is not cut."""


def said(group: Sequence[Entrant], contest: Contest) -> Iterator[tuple[Entrant, list[Said]]]:
    """All of one base model: itself, with a prompt, and tuned. What is kept in full needs no model to be loaded."""
    from studio.inference.generate import load

    names = {one.id: "base" if one.checkpoint is None else one.id for one in group}
    contest.ticker.tell("Loading both models" if len(group) == 2 else "Loading the models")
    tuned = {one.id: Path(one.checkpoint.path) for one in group if one.checkpoint}
    assert group[0].model is not None
    engine = load(Path(group[0].model.path), tuned, contest.threads)
    longest = _longest(engine, contest.answers)
    lost = {one.id: _lost(one, names[one.id], engine, contest) for one in group} if contest.judging else {}
    pairs = contest.judging and contest.pairs
    worse = {one.id: _lost(one, names[one.id], engine, contest, worse=True) for one in group} if pairs else {}
    contest.ticker.restart_clock()
    for one in group:
        mark = one.mark(data=contest.data, learned=contest.learned if one.shots else "", longest=longest)

        def ask(left: list[int], one: Entrant = one) -> Iterator[dict[int, Any]]:
            prompts = [asked.prompt for asked in _prompted(one, contest, left)]
            for batch in engine.answer_batches(names[one.id], prompts, longest):
                yield {
                    place: Said(w.text, w.read, w.tokens, round(w.seconds, 4), w.cut).as_json()
                    for place, w in batch.items()
                }

        answers = contest.ticker.follow(contest.kept.through(mark, contest.numbers, ask), f"{one.title} answers")
        whole = (Said.from_json(answers[place]) for place in range(len(contest.numbers)))
        found = (replace(a, loss=lost[one.id][n]) if lost else a for n, a in enumerate(whole))
        yield one, [replace(a, worse=worse[one.id][n]) if worse else a for n, a in enumerate(found)]


def _lost(one: Entrant, name: str, engine: "Engine", contest: Contest, worse: bool = False) -> dict[int, float]:
    """Row -> loss of the wanted answer, or of the one that a preference row likes less. name: of the model in the
    engine."""
    from studio.evaluation.losses import Losses

    def read(left: list[int]) -> Iterator[dict[int, float]]:
        rows = _prompted(one, contest, left)
        if worse:
            rows = [replace(row, messages=(*row.prompt, row.rejected[-1])) for row in rows]
        yield from Losses(engine, rows).batches(name)

    learned = contest.learned if one.shots else ""
    mark = one.mark(data=contest.data, learned=learned, what="loss of the worse" if worse else "loss")
    what = "worse" if worse else "wanted"
    return contest.ticker.follow(
        contest.kept.through(mark, contest.numbers, read), f"{one.title} reads the {what} answers"
    )


def _prompted(entrant: Entrant, contest: Contest, left: Sequence[int]) -> list[Example]:
    """The rows as this entrant is asked them."""
    rows = [contest.examples[place] for place in left]
    if entrant.kind != "prompted":
        return rows
    shots = prompting.chosen(contest.training, entrant.shots)
    return [
        replace(row, messages=(*prompting.prompted(row.prompt, entrant.instructions, shots), row.messages[-1]))
        for row in rows
    ]


def _longest(engine: "Engine", answers: Sequence[str]) -> int:
    ids = engine.loaded.tokenizer(list(answers), add_special_tokens=False)["input_ids"]
    # One more for the token that ends an answer.
    return max(len(row) for row in ids) + 1 + SPARE_TOKENS
