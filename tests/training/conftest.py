"""A training job set up as the session does it: imported data, a split, the tiny model, a spec."""

import json
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from studio import data, models
from studio.jobs.spec import Source, Spec, Train
from tests.tiny import chat_rows

BeginTwo = Callable[..., list[BaseProcess]]
MakeJob = Callable[..., tuple[Path, Spec]]


@pytest.fixture
def make_job(tmp_path: Path, tiny_model: Path) -> MakeJob:
    """make_job(rows=..., model=..., method=..., **options) -> (job folder, spec)."""

    def make(
        rows: list[dict] | None = None, model: Path = tiny_model, method: str = "lora", **options: Any
    ) -> tuple[Path, Spec]:
        place = tmp_path / f"job{len(list(tmp_path.iterdir()))}"
        dataset, folder = place / "dataset", place / "job"
        dataset.mkdir(parents=True)
        folder.mkdir()
        original = place / "rows.jsonl"
        original.write_text("".join(json.dumps(row) + "\n" for row in rows or chat_rows(60)), encoding="utf-8")
        data.import_file(original, dataset, "rows.jsonl", 10**8)
        stored = dataset / "rows.parquet"
        split = data.save_split(data.make_split(data.load_examples(stored)), dataset)
        info = models.inspect(model)
        work = Train(
            data=Source(str(stored), data.fingerprint(stored)),
            split=Source(str(split), data.fingerprint(split)),
            model=Source(info.path, info.fingerprint),
            model_name="tiny",
            method=method,
            options=options,
            threads=1,
        )
        spec = Spec("job1", "train", "fruit", "2026-01-01T00:00:00Z", work)
        spec.write(folder)
        return folder, spec

    return make


@pytest.fixture
def begin_two() -> Iterator[BeginTwo]:
    """begin_two(folder, free) begins the two processes of a job (together.begin); both are ended with the test."""
    from tests.training import together

    begun: list[BaseProcess] = []

    def begin(folder: Path, free: int | None = None) -> list[BaseProcess]:
        both = together.begin(folder, free)
        begun.extend(both)
        return both

    yield begin
    for one in begun:
        one.kill()
        one.join(30)
