"""How a test acts as a person does: who waits for an answer that is on its way before writing into what it redraws, and
who looks again when a press was lost in it."""

import time
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import Locator, Page, Request, expect

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
TIMES = 3
STREAMS = ("/queue/join", "/queue/data")
"""Where the page asks and hears the answers; the stream ends when nothing more is asked."""
LOOK_MS, QUIET_LOOKS, AT_MOST_SECONDS = 50, 3, 3.0
_open: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def watch(page: Page) -> None:
    """Counts from here on what the page has asked and not been answered."""
    asked = _open.setdefault(page, set())
    page.on("request", lambda r: asked.add(r) if urlsplit(r.url).path.endswith(STREAMS) else None)
    page.on("requestfinished", lambda r: asked.discard(r))
    page.on("requestfailed", lambda r: asked.discard(r))


def settle(page: Page) -> None:
    """Waits until the page has its answers; not for ever, for an answer may be a long stream."""
    until, quiet = time.monotonic() + AT_MOST_SECONDS, 0
    while quiet < QUIET_LOOKS and time.monotonic() < until:
        page.wait_for_timeout(LOOK_MS)
        quiet = 0 if _open.get(page) else quiet + 1


def resize(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")


def pick(field: Locator) -> None:
    """Presses a radio button or a check box until it stands chosen: an answer that was under way at the press may show
    the earlier choice."""
    for _ in range(TIMES):
        settle(field.page)
        field.click()
        try:
            expect(field).to_be_checked(timeout=10_000)
        except AssertionError:
            continue
        return
    expect(field).to_be_checked()


def write(field: Locator, text: str) -> None:
    """Writes the text into a field that shows something else."""
    field.wait_for()
    settle(field.page)
    field.fill(text)
