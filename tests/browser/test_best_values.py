"""Find the best for me, in the browser: its price before it starts, a curve for each trial, stopped, the best kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import pick, write
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
CURVES = "(document.querySelector('#live-train .fs-curve')?.data ?? []).length"


def test_a_search_is_priced_watched_and_stopped(
    home: Path, chat_file: Path, tiny_model: Path, open_page: Callable[..., Page]
) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#upload input[type=file]").set_input_files(chat_file)
        page.locator("#to-method").click()
        pick(page.get_by_label("A model folder on this machine"))
        write(page.locator("#folder textarea, #folder input"), str(tiny_model))
        page.locator("#folder textarea, #folder input").press("Enter")
        expect(page.locator("#model-facts")).to_contain_text("writes text")
        expect(page.locator("#before")).not_to_contain_text("Time of the search")
        pick(page.get_by_label("Find the best values for me"))
        expect(page.locator("#before")).to_contain_text("Time of the search, at most")
        page.locator("#start").click()
        page.wait_for_function(f"{CURVES} >= 3", timeout=120_000)
        page.locator("#stop").click()
        expect(page.locator("#live-train .fs-sentence")).to_contain_text("Stopped", timeout=60_000)
        expect(page.locator("#to-evaluate")).to_be_enabled()
