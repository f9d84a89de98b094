"""No job outlives its test."""

import pytest

from studio.jobs import process


@pytest.fixture(autouse=True)
def no_job_is_left(home):
    yield
    for folder in (home / "jobs").glob("*"):
        identity = process.read(folder)
        if identity is not None:
            process.end(identity, patience=0.1)
