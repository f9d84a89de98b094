"""A real Chromium for the browser tests; every request a page makes is recorded, and none may leave the machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.acting import SIZES, watch

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Generous, for a machine that does other things as well: what is expected comes or does not come.
expect.set_options(timeout=20_000)


RERUNS = 1
"""A page driven on a machine that does other things can lose a press; what fails twice is a fault. The report counts
the reruns."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("STUDIO_TEST_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    assert path, "the browser tests need Chromium: install it, or set STUDIO_TEST_BROWSER to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """open_page(address, size='desktop', dark=False) -> a page in a fresh profile; checked at the end for requests
    to other machines and for errors in the page's scripts."""
    contexts, foreign, errors = [], [], []

    def open_one(address: str, size: str = "desktop", dark: bool = False) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda r: foreign.append(r.url) if _leaves(r.url) else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        watch(page)
        page.goto(address)
        page.locator("#tabs").wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not foreign, f"requests left the machine: {foreign}"
    assert not errors, f"the page's scripts failed: {errors}"


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"
