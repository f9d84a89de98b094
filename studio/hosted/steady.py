"""How a hosted job talks to a provider that stumbles: waits and asks again where asking costs nothing, and does what
costs money at most once.

A paid step is written down before it is asked for (intents.py). Where no answer came, the provider's own lists are
looked through, several times over a while, before it is asked for again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from studio.errors import LostSightError, ServiceError
from studio.hosted.intents import Intents

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Pace:
    """Seconds. poll: between two looks at a job. first, longest: the shortest and longest wait before asking again; it
    doubles in between. settle: the waits between looks for something that may still appear. tries: how often a paid
    step, or a look before one, is tried in all. tell: how long a silence is before the user hears of it. guard: between
    two looks for a second job, where there could be one, for so long as `guarded`."""

    poll: float = 5.0
    first: float = 1.0
    longest: float = 60.0
    settle: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    tries: int = 5
    tell: float = 20.0
    guard: float = 30.0
    guarded: float = 900.0


class Steady:
    """tell: a note for the user. leave: raises when this process has to end at once. stop: raises when the user asked
    to stop and nothing has to be looked after."""

    def __init__(
        self,
        pace: Pace,
        tell: Callable[[str], None],
        leave: Callable[[], None],
        stop: Callable[[], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pace = pace
        self._tell = tell
        self._leave = leave
        self._stop = stop
        self._sleep = sleep

    def pause(self, seconds: float) -> None:
        """Waits, and looks meanwhile whether this process has to end."""
        while seconds > 0:
            self._leave()
            piece = min(seconds, 0.5)
            self._sleep(piece)
            seconds -= piece
        self._leave()

    def read(self, ask: Callable[[], Answer], tries: int | None = None) -> Answer:
        """The answer to what may be asked as often as one likes; waits out whatever passes, at most `tries` times
        (None: for ever). ServiceError for a refusal."""
        silent, told, number = 0.0, False, 0
        while True:
            try:
                answer = ask()
            except ServiceError as error:
                number += 1
                if not error.again or number == tries:
                    raise
                wait = self._wait(error, number)
                silent += wait
                if silent > self.pace.tell and not told:
                    self._tell(f"{error.happened} It is asked again until it answers.")
                    told = True
                self.pause(wait)
            else:
                if told:
                    self._tell("There is an answer again.")
                return answer

    def once(
        self, intents: Intents, what: str, title: str, post: Callable[[], str], find: Callable[[], str | None]
    ) -> str:
        """Does a paid step at most once; the id of what it made. title: what it makes, for people ("the job").

        post asks for it; find looks for it and gives its id. ServiceError for a refusal, LostSightError when it cannot
        be known whether the step was done.
        """
        number = 0
        while True:
            entry = intents.entry(what)
            if entry.id:
                return entry.id
            if entry.unsure and (found := self._appears(title, find)):
                intents.write(what, "done", found)
                continue
            self._stop()
            intents.write(what, "intended")
            try:
                intents.write(what, "done", post())
            except ServiceError as error:
                number += 1
                if not error.unsure:
                    intents.write(what, "refused")
                if not error.again:
                    raise
                if number == self.pace.tries:
                    # What may exist is looked for once more, so that nothing paid is ever left out of sight.
                    if error.unsure and (found := self._appears(title, find)):
                        intents.write(what, "done", found)
                        continue
                    intents.write(what, "refused")
                    raise
                if error.unsure and number == 1:
                    self._tell(f"{error.happened} Before {title} is asked for again, its lists are looked through.")
                self.pause(self._wait(error, number))

    def _appears(self, title: str, find: Callable[[], str | None]) -> str | None:
        """What was asked for without an answer, if it appears within a while."""
        for wait in (*self.pace.settle, None):
            try:
                found = self.read(find, self.pace.tries)
            except ServiceError as error:
                raise LostSightError(
                    f"{error.happened} So it is not known whether {title} was made there.", error.remedy
                ) from None
            if found or wait is None:
                return found
            self.pause(wait)
        return None

    def _wait(self, error: ServiceError, number: int) -> float:
        """What the answer asks for, else twice as long each time."""
        if error.wait is not None:
            return error.wait
        return min(self.pace.longest, self.pace.first * 2 ** min(number - 1, 10))
