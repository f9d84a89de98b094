"""Where keys for providers are kept: in this process's memory, each for one owner and one address; in the system's own
key store when the user asks for that; or set by whoever runs the studio, for one fixed address each.

A key leaves here only towards the address it was given for. Nothing here writes a key to a file of ours.
"""

import json
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from studio.errors import StorageError, UsageError
from studio.hosted.addresses import origin

SERVICE = "finetune-studio"
LONGEST = 4096


class Keys:
    """Safe to share between threads. operator: a file {"ADDRESS": "KEY", ...} that only the operator can write; '' for
    none. Its keys serve every owner, but exactly those addresses."""

    def __init__(self, operator: str = "") -> None:
        self._given: dict[tuple[str, tuple[str, str, int]], str] = {}
        self._lock = threading.Lock()
        self._operator = _read(operator) if operator else {}

    def give(self, owner: str, address: str, key: str, keep: bool = False) -> None:
        """Remembers the owner's key for this address. keep: in the system's key store as well (StorageError when there
        is none). UsageError for what cannot be a key."""
        key = key.strip()
        if not key or len(key) > LONGEST or not (key.isascii() and key.isprintable()) or " " in key:
            raise UsageError("This is no key.", "Paste the key as the provider shows it, in one piece.", field="key")
        with self._lock:
            self._given[owner, origin(address)] = key
        if keep:
            _store(lambda ring: ring.set_password(SERVICE, _name(owner, address), key))

    def forget(self, owner: str, address: str) -> None:
        """Forgets the owner's key for this address, in the system's key store too."""
        with self._lock:
            self._given.pop((owner, origin(address)), None)
        if can_keep() and _kept(owner, address):
            _store(lambda ring: ring.delete_password(SERVICE, _name(owner, address)))

    def find(self, owner: str, address: str) -> str | None:
        """The key to use for this address: the owner's own, else the one kept for them, else the operator's."""
        with self._lock:
            own = self._given.get((owner, origin(address)))
        return own or _kept(owner, address) or self._operator.get(address.rstrip("/"))

    def every(self) -> tuple[str, ...]:
        """All keys in memory, for whoever must keep them out of a text."""
        with self._lock:
            return (*self._given.values(), *self._operator.values())


def can_keep() -> bool:
    """Whether this system has a key store that the studio can use."""
    if find_spec("keyring") is None:
        return False
    import keyring
    from keyring.backends.fail import Keyring as Nothing

    return not isinstance(keyring.get_keyring(), Nothing)


def _kept(owner: str, address: str) -> str | None:
    if not can_keep():
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, _name(owner, address))
    except KeyringError:
        # A store that is locked or broken has no key for us; the page then asks for it.
        return None


def _store(action: Any) -> None:
    remedy = "The key stays in this studio's memory; give it again after a restart."
    if not can_keep():
        raise StorageError("This system has no key store that the studio can use.", remedy)
    import keyring
    from keyring.errors import KeyringError

    try:
        action(keyring)
    except KeyringError as error:
        raise StorageError("The system's key store refused.", remedy) from error


def _name(owner: str, address: str) -> str:
    scheme, host, port = origin(address)
    return f"{owner}@{scheme}://{host}:{port}"


def _read(path: str) -> Mapping[str, str]:
    remedy = 'Write one JSON object into it: {"https://ADDRESS/v1": "KEY"}.'
    try:
        raw = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
        if not all(isinstance(value, str) for value in raw.values()):
            raise TypeError
        return {str(address).rstrip("/"): key for address, key in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        # The content stays out of the message: it may hold a key.
        raise UsageError("The file with the keys of hosted providers cannot be read.", remedy) from None
