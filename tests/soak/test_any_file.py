"""Whatever bytes a file holds and whatever it is called: a report or a clear refusal, never another exception.

What a run of it found stands as a case of its own in tests/data.
"""

import contextlib
import gzip
import json
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from studio.data import REPAIRS, Recipe, check_file, export_rows, import_file, rejected_rows, shape_guess
from studio.errors import StudioError
from tests.soak import SECONDS
from tests.soak.seeds import PIECES, SUFFIXES, seeds

REPAIR = st.sampled_from([repair.id for repair in REPAIRS])
SEARCH = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str]:
    """A good file with some changes: pieces put in, parts cut out, doubled or overwritten, the end cut off."""
    content = draw(st.sampled_from(seeds()))
    pieces = st.one_of(st.sampled_from(PIECES), st.binary(max_size=6))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        to = min(len(content), at + draw(st.sampled_from([0, 1, 2, 10, 100])))
        kind = draw(st.sampled_from(["insert", "cut", "double", "overwrite", "end", "splice"]))
        middle = {
            "insert": draw(pieces) + content[at:to],
            "cut": b"",
            "double": content[at:to] * draw(st.sampled_from([2, 50])),
            "overwrite": draw(pieces),
            "end": content[at:to],
            "splice": draw(st.sampled_from(seeds()))[:200],
        }[kind]
        content = content[:at] + middle + (b"" if kind == "end" else content[to:])
    name = f"rows{draw(st.sampled_from(SUFFIXES))}"
    if draw(st.integers(0, 9)) == 0:
        content, name = gzip.compress(content, mtime=0), f"{name}.gz"
    return content, name


def read(folder: Path, content: bytes, name: str, repairs: tuple[str, ...], taken_out: bool) -> None:
    path = folder / name
    path.write_bytes(content)
    guess = shape_guess(path)
    report = check_file(path, recipe=Recipe(mapping=guess.mapping, repairs=repairs)).report
    assert report.usable <= report.rows
    json.dumps(report.as_json(), ensure_ascii=False).encode("utf-8")
    if taken_out and report.shape is not None:
        kept = folder / "set"
        imported = import_file(path, kept, name, recipe=Recipe(mapping=guess.mapping))
        left = rejected_rows(kept, None, folder / "left.jsonl")
        assert left == imported.rows - imported.usable
        assert export_rows(kept, None, folder / "out.csv", imported.shape or "") == imported.usable


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 300)
def test_any_file(tmp_path: Path) -> None:
    end = time.monotonic() + SECONDS
    number = 0
    failed = False

    def one(file: tuple[bytes, str], repairs: list[str], taken_out: bool) -> None:
        nonlocal number, failed
        # Once something is found, the search for its smallest form goes on beyond the end.
        if time.monotonic() > end and not failed:
            return
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            with contextlib.suppress(StudioError):
                read(folder, *file, tuple(repairs), taken_out)
        except BaseException:
            failed = True
            raise
        finally:
            shutil.rmtree(folder)

    rules = given(files(), st.lists(REPAIR, max_size=4, unique=True), st.sampled_from([False] * 4 + [True]))
    rounds = 0
    while time.monotonic() < end:
        seed(rounds)(SEARCH(rules(one)))()
        rounds += 1
    print(f"{number} files in {rounds} rounds")
