"""The whole way as a person goes it, in a real browser over a real server, on desktop and phone sizes."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import pick, resize, write
from tests.serving import Served, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OpenPage = Callable[..., Page]
# The tiny model answers faster than a hand can follow, so the page itself presses Stop as soon as it is there.
PRESS_STOP_WHEN_SHOWN = """() => new MutationObserver((_, watcher) => {
    const stop = document.querySelector('#stop-chat');
    if (stop?.checkVisibility()) { watcher.disconnect(); stop.click(); window.stopPressed = true; }
}).observe(document.body, {subtree: true, childList: true, attributes: true})"""


def choose_folder(page: Page, folder: Path) -> None:
    pick(page.get_by_label("A model folder on this machine"))
    write(page.locator("#folder textarea, #folder input"), str(folder))
    page.locator("#folder textarea, #folder input").press("Enter")
    expect(page.locator("#model-facts")).to_contain_text("LlamaForCausalLM")


def set_option(page: Page, name: str, value: str) -> None:
    field = page.locator(f"#option-{name} input")
    write(field, value)
    field.blur()


def job_events(served: Served, job: str) -> list[dict]:
    return httpx.get(f"{served.address}/api/jobs/{job}/events", params={"since": "0"}).json()["events"]


def only_job(home: Path, kind: str) -> str:
    specs = [json.loads(path.read_text()) for path in (home / "jobs").glob("*/spec.json")]
    found = [spec["job"] for spec in specs if spec["kind"] == kind]
    assert len(found) == 1, f"expected one {kind} job, found {found}"
    return found[0]


def step_shown(page: Page) -> int:
    text = page.locator("#live-train .fs-facts dd").first.inner_text()
    return int(text.split(" of ")[0].replace(",", ""))


def curve(page: Page, points: int) -> list[int]:
    """The steps of the drawn training curve, once it has as many points as it should."""
    data = "document.querySelector('#live-train .fs-curve').data"
    page.wait_for_function(f"{data} && {data}[0].x.length >= {points}")
    return page.evaluate(f"{data}[0].x")


def fits(page: Page) -> None:
    """Nothing scrolls sideways on either size; from here on the page has the other one."""
    wide = page.viewport_size == {"width": 1280, "height": 800}
    for size in ("desktop", "phone") if wide else ("phone", "desktop"):
        resize(page, size)
        # charts follow the new width a moment later
        page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def answered(chat: Locator) -> None:
    """The bot's bubble holds some text."""
    expect(chat.locator("[data-testid=bot]").last).not_to_be_empty(timeout=60_000)


def test_sample_to_zip(home: Path, tiny_model: Path, open_page: OpenPage, tmp_path: Path) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#sample-support_tickets").click()
        expect(page.locator("#data-strip")).to_contain_text("240 examples")
        expect(page.locator("#split")).to_contain_text("192 to learn from")
        expect(page.locator("#examples .fs-bubble").first).to_be_visible()
        fits(page)

        page.locator("#to-method").click()
        choose_folder(page, tiny_model)
        pick(page.get_by_label("Gentle"))
        page.locator("#advanced").get_by_role("button").first.click()
        set_option(page, "epochs", "3")
        expect(page.locator("#start")).to_be_enabled()
        fits(page)
        page.locator("#start").click()

        expect(page.locator("#live-train .fs-curve .main-svg").first).to_be_visible(timeout=90_000)
        job = only_job(home, "train")
        page.reload()
        page.locator("#live-train .fs-facts dd").first.wait_for()
        before = step_shown(page)
        fits(page)
        expect(page.locator("#to-evaluate")).to_be_enabled(timeout=240_000)
        assert step_shown(page) > before, "the curve did not go on after the reload"
        events = job_events(served, job)
        steps = [event["step"] for event in events if event["type"] == "step"]
        assert steps == sorted(set(steps)), "a step came twice"
        assert curve(page, len(steps)) == steps, "the curve after the reload is not the whole curve"

        page.locator("#to-evaluate").click()
        page.locator("#compare").click()
        expect(page.locator("#verdict h2")).to_be_visible(timeout=120_000)
        expect(page.locator("#details")).to_contain_text("Loss")
        fits(page)

        page.locator("#to-chat").click()
        pick(page.locator("#suggestions input").first)
        expect(page.locator("#message textarea")).not_to_have_value("")
        page.locator("#chat-options button").first.click()
        write(page.get_by_label("number input for Longest answer, in tokens"), "16")
        page.locator("#send").click()
        answered(page.locator("#chat-tuned"))
        answered(page.locator("#chat-base"))
        expect(page.locator("#send")).to_be_enabled(timeout=60_000)
        fits(page)
        write(page.get_by_label("number input for Longest answer, in tokens"), "512")
        write(page.locator("#message textarea"), "one more")
        page.evaluate(PRESS_STOP_WHEN_SHOWN)
        page.locator("#send").click()
        page.wait_for_function("window.stopPressed")
        expect(page.locator("#send")).to_be_enabled(timeout=60_000)
        expect(page.locator("#stop-chat")).not_to_be_visible()
        expect(page.locator("#chat-tuned")).to_contain_text("one more")

        with page.expect_download() as download:
            page.locator("#zip").click()
        target = tmp_path / "tuned.zip"
        download.value.save_as(target)
        names = zipfile.ZipFile(target).namelist()
        assert any(name.endswith("model.safetensors") for name in names), names
        assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in names), names


def test_killed_web_process_loses_nothing(home: Path, tiny_model: Path, open_page: OpenPage) -> None:
    with serve(home) as first:
        page = open_page(first.address)
        page.locator("#sample-support_tickets").click()
        page.locator("#to-method").click()
        choose_folder(page, tiny_model)
        pick(page.get_by_label("Gentle"))
        page.locator("#start").click()
        expect(page.locator("#live-train .fs-curve .main-svg").first).to_be_visible(timeout=90_000)
        first.kill()
        # The page says that the studio is away instead of freezing.
        expect(page.locator("#live-train .fs-offline")).to_be_visible(timeout=30_000)
        page.close()
    with serve(home) as second:
        viewers = [open_page(second.address), open_page(second.address, "phone")]
        for page in viewers:
            expect(page.locator("#to-evaluate")).to_be_enabled(timeout=240_000)
            steps = [e["step"] for e in job_events(second, only_job(home, "train")) if e["type"] == "step"]
            assert curve(page, len(steps)) == steps
            assert steps[0] == 1


def test_stop_keeps_what_was_learned(home: Path, tiny_model: Path, open_page: OpenPage) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#sample-support_tickets").click()
        page.locator("#to-method").click()
        choose_folder(page, tiny_model)
        page.locator("#advanced").get_by_role("button").first.click()
        set_option(page, "epochs", "60")
        expect(page.locator("#start")).to_be_enabled()
        page.locator("#start").click()
        expect(page.locator("#live-train .fs-facts dd").first).to_be_visible(timeout=90_000)
        page.locator("#stop").click()
        expect(page.locator("#live-train .fs-sentence")).to_contain_text("Stopped", timeout=60_000)
        expect(page.locator("#to-evaluate")).to_be_enabled()
        page.get_by_role("tab", name="History").click()
        expect(page.locator("#runs")).to_contain_text("stopped")
