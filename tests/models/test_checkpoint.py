"""A checkpoint counts only whole."""

import json
from pathlib import Path

import pytest

from studio.errors import JobError
from studio.models import checkpoint


def make(job: Path, step: int, loss: float) -> Path:
    def save(folder: Path) -> None:
        (folder / "weights.safetensors").write_bytes(b"weights of %d" % step)
        (folder / "config.json").write_text("{}")

    return checkpoint.write(job, step, loss, save)


def test_the_best_is_the_lowest_loss_and_the_earliest_of_equals(tmp_path):
    for step, loss in ((5, 2.0), (10, 1.0), (15, 1.0), (100000, 1.5)):
        make(tmp_path, step, loss)
    assert [kept.step for kept in checkpoint.kept(tmp_path)] == [5, 10, 15, 100000]
    assert checkpoint.best(tmp_path).name == "step-000010"
    manifest = checkpoint.verify(checkpoint.best(tmp_path))
    assert (manifest.step, manifest.validation_loss) == (10, 1.0)
    assert set(manifest.files) == {"weights.safetensors", "config.json"}


def test_thinning_goes_by_step(tmp_path):
    for step in (5, 10, 15):
        make(tmp_path, step, 1.0)
    checkpoint.thin(tmp_path, keep={5, 15})
    assert [kept.step for kept in checkpoint.kept(tmp_path)] == [5, 15]
    assert not (tmp_path / "checkpoints" / "step-000010").exists()


def test_writing_the_same_step_again_replaces_it(tmp_path):
    before = checkpoint.fingerprint(make(tmp_path, 5, 2.0))
    place = make(tmp_path, 5, 1.0)
    assert checkpoint.verify(place).validation_loss == 1.0
    assert checkpoint.fingerprint(place) != before


def test_a_crash_while_saving_leaves_none_that_counts(tmp_path):
    make(tmp_path, 5, 2.0)

    def crash(folder: Path) -> None:
        (folder / "weights.safetensors").write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        checkpoint.write(tmp_path, 10, 1.0, crash)
    assert checkpoint.best(tmp_path).name == "step-000005"


@pytest.mark.parametrize("harm", ["change", "remove", "no manifest", "torn manifest", "wrong manifest"])
def test_harmed_ones_are_refused(tmp_path, harm):
    make(tmp_path, 5, 2.0)
    place = make(tmp_path, 10, 1.0)
    manifest = place / "manifest.json"
    if harm == "change":
        (place / "weights.safetensors").write_bytes(b"weights of 11")
    elif harm == "remove":
        (place / "config.json").unlink()
    elif harm == "no manifest":
        manifest.unlink()
    elif harm == "torn manifest":
        manifest.write_text(manifest.read_text()[:40])
    else:
        manifest.write_text(json.dumps({"step": 10}))
    with pytest.raises(JobError):
        checkpoint.verify(place)
    assert checkpoint.best(tmp_path).name == "step-000005"


def test_none_at_all_is_said(tmp_path):
    with pytest.raises(JobError, match="no complete checkpoint"):
        checkpoint.best(tmp_path)
