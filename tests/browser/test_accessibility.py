"""axe-core finds nothing on any tab, light and dark, empty and with data; and would find something if it were there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.serving import serve

pytestmark = pytest.mark.browser
TABS = ("1 Data", "2 Method", "3 Train", "4 Evaluate", "5 Chat", "History", "Settings")


def test_axe_finds_nothing(home: Path, open_page: Callable[..., Page]) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        for loaded in (False, True):
            if loaded:
                page.get_by_role("tab", name="1 Data").click()
                page.locator("#sample-support_tickets").click()
                expect(page.locator("#data-strip")).to_contain_text("240 examples")
            for name in TABS:
                tab = page.get_by_role("tab", name=name)
                tab.click()
                expect(tab).to_have_attribute("aria-selected", "true")
                for colours in ("dark", "light"):
                    page.emulate_media(color_scheme=colours)
                    page.wait_for_function(
                        f"document.body.classList.contains('dark') === {str(colours == 'dark').lower()}"
                    )
                    assert not violations(page), f"{name}, {colours}, data: {loaded}"
        page.evaluate("document.body.append(Object.assign(new Image(), {src: '/x.png', width: 9, height: 9}))")
        assert any(v.startswith("image-alt") for v in violations(page)), "axe is blind here"


def test_the_way_to_training_works_from_the_keyboard(home: Path, open_page: Callable[..., Page]) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#sample-support_tickets").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#to-method")).to_be_enabled()
        page.locator("#to-method").focus()
        page.keyboard.press("Enter")
        # Gradio gives every radio button a group of its own: Tab moves between them, Space chooses.
        page.get_by_role("radio", name="Balanced").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(page.get_by_role("radio", name="Strong")).to_be_checked()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", "the focus cannot be seen"
