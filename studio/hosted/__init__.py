"""Hosted tuning: a model at a provider is tuned for money, and followed from here. A job's body is body.py; a further
provider is one file and one line in PROVIDERS. Torch-free throughout.
"""

from dataclasses import replace
from urllib.parse import urlsplit

from studio.errors import UsageError
from studio.hosted.base import Provider
from studio.hosted.openai_places import PLACES

PROVIDERS: tuple[Provider, ...] = (*PLACES,)


def get(name: str, address: str = "") -> Provider:
    """The provider of that id; UsageError names those there are. One without a name of its own is called by the host of
    the address it is reached at."""
    for provider in PROVIDERS:
        if provider.id == name:
            host = urlsplit(address).hostname if address and not provider.named else None
            return replace(provider, title=host) if host else provider
    known = ", ".join(provider.id for provider in PROVIDERS)
    raise UsageError(f"There is no provider called {name}.", f"Choose one of: {known}.", field="provider")
