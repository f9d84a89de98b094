"""The verdict, everybody in a table, the numbers, kinds of rows, what was forgotten, what a judge says; as HTML."""

from collections.abc import Sequence

from studio.evaluation.metrics import title_of
from studio.evaluation.scorecard import Candidate, Scorecard
from studio.evaluation.slices import matrix, slices
from studio.hosted.price import dollars
from studio.ui import html, labelling, words
from studio.ui.acts import button
from studio.ui.evaluate.numbers import interval, leading, measures, title


def verdict(card: Scorecard, stale: Sequence[str]) -> str:
    """The verdict large, with its certainty; before it, what changed since."""
    name = card.verdict.replace(" ", "-")
    paid = "" if card.cost is None else words.COMPARE_COST.format(amount=dollars(card.cost))
    cost = f'<p class="fs-line">{html.esc(paid)}</p>' if paid else ""
    old = ""
    if stale:
        reasons = " ".join(stale)
        old = (
            f'<div class="fs-notice fs-stale" role="alert"><b>{html.esc(words.STALE)}</b> {html.esc(reasons)} '
            f"{html.esc(words.STALE_DO)}</div>"
        )
    return (
        f'{old}<section class="fs-verdict {name}" role="status"><h2>{html.esc(words.VERDICTS[card.verdict])}</h2>'
        f"<p>{html.esc(card.sentence.removesuffix(card.beside).strip())}</p>{_beside(card)}{cost}</section>"
    )


def _beside(card: Scorecard) -> str:
    """What is said of the others; that tuning was not needed stands out."""
    if not card.beside:
        return ""
    strong = ("<b>", "</b>") if card.needed == "no" else ("", "")
    return f'<p class="fs-beside">{strong[0]}{html.esc(card.beside)}{strong[1]}</p>'


def everybody(card: Scorecard) -> str:
    """One line a candidate: score, against the tuned model, and what an answer takes."""
    name = leading(card)
    against = {one["name"]: one for one in card.comparisons}
    rows = []
    for one in card.candidates:
        found = against.get(one.name)
        counts = words.WHO_COUNTS.format(**found) if found else ""
        rows.append(
            [
                f'<b class="fs-who {html.esc(one.name)}">{html.esc(title(card, one))}</b>',
                interval(name, one),
                html.esc(counts),
                "–" if one.tokens is None else f"{one.tokens:.0f}",
                "–" if one.seconds is None else f"{one.seconds:.2f}",
                html.esc(_price(card, one)),
            ]
        )
    head = (words.WHO_HEAD[0], title_of(name), *words.WHO_HEAD[2:])
    note = f'<p class="fs-line">{html.esc(words.WHO_NOTE)}</p>'
    return html.card(words.WHO_TITLE, html.table(head, rows, "fs-everybody") + note)


def _price(card: Scorecard, one: Candidate) -> str:
    if one.kind == "remote":
        return words.WHO_UNKNOWN if one.cost is None or not card.rows else dollars(1000 * one.cost / card.rows)
    return words.WHO_FREE


def details(card: Scorecard) -> str:
    """Labels, kinds of rows, forgetting, judge, and all numbers."""
    parts = [labelling.table(card), _slices(card), _forgotten(card), _judge(card), _numbers(card)]
    return "".join(parts)


def confusion(card: Scorecard) -> str:
    """Wanted against told, each number a button; '' where answers are no few labels."""
    found = matrix(card.details)
    if found is None:
        return ""
    labels, counts = found
    head = (words.MATRIX_WANTED, *labels, words.ROWS_OTHER)
    rows = []
    for label, line in zip(labels, counts, strict=True):
        cells = [
            button(
                "pick",
                str(count),
                kind="quiet" if told != label else "plain",
                label=words.ROWS_PICKED.format(wanted=label, told=told or words.ROWS_OTHER),
                wanted=label,
                told=told,
                to="scored-rows",
            )
            if count
            else '<span class="fs-line">0</span>'
            for told, count in zip((*labels, ""), line, strict=True)
        ]
        rows.append([html.esc(label), *cells])
    body = f"<p>{html.esc(words.MATRIX_LINE)}</p>" + html.table(head, rows, "fs-matrix", words.MATRIX_TITLE)
    return f"<h2>{html.esc(words.MATRIX_TITLE)}</h2>{body}"


def _slices(card: Scorecard) -> str:
    found = slices(card.details)
    if not found:
        return ""
    rows = []
    for one in found:
        cells = []
        for name in ("base", "tuned"):
            right, (low, high) = one.right[name]
            share = 100 * right / one.rows
            cells.append(f"{share:.0f} % <small>({100 * low:.0f} to {100 * high:.0f} %)</small>")
        rows.append([html.esc(words.SLICES_BY[one.by].format(name=one.name)), html.number(one.rows), *cells])
    note = f"<p>{html.esc(words.SLICES_LINE)}</p>"
    return html.card(words.SLICES_TITLE, note + html.table(words.SLICES_HEAD, rows, "fs-slices"))


def _forgotten(card: Scorecard) -> str:
    if card.general is None:
        return ""
    rows = [
        [html.esc(one["asked"]), *(html.esc(one[name] or words.NO_ANSWER) for name in ("base", "tuned"))]
        for one in card.general["answers"]
    ]
    table = html.table(words.FORGOT_HEAD, rows, "fs-rows")
    fold = f"<details><summary>{html.esc(words.FORGOT_SEE)}</summary>{table}</details>"
    return html.card(words.FORGOT_TITLE, f"<p>{html.esc(card.general['sentence'])}</p>{fold}")


def _judge(card: Scorecard) -> str:
    if card.judge is None:
        return ""
    return html.card(words.JUDGE_TITLE, f"<p>{html.esc(words.JUDGE_LINE.format(**card.judge))}</p>")


def _numbers(card: Scorecard) -> str:
    if len(card.candidates) < 2:
        return ""
    head = (words.METRIC, *(title(card, one) for one in card.candidates))
    rows = [[html.esc(title_of(name)), *(interval(name, one) for one in card.candidates)] for name in measures(card)]
    note = f"<p>{html.esc(words.INTERVAL_NOTE.format(rows=html.number(card.rows)))}</p>"
    table = html.table(head, rows, "fs-numbers")
    fold = f"<details><summary>{html.esc(words.NUMBERS_SEE)}</summary>{note}{table}</details>"
    return html.card(words.NUMBERS_TITLE, fold)
