"""What a person is asked on the tab that is open: every control that can be seen and used, a group of choices once."""

from playwright.sync_api import Page

ASKED = """() => {
    const panel = [...document.querySelectorAll('[role=tabpanel]')].find((one) => one.checkVisibility());
    const seen = new Set();
    for (const one of panel.querySelectorAll('input, textarea, select, button')) {
        const folds = one.classList.contains('label-wrap') || one.matches('.primary');
        if (folds || !one.checkVisibility({visibilityProperty: true}) || !one.getClientRects().length) continue;
        const whole = one.closest('fieldset') || one.closest('.block[id]') || one;
        seen.add(whole.id || whole.innerText);
    }
    return [...seen];
}"""


def asked(page: Page) -> list[str]:
    """The ids (or texts) of all that can be decided now; heads of folds and the primary button are no decisions."""
    return page.evaluate(ASKED)
