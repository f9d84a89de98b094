"""How a test acts as a person does, who looks again when the page redraws under the hand."""

from playwright.sync_api import Locator, expect


def pick(field: Locator) -> None:
    """Presses a radio button or a check box and waits until it stands chosen: an answer that was under way at the press
    may show the earlier choice for a moment."""
    field.click()
    expect(field).to_be_checked()
