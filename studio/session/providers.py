"""Providers that tune for money, as one owner sees them: where they are, keys for them, and what lies there."""

import builtins
from collections.abc import Mapping
from contextlib import closing

from studio import hosted
from studio.errors import NotFoundError, UsageError
from studio.hosted import addresses
from studio.hosted.base import Connection, Provider, RemoteFile, Service
from studio.hosted.keys import Keys, can_keep
from studio.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Providers:
    def __init__(self, settings: Settings, owner: str, keys: Keys) -> None:
        self._owner = owner
        self._keys = keys
        # Whoever may reach addresses inside this network through us is the one who sits at this machine.
        self.private = settings.host in LOOPBACK and not settings.space

    def list(self) -> tuple[Provider, ...]:
        return hosted.PROVIDERS

    def address(self, provider_id: str, address: str = "") -> str:
        """The provider's own address, or the one that was typed; UsageError for one that no key is sent to."""
        provider = hosted.get(provider_id)
        return addresses.checked(provider.address or address, self.private)

    def give_key(self, provider_id: str, address: str, key: str, keep: bool = False) -> None:
        """Remembers the owner's key for this provider; keep: in the system's key store too."""
        self._keys.give(self._owner, self.address(provider_id, address), key, keep and self.can_keep())

    def forget_key(self, provider_id: str, address: str = "") -> None:
        self._keys.forget(self._owner, self.address(provider_id, address))

    def has_key(self, provider_id: str, address: str = "") -> bool:
        """Whether there is a key for this provider; the key itself never leaves towards a page."""
        try:
            return self._keys.find(self._owner, self.address(provider_id, address)) is not None
        except UsageError:
            return False

    def can_keep(self) -> bool:
        """Whether this system has a key store for its one user; one that several people share is nobody's own."""
        return self.private and can_keep()

    def files(
        self, provider_id: str, address: str = "", more: Mapping[str, str] | None = None
    ) -> builtins.list[RemoteFile]:
        """The files that a studio sent to the provider and that still lie there, newest first. more: what it needs
        besides an address and a key, here and below."""
        with closing(self.service(provider_id, address, more)) as service:
            return service.files("")

    def delete_file(self, provider_id: str, address: str, file_id: str, more: Mapping[str, str] | None = None) -> None:
        """Deletes one of them there; NotFoundError for a file that is not ours."""
        with closing(self.service(provider_id, address, more)) as service:
            if all(file.id != file_id for file in service.files("")):
                raise NotFoundError("There is no such file of this studio there.", "Look at the list again.")
            service.delete_file(file_id)

    def service(self, provider_id: str, address: str, more: Mapping[str, str] | None = None) -> Service:
        """The provider, connected with the owner's key; close it after use."""
        provider = hosted.get(provider_id, address)
        return provider.connect(provider, self.connection(provider, self.address(provider_id, address), more))

    def connection(self, provider: Provider, address: str, more: Mapping[str, str] | None = None) -> Connection:
        """How to reach it, key included; UsageError without a key. Not for a page."""
        return Connection(address, {"key": self.key(provider, address)}, self.private, more or {})

    def key(self, provider: Provider, address: str) -> str:
        found = self._keys.find(self._owner, address)
        if found is None:
            raise UsageError(f"There is no key for {provider.title}.", "Give the key that you got there.", field="key")
        return found


def told(provider: Provider, more: Mapping[str, str]) -> dict[str, str]:
    """What the provider needs besides an address and a key, from what was typed; UsageError for what is missing."""
    given = {need.name: more.get(need.name, "").strip() for need in provider.further}
    for need in provider.further:
        if not given[need.name]:
            raise UsageError(f"{provider.title} needs to know: {need.title}.", need.info, field=need.name)
    return given
