"""What is fetched from the Hub, and how what cannot be fetched is told; from a stand-in on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.data import hub
from studio.errors import CancelledError, DataError, ServiceError, StudioError
from tests.fakes.hub import GATED, Hub
from tests.fakes.hub import hub as stand_in

ROWS = b'{"prompt": "a", "completion": "b"}\n'
FILES = {
    "owner/fruit": {
        "README.md": b"# Fruit, with a long text that is larger than the rows",
        ".gitattributes": b"*.parquet filter=lfs",
        "data/train.jsonl": ROWS * 3,
        "data/test.jsonl": ROWS,
        "data/extra.csv": b"a\n",
        "old/rows.jsonl": ROWS,
    },
    "owner/nothing": {"README.md": b"# Nothing", "weights.bin": b"\x00" * 100},
    "owner/converted": {"script.py": b"print()"},
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with stand_in(FILES) as running:
        running.files["owner/converted"][hub.CONVERTED] = {"default/train/0000.parquet": b"PAR1"}
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", running.address)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield running


def test_files_of_one_kind_in_one_folder_are_fetched(served: Hub, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fetched = hub.fetch("owner/fruit", tmp_path, progress=lambda done, total: told.append((done, total)))
    assert [(path.name, path.read_bytes()) for path in fetched] == [("test.jsonl", ROWS), ("train.jsonl", ROWS * 3)]
    assert told[-1] == (len(ROWS) * 4,) * 2
    assert len(served.asked) == 3, "the list, and what is read; nothing else is asked"


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("owner/fruit/old", ["rows.jsonl"]),
        ("owner/fruit/data/extra.csv", ["extra.csv"]),
        (" http://hub.example/datasets/owner/fruit/blob/main/data/train.jsonl?x=1 ", ["train.jsonl"]),
        ("owner/converted", ["0000.parquet"]),
    ],
)
def test_a_folder_a_file_an_address_and_the_hubs_own_conversion(
    served: Hub, tmp_path: Path, name: str, files: list[str]
) -> None:
    assert [path.name for path in hub.fetch(name, tmp_path)] == files


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("owner/missing", DataError, "no public data set owner/missing"),
        (GATED, DataError, "only to people who asked"),
        ("owner/nothing", DataError, "no file in owner/nothing"),
        ("owner/fruit/other", DataError, "no file in other"),
        ("fruit", DataError, "no name of a data set"),
        ("owner/na me", DataError, "no name of a data set"),
        ("../../etc/passwd", DataError, "no name of a data set"),
        ("https://hub.example/models/x", DataError, "no name of a data set"),
    ],
)
def test_what_cannot_be_fetched_is_told(
    served: Hub, tmp_path: Path, name: str, kind: type[StudioError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        hub.fetch(name, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_too_much_offline_and_cancelled(served: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="the limit is"):
        hub.fetch("owner/fruit", tmp_path, limit_bytes=10)
    with pytest.raises(CancelledError):
        hub.fetch("owner/fruit", tmp_path / "cancelled", cancelled=lambda: True)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ServiceError, match="does not answer"):
        hub.fetch("owner/fruit", tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ServiceError, match="stay offline"):
        hub.fetch("owner/fruit", tmp_path)
