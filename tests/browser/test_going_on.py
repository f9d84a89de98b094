"""A comparison and a file that is answered, whose processes are killed: the page offers to go on, and nothing that was
answered is asked again. The model elsewhere is a stand-in that stays silent until it may go on."""

import csv
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.jobs import process
from studio.session import Session
from studio.settings import load
from tests.browser.acting import write
from tests.browser.axe import violations
from tests.browser.test_evaluate import trained  # noqa: F401  (a fixture)
from tests.browser.test_whole_way import fits
from tests.evaluation.server import Server
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ROWS = 30
ENOUGH = 6


class Hesitant(Server):
    """Answers a few questions, then none until `go` is set."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.stuck = threading.Event()
        super().__init__(self._say)

    def _say(self, text: str) -> str:
        if len(self.asked) > ENOUGH and not self.go.is_set():
            self.stuck.set()
            self.go.wait()
        return f"heard: {text}"

    def again(self) -> None:
        self.go.clear()
        self.stuck.clear()
        self.asked.clear()


@pytest.fixture
def elsewhere() -> Iterator[Hesitant]:
    server = Hesitant()
    yield server
    server.go.set()
    server.close()


def test_what_was_killed_goes_on(
    home: Path,
    trained: Path,  # noqa: F811
    elsewhere: Hesitant,
    open_page: Callable[..., Page],
    tmp_path: Path,
) -> None:
    table = tmp_path / "new.csv"
    table.write_text("id,text\n" + "".join(f"{n},what is number {n}\n" for n in range(ROWS)), encoding="utf-8")
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#compare-more button").first.click()
        fill(page, "remote", elsewhere)
        page.locator("#compare").click()
        killed(home, "evaluate", elsewhere)
        on = page.locator("#go-on-comparing")
        expect(on).to_be_visible()
        expect(page.locator("#live-evaluate")).to_contain_text("What was answered is kept")
        answered = set(elsewhere.asked[: ENOUGH - 3])
        elsewhere.go.set()
        on.click()
        expect(page.locator("#verdict h2")).to_be_visible(timeout=120_000)
        expect(page.locator("#everybody")).to_contain_text("big-model")
        assert all(elsewhere.asked.count(text) == 1 for text in answered)

        elsewhere.again()
        page.locator("#apply-file input[type=file]").set_input_files(str(table))
        expect(page.locator("#apply-found")).to_contain_text(f"{ROWS} rows")
        page.locator("#apply-who input").click()
        page.get_by_role("option", name="A model elsewhere").click()
        fill(page, "apply", elsewhere)
        write(page.locator("#apply-read input"), "2")
        write(page.locator("#apply-written input"), "8")
        page.locator("#apply-start").click()
        expect(page.locator("#apply-price")).to_contain_text("US dollars")
        assert elsewhere.asked == [], "the price is said before anything is sent"
        expect(page.locator("#apply-key input")).to_have_value("")
        page.locator("#apply-start").click()
        killed(home, "apply", elsewhere)
        on = page.locator("#apply-go-on")
        expect(on).to_be_visible()
        assert violations(page) == []
        fits(page)
        answered = set(elsewhere.asked[: ENOUGH - 3])
        elsewhere.go.set()
        on.click()
        with page.expect_download(timeout=90_000) as download:
            page.locator("#apply-table").click(timeout=90_000)
        download.value.save_as(tmp_path / "answers.csv")
    rows = list(csv.DictReader((tmp_path / "answers.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["answer"] for row in rows] == [f"heard: what is number {n}" for n in range(ROWS)]
    assert all(elsewhere.asked.count(text) == 1 for text in answered)


def fill(page: Page, where: str, server: Server) -> None:
    write(page.locator(f"#{where}-address input, #{where}-address textarea"), server.address)
    write(page.locator(f"#{where}-model input, #{where}-model textarea"), "big-model")
    write(page.locator(f"#{where}-key input"), "sk-not-a-key")


def killed(home: Path, kind: str, server: Hesitant) -> None:
    """Ends the worker of the newest job of that kind once some rows are answered."""
    assert server.stuck.wait(120)
    with Session(load(home=home)) as session:
        project = session.projects.current()
        run = session.runs.list(project.id, kind="train")[0]
        job = session.evaluations.of(run.id) if kind == "evaluate" else session.applications.of(run.id)
        assert job is not None
        os.kill(process.read(job.folder).pid, signal.SIGKILL)
