"""What the machine has left, within a container's limits as its files tell them."""

from pathlib import Path

import psutil

from studio.session import Session
from studio.session.device import free_memory_bytes


def test_the_line_says_what_the_numbers_say(session: Session) -> None:
    found = session.device()
    assert found.cores >= 1
    assert found.line.startswith(f"CPU, {found.cores} core")
    assert 0 < found.memory_free_bytes <= psutil.virtual_memory().total
    assert found.holder is None


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
