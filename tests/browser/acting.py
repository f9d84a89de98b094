"""How a test acts as a person does, who looks again when the page redraws under the hand."""

from playwright.sync_api import Locator, expect

TIMES = 3


def pick(field: Locator) -> None:
    """Presses a radio button or a check box until it stands chosen: an answer that was under way at the press may show
    the earlier choice."""
    for _ in range(TIMES):
        field.click()
        try:
            expect(field).to_be_checked(timeout=10_000)
        except AssertionError:
            continue
        return
    expect(field).to_be_checked()
