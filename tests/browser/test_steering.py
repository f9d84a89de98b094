"""A training is paused, left, gone on with and kept, as a person does it; one that no longer gains ends by itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import pick, write
from tests.browser.axe import violations
from tests.serving import serve
from tests.tiny import chat_rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


def to_the_start(page: Page, folder: Path, base: Path, rows: int = 80, **options: str) -> None:
    file = folder / "fruit.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(rows)), encoding="utf-8")
    page.locator("#upload input[type=file]").set_input_files(file)
    expect(page.locator("#data-strip")).to_contain_text(f"{rows} examples")
    page.locator("#to-method").click()
    pick(page.get_by_label("A model folder on this machine"))
    write(page.locator("#folder textarea, #folder input"), str(base))
    page.locator("#folder textarea, #folder input").press("Enter")
    expect(page.locator("#model-facts")).to_contain_text("writes text")
    expect(page.locator("#method-card [data-method=full]")).to_contain_text("Time here")
    page.locator("#advanced").get_by_role("button").first.click()
    for name, value in options.items():
        field = page.locator(f"#option-{name} input")
        write(field, value)
        field.blur()
    expect(page.get_by_text(f"{options['epochs']} epochs.")).to_be_visible()
    page.locator("#start").click()


def test_pause_reload_go_on_and_keep(
    home: Path, open_page: Callable[..., Page], tmp_path: Path, tiny_model: Path
) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        # Long enough that a slow page still finds it at work.
        to_the_start(page, tmp_path, tiny_model, 400, epochs="100", patience="0", tokens_per_step="128")
        sentence = page.locator("#live-train .fs-sentence")
        expect(sentence).to_contain_text("Epoch", timeout=120_000)
        expect(page.locator("#live-train .fs-answers")).to_contain_text("Before training")
        page.locator("#pause").click()
        expect(sentence).to_contain_text("Paused after step")
        paused = sentence.inner_text()
        page.reload()
        expect(page.locator("#resume")).to_be_visible()
        expect(sentence).to_have_text(paused)
        assert not violations(page)
        page.locator("#resume").click()
        expect(page.locator("#live-train .fs-notes")).to_contain_text("Goes on after step", timeout=120_000)

        page.locator("#cancel").click()
        expect(page.locator("#cancel-question")).to_contain_text("Nothing of this run would be kept")
        page.locator("#cancel-no").click()
        expect(page.locator("#cancel-yes")).not_to_be_visible()
        page.locator("#stop").click()
        expect(sentence).to_contain_text("What it had learned until step")
        page.locator("#to-evaluate").click()
        page.get_by_role("tab", name="5 Chat").click()
        write(page.locator("#message textarea"), "what is a plum")
        page.locator("#send").click()
        expect(page.locator("#chat-tuned [data-testid=bot]").last).not_to_be_empty(timeout=120_000)


def test_a_training_that_gains_nothing_ends_early_and_says_so(
    home: Path, open_page: Callable[..., Page], tmp_path: Path, tiny_model: Path
) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        to_the_start(page, tmp_path, tiny_model, epochs="100", patience="2", learning_rate="0.02")
        expect(page.locator("#live-train .fs-notes")).to_contain_text("Ended early", timeout=240_000)
        expect(page.locator("#live-train .fs-sentence")).to_contain_text("Finished after")
        expect(page.locator("#to-evaluate")).to_be_enabled()
