"""Base models from the Hub, in the browser: searched for, fetched with progress and Cancel, used; the Hub is a stand-in
on this machine."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import write
from tests.fakes.model_hub import model_hub, of_folder
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


def test_search_fetch_and_use(home: Path, chat_file: Path, tiny_model: Path, open_page: Callable[..., Page]) -> None:
    whole = of_folder(tiny_model)
    with (
        model_hub({"owner/tiny": whole, "owner/terms": whole}, gated=("owner/terms",), token="hf_x") as hub,
        serve(home, HF_ENDPOINT=hub.address, HF_HUB_OFFLINE="0") as served,
    ):
        page = open_page(served.address)
        page.locator("#upload input[type=file]").set_input_files(chat_file)
        page.locator("#to-method").click()
        page.locator("#more-models").get_by_role("button").first.click()
        shelf = page.locator("#shelf")
        # what is proposed says whether it fits this machine
        expect(shelf.locator("section[data-model='Qwen/Qwen3-0.6B']")).to_contain_text("of memory are free")
        write(page.locator("#search-models textarea, #search-models input"), "owner")
        page.locator("#search-hub").click()
        expect(shelf).to_contain_text("2 found on the Hub for “owner”")

        shelf.get_by_role("button", name="Fetch owner/terms").click()
        expect(page.locator("#live-fetch")).to_contain_text("terms", timeout=60_000)
        page.locator("#cancel-fetch").click()
        expect(page.locator("#cancel-fetch")).to_be_hidden()

        hub.slow = threading.Event()
        shelf.get_by_role("button", name="Fetch owner/tiny").click()
        expect(page.locator("#fetching")).to_contain_text("Fetching owner/tiny")
        expect(page.locator("#live-fetch [role=progressbar]")).to_be_visible(timeout=60_000)
        expect(page.locator("#cancel-fetch")).to_be_visible()
        hub.slow.set()
        shelf.get_by_role("button", name="Use it: owner/tiny").click(timeout=60_000)
        expect(page.locator("#model-facts")).to_contain_text("LlamaForCausalLM")
        expect(page.locator("#start")).to_be_enabled()
