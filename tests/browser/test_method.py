"""The Method tab: few decisions before the start, whatever is chosen, on desktop and phone sizes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.methods import METHODS
from tests.browser.acting import SIZES, pick, resize
from tests.browser.deciding import asked
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OpenPage = Callable[..., Page]
MOST = 7
"""Decisions that can be seen at once before the start."""
KINDS = {
    "labels": [{"text": f"row {n} of some words", "label": f"label {n % 3}"} for n in range(40)],
    "pairs": [{"prompt": f"what is {n}", "chosen": f"number {n}", "rejected": "no"} for n in range(40)],
    "texts": [{"text": f"some words of row {n}, and some more of them"} for n in range(40)],
}
METHOD_OF = {"labels": "Text classifier", "pairs": "Learning from preferences", "texts": "Continued training"}


def few(page: Page) -> None:
    for size in SIZES:
        resize(page, size)
        found = asked(page)
        assert 1 < len(found) <= MOST, (size, found)


def test_at_most_seven_decisions(home: Path, open_page: OpenPage) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#sample-support_tickets").click()
        page.locator("#to-method").click()
        expect(page.locator("#start")).to_be_enabled()
        few(page)
        for method in METHODS:
            pick(page.get_by_label(method.title, exact=True))
            expect(page.locator(f".fs-chosen[data-method={method.id}]")).to_be_visible()
            few(page)
        # the most that can be asked: a folder, and something that can be put back
        pick(page.get_by_label("A model folder on this machine"))
        expect(page.locator("#folder")).to_be_visible()
        expect(page.locator("#follow")).to_be_visible()
        few(page)
        pick(page.get_by_label("Hosted: at a provider, for money"))
        expect(page.locator("#hosted-model")).to_be_visible()
        few(page)
        pick(page.get_by_label("Another address"))
        expect(page.locator("#hosted-address")).to_be_visible()
        few(page)


def test_at_most_seven_decisions_for_other_examples(home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    with serve(home) as served:
        page = open_page(served.address, "phone")
        for kind, rows in KINDS.items():
            file = tmp_path / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            page.locator("#upload input[type=file]").set_input_files(file)
            expect(page.locator("#data-strip")).to_contain_text(kind)
            page.locator("#to-method").click()
            expect(page.locator("#proposal")).to_contain_text(METHOD_OF[kind])
            expect(page.locator("#start")).to_be_visible()
            few(page)
            page.get_by_role("tab", name="Data").click()
            page.locator("#other-file").click()
