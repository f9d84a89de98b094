"""The stand-in for each test, and jobs over it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import Fake, serving
from tests.hosted.jobs import Made, make


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving() as running:
        yield running


@pytest.fixture
def make_job(fake: Fake, tmp_path: Path) -> Callable[..., Made]:
    """make_job(examples=..., job=..., **work) -> a job that has not run yet."""

    def made(*args: Any, **work: Any) -> Made:
        return make(fake, tmp_path / "work", *args, **work)

    return made
