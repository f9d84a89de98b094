"""What the machine has left, within a container's limits as its files tell them."""

from pathlib import Path

import psutil
import pytest

from studio.jobs.launchers import accelerate
from studio.session import Session
from studio.session.device import free_memory_bytes, tuning_memory_bytes


def test_the_line_says_what_the_numbers_say(session: Session) -> None:
    found = session.device()
    assert found.cores >= 1
    assert f"CPU, {found.cores} core" in found.line
    assert 0 < found.memory_free_bytes <= psutil.virtual_memory().total
    assert found.holder is None


def test_graphics_cards_are_named_first(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerate, "free_bytes", lambda: 79 * 10**9)
    for cards, words in ((1, "1 graphics card, 79 GB free; CPU"), (4, "4 graphics cards, 79 GB free each; CPU")):
        monkeypatch.setattr(accelerate, "cards", lambda cards=cards: cards)
        assert session.device().line.startswith(words)
        assert tuning_memory_bytes() == cards * 79 * 10**9


def test_a_containers_memory_limit_counts_and_its_file_cache_does_not(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("700000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 200000\nactive_file 5\n")
    assert free_memory_bytes(tmp_path) == 500_000


def test_without_a_limit_the_system_counts(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("700000\n")
    assert free_memory_bytes(tmp_path) > 1_000_000
    assert free_memory_bytes(tmp_path / "none") > 1_000_000
