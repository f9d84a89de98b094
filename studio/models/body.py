"""What a fetch job does: brings a base model of the Hub into its folder `model`, looked at; the session takes it over
from there. A job that was stopped or failed leaves nothing there."""

import math
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from studio.errors import CancelledError, JobError
from studio.jobs import control
from studio.jobs.events import Progress, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Fetch, Spec
from studio.models import hub, inspection
from studio.models.catalogue import card_of

MODEL = "model"
TOKEN = "token"
FETCHING = "Fetching {name}"
TELL_SECONDS = 0.5
MEGABYTE = 10**6


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Fetches as the spec says and journals it to the last word (finished or stopped).

    secrets: the Hub's token as 'token', for a model that is not handed out without. Raises StudioError in the user's
    words for a model that is not there, not to be had, not safe or not fit.
    """
    work = spec.work
    if not isinstance(work, Fetch):
        raise JobError("This job fetches no model.", "Choose the model again on the Method tab.")
    # Before the Hub's library is loaded: plain downloads, whose progress is told, and no counting of its users.
    os.environ.update(HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    journal.append(State("running"))
    place = folder / MODEL
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    card, told = card_of(work.repository), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            # Rounded up, so that the smallest of models has a bar as well.
            whole = math.ceil(total / MEGABYTE)
            journal.append(Progress(FETCHING.format(name=work.repository), done // MEGABYTE, whole, unit="MB"))

    try:
        found = hub.fetch(
            work.repository,
            place,
            secrets.get(TOKEN, ""),
            tell,
            lambda: control.requested(folder) == "stop",
            brings_code=card is not None and card.brings_code,
        )
        info = inspection.inspect(place, work.repository)
    except CancelledError:
        shutil.rmtree(place, ignore_errors=True)
        journal.append(State("stopped"))
        return
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    licence = info.licence or found.licence
    journal.append(Result({"model": work.repository, "commit": found.commit, "bytes": found.bytes, "licence": licence}))
    journal.append(State("finished"))
