"""The whole way at a provider, as a person goes it: price, order, curve, comparison, chat; the key in no page. The
provider is a stand-in on this machine."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from studio.jobs import process
from tests.browser.acting import pick, write
from tests.browser.axe import violations
from tests.fakes.openai_server import Fake, serving
from tests.fakes.openai_world import Course
from tests.serving import Served, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
KEY = "sk-CANARY-in-the-browser"
MODEL = "gpt-4o-mini-2024-07-18"


def fill(page: Page, where: str, value: str) -> None:
    field = page.locator(f"{where} input, {where} textarea").first
    write(field, value)
    field.press("Tab")
    expect(field).to_have_value(value)


def sound(page: Page) -> None:
    """axe finds nothing, nothing scrolls sideways, and the key stands nowhere in the page."""
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    assert KEY not in page.content()
    assert KEY not in page.evaluate("JSON.stringify(window.gradio_config || {}) + JSON.stringify({...localStorage})")


def nowhere(home: Path, served: Served) -> None:
    """The key stands in no file of the home (logs, jobs, database), in no command line and no environment of the page,
    its jobs and its chat models, and in nothing that can be taken away."""
    for path in home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    ours = [psutil.Process(served.process.pid), *psutil.Process().children(recursive=True)]
    ours += [one for one in psutil.process_iter() if str(home) in " ".join(_command(one))]
    assert len({one.pid for one in ours}) > 1, "the job's process was to be looked at too"
    for one in ours:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for name in ("cmdline", "environ"):
                assert KEY.encode() not in Path(f"/proc/{one.pid}/{name}").read_bytes(), (one, name)
    for folder in (home / "jobs").iterdir():
        for what in ("events", "adapter.zip"):
            assert KEY not in httpx.get(f"{served.address}/api/jobs/{folder.name}/{what}").text


def _command(one: psutil.Process) -> list[str]:
    try:
        return one.cmdline()
    except psutil.Error:
        return []


def to_the_question(page: Page, fake: Fake) -> None:
    page.locator("#sample-support_tickets").click()
    expect(page.locator("#data-strip")).to_contain_text("240 examples")
    page.locator("#to-method").click()
    pick(page.get_by_label("Hosted: at a provider, for money"))
    expect(page.locator("#provider-facts")).to_contain_text("no new jobs for anybody from 6 January 2027")
    sound(page)
    pick(page.get_by_label("Another address"))
    expect(page.locator("#hosted-address")).to_be_visible()
    fill(page, "#hosted-address", fake.address)
    fill(page, "#hosted-key", KEY)
    page.locator("#use-key").click()
    expect(page.locator("#key-state")).to_contain_text("There is a key for 127.0.0.1")
    expect(page.locator("#hosted-key")).to_be_hidden()
    write(page.locator("#hosted-model input"), MODEL)
    page.locator("#hosted-model input").press("Enter")
    fill(page, "#hosted-price", "3")
    page.locator("#ask-price").click()
    expect(page.locator("#hosted-cost")).to_contain_text("US dollars")
    assert not any(method == "POST" for method, _, _ in fake.script.seen), "something was sent before the consent"
    page.locator("#order").click()
    expect(page.locator("#order-question")).to_contain_text("192 training and 24 validation examples are sent to")
    sound(page)


def test_from_the_price_to_the_chat(home: Path, open_page: Callable[..., Page]) -> None:
    with serving() as fake, serve(home) as served:
        fake.world.course = Course(steps=3000, steps_per_poll=1)
        page = open_page(served.address)
        to_the_question(page, fake)
        page.locator("#order-no").click()
        expect(page.locator("#order")).to_be_visible()
        page.locator("#order").click()
        page.locator("#order-yes").click()

        expect(page.locator("#live-train .fs-curve .main-svg").first).to_be_visible(timeout=90_000)
        (folder,) = (home / "jobs").iterdir()
        os.kill(process.read(folder).pid, signal.SIGKILL)
        expect(page.locator("#live-train .fs-sentence")).to_contain_text("goes on at 127.0.0.1")
        page.locator("#give-up").click()
        expect(page.locator("#give-up-question")).to_contain_text("let the job go on unwatched")
        sound(page)
        page.locator("#give-up-no").click()
        (job,) = fake.world.jobs.values()
        job.course.steps = job.step + 20
        page.locator("#follow-run").click()
        expect(page.locator("#stop")).to_be_visible()
        nowhere(home, served)
        page.reload()
        expect(page.locator("#to-evaluate")).to_be_enabled(timeout=120_000)
        expect(page.locator("#live-train .fs-sentence")).to_contain_text(f"Finished after {job.course.steps} steps")
        expect(page.locator("#hosted-run")).to_contain_text("ft:gpt-4o-mini")
        assert fake.world.paid == 1
        page.locator("#look-left").click()
        expect(page.locator("#left-there")).to_contain_text("training.jsonl")
        sound(page)

        page.locator("#to-evaluate").click()
        page.locator("#compare").click()
        expect(page.locator("#verdict h2")).to_be_visible(timeout=180_000)
        expect(page.locator("#verdict")).to_contain_text("of the fields right, the base model 0%")
        sound(page)

        page.locator("#to-chat").click()
        expect(page.locator("#chat-left input")).to_have_value("starter, on this machine")
        pick(page.locator("#suggestions input").first)
        page.locator("#send").click()
        expect(page.locator("#chat-tuned [data-testid=bot]").last).to_contain_text("category", timeout=60_000)
        expect(page.locator("#chat-base [data-testid=bot]").last).not_to_be_empty(timeout=120_000)
        expect(page.locator("#send")).to_be_enabled(timeout=120_000)
        sound(page)
        nowhere(home, served)


def test_on_a_phone_and_in_the_dark(home: Path, open_page: Callable[..., Page]) -> None:
    with serving() as fake, serve(home) as served:
        to_the_question(open_page(served.address, "phone", dark=True), fake)
