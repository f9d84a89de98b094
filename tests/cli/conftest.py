"""The real command in a real process, and one home with a finished run that several tests look at."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.tiny import chat_rows


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its one document; fails when stdout holds anything else."""
        return json.loads(self.out)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    return kept | {"PYTHONPATH": str(REPOSITORY), "STUDIO_HOME": str(home), "HF_HUB_OFFLINE": "1"}


@dataclass(frozen=True)
class Studio:
    """Runs `studio` with the home of the test, in a folder of its own."""

    home: Path
    folder: Path

    def __call__(self, *words: object, stdin: str = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "studio", *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment(self.home),
            cwd=self.folder,
            timeout=240,
        )
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def studio(home: Path, tmp_path: Path) -> Studio:
    return Studio(home, tmp_path)


@dataclass(frozen=True)
class Trained:
    """A home in which the tiny model was trained once by `studio train --json`. document: what that printed."""

    studio: Studio
    document: dict[str, Any]
    err: str

    @property
    def job(self) -> str:
        return str(self.document["job"])


@pytest.fixture(scope="package")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    file = folder / "fruit.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(60)), encoding="utf-8")
    studio = Studio(folder / "home", folder)
    done = studio("train", file, "--model", tiny_model, "--method", "lora", "--set", "epochs=3", "--json")
    assert done.code == 0, done.err
    return Trained(studio, done.json(), done.err)
