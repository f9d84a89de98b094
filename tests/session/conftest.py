"""A session over a home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.session import Session
from studio.settings import Settings, load


@pytest.fixture
def settings(home: Path) -> Settings:
    return load()


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    with Session(settings) as opened:
        yield opened
