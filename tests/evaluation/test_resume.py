"""What was answered is kept: an evaluation or an application goes on where one was ended."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.evaluation import applying, body, local
from studio.evaluation.entrants import Entrant
from studio.evaluation.said import FILE, Kept, Said
from studio.evaluation.ticker import Ticker
from studio.jobs import control, journal
from studio.jobs.journal import Journal
from studio.jobs.spec import Apply, Source, Spec
from tests.evaluation.jobs import run, source, stored, work
from tests.tiny import chat_rows


def test_a_stopped_evaluation_goes_on_and_says_the_same(
    tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = work(stored(chat_rows(60), tmp_path / "data"), tiny_model, tuned_checkpoint)
    whole = run(tmp_path / "whole", what)
    tell = Ticker.tell
    folder = tmp_path / "stopped"

    def told(self: Ticker, said: str) -> None:
        tell(self, said)
        if said == "Base model answers" and self._done > 2 * whole.rows:
            control.request(folder, "stop")

    monkeypatch.setattr(Ticker, "tell", told)
    assert run(folder, what) is None
    assert journal.read(folder / journal.FILE).events[-1]["state"] == "stopped"
    monkeypatch.undo()
    asked: list[str] = []
    batches = local.said

    def watched(group, contest):
        through = contest.kept.through

        def seen(mark, numbers, ask):
            return through(mark, numbers, lambda left: (asked.append(mark), ask(left))[1])

        contest.kept.through = seen
        return batches(group, contest)

    monkeypatch.setattr(body.rounds.local, "said", watched)
    again = run(tmp_path / "again", replace(what, earlier=[source(folder / FILE)]))
    assert len(asked) == 1, "only the tuned model had not answered yet"
    assert [row.answers for row in again.details] == [row.answers for row in whole.details]
    assert (again.verdict, again.sentence) == (whole.verdict, whole.sentence)


def test_kept_answers_belong_to_what_they_depend_on(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    list(kept.through("a", [3, 5], lambda left: iter([{0: Said("x").as_json()}, {1: Said("y").as_json()}])))
    with (tmp_path / FILE).open("a") as file:
        file.write('{"mark": "a", "row": 7, "val')
    again = Kept(tmp_path / "other", [tmp_path / FILE])
    assert again.has("a", [3, 5])
    assert not again.has("a", [7])
    assert not again.has("b", [3])
    model = Source("/m", "1")
    one = Entrant("tuned", "tuned", "Mine", model, Source("/c", "2"))
    assert one.mark(data="d") == replace(one, title="Yours", id="tuned-2").mark(data="d")
    assert one.mark(data="d") != replace(one, checkpoint=Source("/c", "3")).mark(data="d")
    assert one.mark(data="d") != one.mark(data="e")


def test_an_application_that_was_stopped_goes_on(
    tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "in.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(100)), encoding="utf-8")
    told = work(stored(chat_rows(60), tmp_path / "data"), tiny_model, tuned_checkpoint)
    tuned = Entrant("tuned", "tuned", "Mine", told.model, told.checkpoint)
    what = Apply(source(table), "in.jsonl", "", "", "answer", tuned.as_json(), told.learned, [], 100, 1)

    def run_apply(folder: Path, work: Apply) -> None:
        folder.mkdir()
        with Journal(folder) as log:
            applying.run(folder, Spec("apply-1", "apply", "Apply", "2026-01-01T00:00:00Z", work), log, {})

    tell = Ticker.tell

    def stopping(self: Ticker, said: str) -> None:
        if self._done:
            control.request(tmp_path / "stopped", "stop")
        tell(self, said)

    monkeypatch.setattr(Ticker, "tell", stopping)
    run_apply(tmp_path / "stopped", what)
    monkeypatch.undo()
    assert journal.read(tmp_path / "stopped" / journal.FILE).events[-1]["state"] == "stopped"
    kept = tmp_path / "stopped" / FILE
    done = len(kept.read_text().splitlines())
    assert 0 < done < 100
    run_apply(tmp_path / "again", replace(what, earlier=[source(kept)]))
    assert len((tmp_path / "again" / FILE).read_text().splitlines()) == 100 - done
    made = tmp_path / "again" / "table" / "in-answers.jsonl"
    answers = [json.loads(line)["answer"] for line in made.read_text().splitlines()]
    assert len(answers) == 100
    assert sum(answer.startswith('{"kind"') for answer in answers) > 80
