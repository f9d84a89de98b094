"""What axe-core finds on a page, asked once nothing on it is on its way to another colour."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished.catch(() => null)))"""


def violations(page: Page) -> list[str]:
    """One sentence for each broken rule, with the first elements that break it; a button that is just being enabled
    is looked at when its transition is over."""
    page.evaluate(SETTLED)
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[node['html'][:120] for node in v['nodes'][:3]]}" for v in found]
