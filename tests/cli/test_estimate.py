"""`studio estimate` in a real process: what a training would take, told before it starts, and nothing is trained."""

from pathlib import Path
from typing import Any

from tests.cli.conftest import Studio, Trained

CONTRACT = {"memory_bytes", "seconds", "disk_bytes", "cost", "ready", "reasons"}


def test_the_document_tells_what_the_training_takes(trained: Trained, tiny_model: Path) -> None:
    file = trained.studio.folder / "fruit.jsonl"
    done = trained.studio("estimate", file, "--model", tiny_model, "--method", "lora", "--set", "epochs=3", "--json")
    assert done.code == 0, done.err
    found: dict[str, Any] = done.json()
    assert set(found) >= CONTRACT
    assert (found["ready"], found["reasons"], found["cost"]) == (True, [], 0.0)
    assert found["seconds"] > 0
    assert found["steps"] == trained.document["steps"]
    assert found["trainable_parameters"] == trained.document["trainable_parameters"]
    assert 0.5 < found["memory_bytes"] / trained.document["peak_memory_bytes"] < 2
    assert 0 < found["disk_bytes"] < 10**8


def test_what_is_in_the_way_is_told_before_anything_is_tried(studio: Studio, chat_file: Path, tiny_model: Path) -> None:
    done = studio("estimate", chat_file, "--model", tiny_model, "--method", "lora", "--set", "rank=65", "--json")
    assert done.code == 1
    found = done.json()
    assert set(found) >= CONTRACT
    assert (found["ready"], found["seconds"]) == (False, None)
    assert "layers of tiny are only 64 wide" in found["reasons"][0]
    assert found["reasons"][0] in done.err
