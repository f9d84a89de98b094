"""The journal under crashes, full files, a writer at work and hostile cursors."""

import itertools
import json
import random

import pytest

from studio.errors import JobError, UsageError
from studio.jobs import journal
from studio.jobs.events import Note, State, Step, Validation
from studio.jobs.journal import Journal
from tests.jobs.helpers import spec, supervisor


def step(number):
    return Step(number, 0.1, 1.0, 1e-3, 1, 1.0, 1.0, 1.0, 1)


def write(folder, *events):
    with Journal(folder) as writer:
        for event in events:
            writer.append(event)
    return folder / journal.FILE


def seqs(page):
    return [event["seq"] for event in page.events]


def test_a_line_carries_version_number_time_and_type(tmp_path):
    path = write(tmp_path, State("running"), Note("two\nlines, ü"))
    page = journal.read(path)
    assert seqs(page) == [1, 2]
    assert page.events[1]["text"] == "two\nlines, ü"
    assert {"v", "seq", "time", "type"} <= set(page.events[0])
    assert path.read_bytes().count(b"\n") == 2


def test_what_comes_next_is_read_by_cursor(tmp_path):
    path = write(tmp_path, Note("a"), Note("b"))
    first = journal.read(path)
    assert journal.read(path, first.cursor).events == []
    write(tmp_path, Note("c"))
    assert [event["text"] for event in journal.read(path, first.cursor).events] == ["c"]


def test_a_limit_is_gone_on_from(tmp_path):
    path = write(tmp_path, *(Note(str(number)) for number in range(10)))
    found, cursor = [], "0"
    while (page := journal.read(path, cursor, limit=3)).events:
        assert len(page.events) <= 3
        found += seqs(page)
        cursor = page.cursor
    assert found == list(range(1, 11))


def test_a_missing_journal_is_an_empty_page(tmp_path):
    page = journal.read(tmp_path / journal.FILE)
    assert (page.events, page.torn) == ([], [])
    path = write(tmp_path, Note("first"))
    assert seqs(journal.read(path, page.cursor)) == [1]


def test_cut_at_every_byte_the_writer_goes_on_and_no_seq_is_lost_or_doubled(tmp_path):
    whole = write(tmp_path, Note("first"), step(2), Note("third ü")).read_bytes()
    path = tmp_path / journal.FILE
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        before = journal.read(path)
        assert before.torn == []
        write(tmp_path, Note("after"))
        page = journal.read(path)
        assert seqs(page) == list(range(1, len(page.events) + 1))
        assert page.events[-1]["text"] == "after"
        assert len(page.events) >= whole[:cut].count(b"\n") + 1
        later = journal.read(path, before.cursor)
        assert seqs(before) + seqs(later) == seqs(page)
        assert later.torn == page.torn


def test_a_torn_middle_is_reported_by_its_place(tmp_path):
    path = write(tmp_path, Note("one"))
    place = path.stat().st_size
    with path.open("ab") as file:
        file.write(b'{"v": 1, "seq": 2, "ti\n[1]\n' + b"\0" * 12 + b"\n")
    write(tmp_path, Note("two"))
    page = journal.read(path)
    assert seqs(page) == [1, 2]
    assert page.torn[0] == place
    assert len(page.torn) == 3


def test_the_first_answer_thins_steps_evenly_and_nothing_else(tmp_path):
    events = []
    for number in range(1, 5001):
        events.append(step(number))
        if number % 500 == 0:
            events.append(Validation(number, 0.1, 1.0, False))
    path = write(tmp_path, *events)
    page = journal.read(path)
    kept = [event["step"] for event in page.events if event["type"] == "step"]
    assert 500 <= len(kept) <= journal.SCREEN_POINTS
    assert (kept[0], kept[-1]) == (1, 5000)
    assert len({b - a for a, b in itertools.pairwise(kept[:-1])}) == 1
    assert sum(event["type"] == "validation" for event in page.events) == 10
    assert seqs(page) == sorted(seqs(page))
    assert len(journal.read(path, "0").events) == 5010
    assert journal.read(path, page.cursor).events == []


@pytest.mark.parametrize("count", [1, 2, 999, 1000, 1001, 1999, 2000])
def test_thinning_at_its_borders(tmp_path, count):
    path = write(tmp_path, *(step(number) for number in range(1, count + 1)))
    kept = [event["step"] for event in journal.read(path).events]
    assert len(kept) == count if count < 1000 else 500 <= len(kept) <= 1000
    assert (kept[0], kept[-1]) == (1, count)


@pytest.mark.parametrize("cursor", ["x", "-1", "3", "99999999", "1e3", "", "²", " 0"])
def test_a_foreign_cursor_is_refused(tmp_path, cursor):
    path = write(tmp_path, Note("one"), Note("two"))
    with pytest.raises(UsageError):
        journal.read(path, cursor)


def test_a_number_that_is_not_finite_is_null(tmp_path):
    path = write(tmp_path, Validation(1, 0.5, float("nan"), False))
    assert json.loads(path.read_text())["loss"] is None


def test_only_one_writer(tmp_path):
    with Journal(tmp_path), pytest.raises(JobError):
        Journal(tmp_path)
    Journal(tmp_path).close()


def test_the_last_word_is_found_at_the_end(tmp_path):
    path = tmp_path / journal.FILE
    assert journal.last_word(path) is None
    write(tmp_path, Note("x" * 300_000), State("running"))
    assert journal.last_word(path) is None
    write(tmp_path, State("finished"))
    assert journal.last_word(path) == "finished"
    with Journal(tmp_path) as writer:
        assert writer.ended


def test_a_last_line_longer_than_the_first_look_is_found(tmp_path):
    write(tmp_path, Note("short"), Note("x" * 300_000))
    with Journal(tmp_path) as writer:
        assert writer.seq == 2


def test_a_reader_beside_a_writer_neither_repeats_nor_loses_an_event(home):
    watcher = supervisor(home, "many")
    watcher.start(spec())
    found, cursor, chance = [], "0", random.Random(1)
    while True:
        ended = watcher.state("job-1").ended
        page = watcher.events("job-1", cursor, limit=chance.choice([None, 1, 7, 100]))
        found += seqs(page)
        cursor = page.cursor
        assert page.torn == []
        if ended and not page.events:
            break
    assert watcher.state("job-1").state == "finished"
    assert found == list(range(1, len(found) + 1))
    assert len(found) > 4000
