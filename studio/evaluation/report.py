"""A scorecard as files to send to a colleague: one self-contained HTML page, the rows as CSV, everything as JSON.

The page holds its style, its script and its pictures itself; it opens in any browser without a network, and nothing in
it is loaded from anywhere.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from studio.evaluation import metrics
from studio.evaluation.differences import marked
from studio.evaluation.scorecard import GROUPS, Candidate, Row, Scorecard
from studio.evaluation.table import FORMULA

PLAIN = ("loss", "perplexity", "length")
WORDS = {"better": "Better", "worse": "Worse", "cannot tell": "Cannot tell"}
COLOURS = {"base": "#5b7083", "tuned": "#d96c0d", "prompted": "#7a68a6", "remote": "#2b7bba"}
OTHER = "#98a2ad"
STYLE = """
:root{color-scheme:light dark;--text:#1c2733;--soft:#56636f;--line:#d6dde4;--page:#f6f8fa;--card:#fff;--good:#1d7a46;
--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--text:#e6ebf0;--soft:#a9b6c2;--line:#33404d;--page:#10161c;--card:#18212a;
--good:#5fcf92;--bad:#ff9d95}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif;
font-variant-numeric:tabular-nums}main{max-width:960px;margin:0 auto;padding:24px 16px}h1{font-size:22px}
h2{font-size:18px;margin:0 0 8px}section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:
16px 24px;margin:0 0 16px}.verdict{border-left:6px solid var(--soft)}.verdict.better{border-left-color:var(--good)}
.verdict.worse{border-left-color:var(--bad)}.verdict h2{font-size:26px}.verdict p{font-size:17px}table{width:100%;
border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:8px;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}th{font-size:13px;color:var(--soft)}small,.soft{color:var(--soft)}.wide{overflow-x:auto}
article{border-top:1px solid var(--line);padding:12px 0}.pair{display:grid;grid-template-columns:1fr 1fr;gap:16px}
.text{white-space:pre-wrap;overflow-wrap:anywhere}del{color:var(--bad)}ins{color:var(--good);font-weight:600}
.tools{display:flex;gap:12px;flex-wrap:wrap;margin:8px 0}.tools label{display:flex;flex-direction:column;font-size:13px;
color:var(--soft)}select,input{font:inherit;padding:6px 8px;border:1px solid var(--line);border-radius:6px;background:
var(--card);color:var(--text)}.tag{font-size:13px;border:1px solid var(--line);border-radius:12px;padding:2px 8px}
.bar{display:grid;grid-template-columns:220px 1fr 150px;gap:12px;align-items:center;margin:6px 0}
@media(max-width:640px){.pair,.bar{grid-template-columns:1fr}}
"""
SCRIPT = """
const rows=[...document.querySelectorAll('article')],group=document.getElementById('group'),
find=document.getElementById('find'),count=document.getElementById('count');
const show=()=>{const t=find.value.toLowerCase();let n=0;for(const r of rows){const on=(!group.value||r.dataset.group===
group.value)&&(!t||r.textContent.toLowerCase().includes(t));r.hidden=!on;n+=on}count.textContent=n+' of '+rows.length+
' rows'};group.addEventListener('change',show);find.addEventListener('input',show);show();
"""


def page(card: Scorecard, facts: Mapping[str, str]) -> str:
    """The report as HTML. facts: what it is tied to, in words; 'name' is its title."""
    name = WORDS[card.verdict]
    titles = {one.name: one.title or one.name for one in card.candidates}
    if card.guess:
        titles["base"] = f"Always “{card.guess}”"
    names = dict.fromkeys(name for one in card.candidates for name in one.metrics)
    known = {one: metrics.title_of(one) for one in names}
    parts = [
        f"<h1>{escape(facts.get('name', 'Comparison'))}</h1>",
        f'<section class="verdict {card.verdict.replace(" ", "-")}"><h2>{name}</h2>'
        f"<p>{escape(card.sentence)}</p></section>",
        _bars(card, titles, known),
        _everybody(card, titles),
        _numbers(card, titles, known),
        _general(card),
        _rows(card, titles),
        _facts(card, facts),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        f"<title>{name}: {escape(facts.get('name', 'comparison'))}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main><script>{SCRIPT}</script></body></html>\n"
    )


def _bars(card: Scorecard, titles: Mapping[str, str], measures: Mapping[str, str]) -> str:
    wanted = ("accuracy", card.decided_by, "exact_match") if card.labels else (card.decided_by, "exact_match")
    measure = next((one for one in (*wanted, *measures) if one in measures), None)
    if measure is None:
        return ""
    shown = [one for one in card.candidates if measure in one.metrics]
    most = 1.0 if measure not in PLAIN else max(one.intervals[measure][1] for one in shown) * 1.05 or 1.0
    lines = []
    for one in shown:
        low, high = (max(0.0, min(1.0, end / most)) for end in one.intervals[measure])
        value = max(0.0, min(1.0, one.metrics[measure] / most))
        colour = COLOURS.get(one.name, COLOURS["tuned"] if one.kind == "tuned" else OTHER)
        lines.append(
            f'<div class="bar"><span>{escape(titles[one.name])}</span>'
            '<svg viewBox="0 0 400 22" width="100%" '
            'height="22" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(_value(measure, one.metrics[measure]))}">'
            f'<rect x="0" y="3" width="{400 * value:.1f}" height="16" fill="{colour}"/>'
            f'<path d="M{400 * low:.1f} 11H{400 * high:.1f}M{400 * low:.1f} 6v10M{400 * high:.1f} 6v10" '
            f'stroke="currentColor" stroke-width="1.5" fill="none"/></svg><span>{_interval(measure, one)}</span></div>'
        )
    note = '<p class="soft">Lines: 95 % intervals.</p>'
    return f"<section><h2>{escape(measures[measure])}</h2>{''.join(lines)}{note}</section>"


def _everybody(card: Scorecard, titles: Mapping[str, str]) -> str:
    against = {one["name"]: one for one in card.comparisons}
    rows = []
    for one in card.candidates:
        found = against.get(one.name)
        told = "{wins} better, {losses} worse, {ties} the same".format(**found) if found else ""
        rows.append(
            [
                escape(titles[one.name]),
                told,
                "–" if one.tokens is None else f"{one.tokens:.0f}",
                "–" if one.seconds is None else f"{one.seconds:.2f}",
                "–" if one.cost is None else f"{one.cost:.4f}",
            ]
        )
    head = ("Who", "Tuned model against it, in rows", "Tokens an answer", "Seconds an answer", "US dollars in all")
    return f"<section><h2>Everybody on the same {card.rows} rows</h2>{_table(head, rows)}</section>"


def _numbers(card: Scorecard, titles: Mapping[str, str], measures: Mapping[str, str]) -> str:
    head = ("Measure", *(titles[one.name] for one in card.candidates))
    rows = [[escape(title), *(_interval(name, one) for one in card.candidates)] for name, title in measures.items()]
    return f'<section><h2>In numbers</h2><div class="wide">{_table(head, rows)}</div></section>'


def _general(card: Scorecard) -> str:
    if card.general is None:
        return ""
    return f"<section><h2>Did it forget?</h2><p>{escape(card.general['sentence'])}</p></section>"


def _rows(card: Scorecard, titles: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{escape(group)}">{escape(group.capitalize())} ({len(card.in_group(group))})</option>'
        for group in GROUPS
        if card.in_group(group)
    )
    tools = (
        f'<div class="tools"><label>Rows that<select id="group"><option value="">All</option>{options}</select></label>'
        '<label>Search<input id="find" type="search"></label></div><p id="count" class="soft" aria-live="polite"></p>'
    )
    return f"<section><h2>Row by row</h2>{tools}{''.join(_row(row, titles) for row in card.details)}</section>"


def _row(row: Row, titles: Mapping[str, str]) -> str:
    asked = next((turn["content"] for turn in reversed(row.prompt) if turn["role"] == "user"), "")
    sides = []
    for name in ("base", "tuned"):
        text = row.answers[name]
        shown = marked(row.wanted, text) if text and not row.exact[name] else escape(text or "(no answer)")
        sign = "✓" if row.exact[name] else "✗"
        sides.append(f'<div><b>{escape(titles[name])}</b> {sign}<div class="text">{shown}</div></div>')
    return (
        f'<article data-group="{escape(row.group)}"><span class="tag">{escape(row.group.capitalize())}</span> '
        f'<span class="soft">line {row.line}</span><div class="text"><b>Question:</b> {escape(asked)}</div>'
        f'<div class="text"><b>Wanted:</b> {escape(row.wanted)}</div><div class="pair">{"".join(sides)}</div></article>'
    )


def _facts(card: Scorecard, facts: Mapping[str, str]) -> str:
    told = {
        **{name: value for name, value in facts.items() if name != "name"},
        "Checkpoint": card.checkpoint,
        "Rows": card.data,
        "Split": card.split or "every row of another file",
        "Base model": f"{card.model_name} {card.base_model}",
        "Chat template": card.template,
    }
    rows = [[escape(name), f"<small>{escape(value)}</small>"] for name, value in told.items() if value]
    return f"<section><h2>What this is about</h2>{_table(('', ''), rows)}</section>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _value(measure: str, number: float) -> str:
    return f"{number:.2f}" if measure in PLAIN else f"{100 * number:.0f} %"


def _interval(measure: str, one: Candidate) -> str:
    if measure not in one.metrics:
        return "–"
    low, high = one.intervals[measure]
    return f"{_value(measure, one.metrics[measure])} <small>({_value(measure, low)} to {_value(measure, high)})</small>"


def rows_csv(card: Scorecard) -> str:
    """One line a row: question, wanted answer, group, and each candidate's answer and whether it is exactly right.
    UTF-8 with a mark, as Excel wants it; a cell that it would take for a formula gets an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    names = [one.name for one in card.candidates]
    right = [f"{name} right" for name in names]
    writer.writerow(["row", "line", "question", "wanted", "group", *names, *right])
    for row in card.details:
        asked = "\n".join(turn["content"] for turn in row.prompt if turn["role"] == "user")
        texts = [_cell(text) for text in (asked, row.wanted, row.group, *(row.answers[name] for name in names))]
        writer.writerow([row.row, row.line, *texts, *(int(row.exact[name]) for name in names)])
    return "\ufeff" + file.getvalue()


def everything(card: Scorecard) -> str:
    """The whole scorecard with its rows as one JSON document."""
    told: dict[str, Any] = asdict(card)
    return json.dumps({**told, "details": [{**asdict(row), "group": row.group} for row in card.details]}, indent=1)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
