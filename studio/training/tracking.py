"""Mirrors the numbers of a training to Weights & Biases, Trackio or TensorBoard, as the settings of the studio say.

Numbers and options alone: no example, no answer, no path of this machine. All lies in HOME/tracking; only Weights &
Biases sends it away, and only where a key was given. Whatever goes wrong with a tracker is told once, and the training
goes on. The journal stays the truth about a job.
"""

import contextlib
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from studio.jobs.events import Event, Note, Step, Validation
from studio.jobs.journal import Journal
from studio.jobs.spec import Spec, Train

WANDB_KEY = "WANDB_API_KEY"
"""Among the secrets of a job."""
INIT_SECONDS = 20


class Tracker(Protocol):
    def log(self, values: Mapping[str, float], step: int) -> None:
        """Numbers by name ('train/loss'), after so many steps."""
        ...

    def end(self) -> None: ...


class _Wandb:
    """Offline where there is no key: `wandb sync` takes it away later."""

    def __init__(self, place: Path, spec: Spec, work: Train, key: str | None) -> None:
        import wandb

        place.mkdir(parents=True, exist_ok=True)
        settings = wandb.Settings(
            api_key=key,
            silent=True,
            console="off",
            disable_git=True,
            disable_code=True,
            init_timeout=INIT_SECONDS,
            x_disable_meta=True,
            x_disable_stats=True,
        )
        self._run = wandb.init(
            project=work.tracking_project,
            id=spec.job,
            name=spec.name,
            resume="allow",
            dir=str(place),
            mode="online" if key else "offline",
            config=_about(work),
            settings=settings,
        )

    def log(self, values: Mapping[str, float], step: int) -> None:
        self._run.log(dict(values), step=step)

    def end(self) -> None:
        self._run.finish()


class _Trackio:
    """On this machine alone, whatever else its variables say; what it prints is dropped, for its addresses can hold a
    token that lets others write."""

    def __init__(self, place: Path, spec: Spec, work: Train, key: str | None) -> None:
        for name in ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL", "TRACKIO_WRITE_TOKEN"):
            os.environ.pop(name, None)
        os.environ["TRACKIO_DIR"] = str(place)
        with _unheard():
            import trackio

            self._run = trackio.init(
                project=work.tracking_project,
                name=spec.job,
                resume="allow",
                config={**_about(work), "title": spec.name},
                auto_log_gpu=False,
                auto_log_cpu=False,
                embed=False,
            )

    def log(self, values: Mapping[str, float], step: int) -> None:
        with _unheard():
            self._run.log(dict(values), step=step)

    def end(self) -> None:
        import trackio

        with _unheard():
            trackio.finish()


class _Tensorboard:
    def __init__(self, place: Path, spec: Spec, work: Train, key: str | None) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(place / work.tracking_project / spec.job))
        self._writer.add_text("options", "\n".join(f"    {name}: {value}" for name, value in _about(work).items()))

    def log(self, values: Mapping[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def end(self) -> None:
        self._writer.close()


TITLES = {"wandb": "Weights & Biases", "trackio": "Trackio", "tensorboard": "TensorBoard"}
_OPEN: dict[str, Callable[[Path, Spec, Train, str | None], Tracker]] = {
    "wandb": _Wandb,
    "trackio": _Trackio,
    "tensorboard": _Tensorboard,
}


@contextlib.contextmanager
def followed(folder: Path, spec: Spec, work: Train, journal: Journal, secrets: Mapping[str, str]) -> Iterator[None]:
    """While this is open, what the journal is told of steps and checks is told to the trackers of the spec as well."""
    open_ones: dict[str, Tracker] = {}

    def attempt(name: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - foreign services fail in any way, and none may cost a training
            open_ones.pop(name, None)
            journal.append(Note(_failed(name, error)))

    def start(name: str) -> None:
        open_ones[name] = _OPEN[name](folder.parent.parent / "tracking" / name, spec, work, secrets.get(WANDB_KEY))

    def mirror(event: Event) -> None:
        values = _numbers(event)
        if values:
            step = event.step if isinstance(event, Step | Validation) else 0
            for name, tracker in list(open_ones.items()):
                attempt(name, partial(tracker.log, values, step))

    for name in work.tracking:
        attempt(name, partial(start, name))
    journal.follower = mirror
    try:
        yield
    finally:
        journal.follower = None
        for name, tracker in list(open_ones.items()):
            attempt(name, tracker.end)


def _numbers(event: Event) -> dict[str, float]:
    names: tuple[str, ...]
    if isinstance(event, Step):
        part, names = "train", ("loss", "learning_rate", "tokens_per_second", "tokens", "epoch", "memory_bytes")
    elif isinstance(event, Validation):
        part, names = "validation", ("loss", "right", "macro_f1", "margin")
    else:
        return {}
    found = {f"{part}/{name}": getattr(event, name) for name in names}
    return {name: float(value) for name, value in found.items() if value is not None and math.isfinite(value)}


def _about(work: Train) -> dict[str, Any]:
    return {"method": work.method, "model": work.model_name, **work.options}


def _failed(name: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"{TITLES[name]} is not installed, so this run is not shown there. Install finetune-studio[tracking]."
    return f"{TITLES[name]} does not work ({type(error).__name__}), so this run is not shown there any further."


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
