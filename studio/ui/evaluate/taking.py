"""What can be taken away of a comparison: a report for a colleague, the rows, everything."""

from studio.ui import html, words

FILES = (("report", words.TAKE_REPORT), ("rows", words.TAKE_ROWS), ("everything", words.TAKE_NUMBERS))


def card(evaluation: str) -> str:
    """Links to the three files."""
    links = " ".join(
        f'<a class="fs-link" id="take-{name}" href="api/jobs/{html.esc(evaluation)}/{name}" download>'
        f"{html.esc(title)}</a>"
        for name, title in FILES
    )
    return html.card(words.TAKE_TITLE, f'<p>{html.esc(words.TAKE_LINE)}</p><p class="fs-links">{links}</p>')
