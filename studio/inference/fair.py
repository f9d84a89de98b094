"""A lock that is handed on in order of arrival, and whose wait can be called off."""

import threading
from collections import deque

_LOOK_EVERY = 0.05


class FairLock:
    """First come, first served; the standard library's lock promises no order."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self, called_off: threading.Event | None = None) -> bool:
        """Waits for the turn; False, holding nothing, when `called_off` is set before it comes."""
        turn = threading.Event()
        with self._guard:
            if not self._held:
                self._held = True
                return True
            self._waiting.append(turn)
        if called_off is None:
            return turn.wait()
        while not turn.wait(_LOOK_EVERY):
            if called_off.is_set():
                with self._guard:
                    if not turn.is_set():
                        self._waiting.remove(turn)
                        return False
        return True

    def release(self) -> None:
        """Hands the lock to who waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False
