"""What the Evaluate tab shows of labels: the guess a classifier is compared with, the table of labels, the mistakes."""

from studio.evaluation.scorecard import Scorecard
from studio.ui import html, words

TAKEN_SHOWN = 10


def base_name(card: Scorecard) -> str:
    """What stands beside the tuned model: the base model, or for a classifier the most frequent label."""
    return words.GUESS.format(label=card.guess) if card.guess else words.CHAT_BASE


def table(card: Scorecard) -> str:
    """The tuned model label by label, and which labels it took for one another; '' where rows have no labels."""
    if card.labels is None:
        return ""
    rows = [
        [
            html.esc(entry["label"]),
            html.number(entry["wanted"]),
            *(_percent(entry["tuned"][name]) for name in ("recall", "precision", "f1")),
        ]
        for entry in card.labels.labels
    ]
    note = words.LABELS_NOTE
    if card.guess:
        note = f"{words.GUESS_NOTE.format(label=card.guess)} {note}"
    body = f"<p>{html.esc(note)}</p>" + html.table(words.LABELS_HEAD, rows, "fs-labels")
    taken = [
        [html.esc(one["wanted"]), html.esc(one["answered"] or words.NO_ANSWER), html.number(one["rows"])]
        for one in card.labels.taken[:TAKEN_SHOWN]
    ]
    if taken:
        body += f"<h3>{html.esc(words.TAKEN_TITLE)}</h3>" + html.table(words.TAKEN_HEAD, taken, "fs-taken")
    return html.card(words.LABELS_TITLE, body)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
