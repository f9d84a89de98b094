"""All candidates answer the same rows, one after the other; what each said is kept as it comes. The order is by what
must be loaded: the simple rivals, then models of this machine by their base model, then those elsewhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from studio.evaluation import hosted, labelled, local, rivals
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import Entrant
from studio.evaluation.said import Said
from studio.models import labels as labelling


def passes(entrants: Sequence[Entrant], judging: bool = True, pairs: bool = False) -> int:
    """How often all rows are gone through for these: once for the answers, once for the losses of a model here that
    writes text, and once more where these are rows of two answers."""
    losses = 2 if pairs else 1
    return sum(1 + losses if judging and _writes(one) else 1 for one in entrants)


def said(entrants: Sequence[Entrant], contest: Contest) -> dict[str, list[Said]]:
    """What each of these said to each row, by their ids, in the order of the rows.

    Raises DataError for rows that a classifier cannot be judged on, ModelError for a model that does not load,
    ServiceError where one elsewhere refuses, Stopped when that was asked for.
    """
    found: dict[str, list[Said]] = {}
    for group in _groups(entrants):
        for entrant, one in group(contest):
            found[entrant.id] = one
    return {entrant.id: found[entrant.id] for entrant in entrants}


def _groups(entrants: Sequence[Entrant]) -> Iterator[Any]:
    simple = [one for one in entrants if one.kind == "rival"]
    if simple:
        yield lambda contest: rivals.said(simple, contest)
    telling = [one for one in entrants if one.checkpoint and _tells(one)]
    if telling:
        guess = [one for one in entrants if one.id == "base" and one.checkpoint is None and not one.hosted]
        yield lambda contest: labelled.said([*guess, *telling], contest)
    taken = {one.id for one in (*simple, *telling)} | ({"base"} if telling else set())
    here = [one for one in entrants if one.model and one.id not in taken]
    for path in dict.fromkeys(one.model.path for one in here if one.model):
        group = [one for one in here if one.model and one.model.path == path]
        yield lambda contest, group=group: local.said(group, contest)
    for one in entrants:
        if one.hosted:
            yield lambda contest, one=one: hosted.said(one, contest)


def _tells(entrant: Entrant) -> bool:
    return bool(entrant.checkpoint and (Path(entrant.checkpoint.path) / labelling.FILE).is_file())


def _writes(entrant: Entrant) -> bool:
    return entrant.model is not None and not entrant.hosted and not _tells(entrant)
