"""Follows a run on the terminal: one line for each thing worth knowing, and what Ctrl-C does."""

from typing import TYPE_CHECKING, Any

from studio.cli.context import Context
from studio.errors import JobError
from studio.session.values import Run

if TYPE_CHECKING:
    from studio.session import Session


def follow(context: Context, session: "Session", run: Run) -> None:
    """Prints the run's events until it is over. The first Ctrl-C asks it to stop and keep what it has; the second one
    leaves it to itself and gets out as KeyboardInterrupt."""
    printer = Printer(context)
    try:
        context.say(f"{run.name} ({run.id})")
        session.runs.wait(run.id, printer.event)
    except KeyboardInterrupt:
        context.say("Stopping; what has been reached is kept. Press Ctrl-C again not to wait for it.")
        try:
            stop(session, run)
            session.runs.wait(run.id, printer.event)
        except KeyboardInterrupt:
            context.say(f"{run.name} is left running and stops by itself. See it with: studio show {run.id}")
            raise


def stop(session: "Session", run: Run) -> None:
    try:
        session.runs.stop(run.id)
    except JobError:
        # It ended by itself between the key press and the request.
        return


def verdict(context: Context, run: Run) -> int:
    """The exit code of a run that is over; a failed one is told on stderr."""
    if run.state.state in ("finished", "stopped", "cancelled"):
        return 0
    if run.state.state == "paused":
        context.say(f"{run.state.sentence} Go on with: studio resume {run.id}")
        return 0
    failure = run.state.failure
    if failure is not None:
        context.warn(f"{failure.happened} {failure.remedy}")
    else:
        again = f"Go on with: studio resume {run.id}" if run.state.resumable else "Start it again to try once more."
        context.warn(f"{run.state.sentence} {again}")
    return 1


class Printer:
    """Turns events into lines; says nothing twice when a run is followed again from its beginning, and progress only
    by tenths."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen = 0
        self._shown: tuple[str, int] | None = None

    def event(self, event: dict[str, Any]) -> None:
        if event["seq"] <= self._seen:
            return
        self._seen = event["seq"]
        if event["type"] == "progress" and event["total"]:
            reached = (event["what"], 10 * event["done"] // event["total"])
            if reached == self._shown:
                return
            self._shown = reached
        text = line(event)
        if text:
            self._context.say(text)


def line(event: dict[str, Any]) -> str | None:
    """The line for an event, None for one that is not worth a line (single steps)."""
    match event["type"]:
        case "plan":
            course = f"{event['rows']:,} training examples, {event['steps']:,} steps in {event['epochs']} epochs"
            if not event["parameters"]:
                # A provider does not tell how large its model is.
                return f"{course} at {event['device']}"
            return (
                f"{course}; {event['trainable_parameters']:,} of {event['parameters']:,} parameters are trained on "
                f"{event['device']}"
            )
        case "validation":
            best = ", the best so far" if event["best"] else ""
            right = f", {event['right']:,} of {event['of']:,} validation examples right" if event.get("of") else ""
            return (
                f"step {event['step']:,}, epoch {event['epoch']:.2f}: validation loss {event['loss']:.3f}{right}{best}"
            )
        case "progress":
            return f"{event['what']}: {event['done']:,} of {event['total']:,}" if event["total"] else event["what"]
        case "remote":
            return str(event["sentence"])
        case "state" if event["state"] == "waiting":
            return "Another job or chat has the machine; this run waits its turn and starts by itself."
        case "note":
            return str(event["text"])
    return None
