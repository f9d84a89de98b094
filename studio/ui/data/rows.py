"""One example as a person reads it, by what it holds: a conversation, a text with its label, two answers of which one
is preferred, or plain text. Every text can become a field (see static/acts.js); `rewritten` puts them back."""

import json
from collections.abc import Mapping
from dataclasses import replace

from studio.data.values import Example, Message
from studio.ui import html, words
from studio.ui.acts import button

LABELS = "labels"
BETWEEN = ", "


def article(example: Example, number: int, version: int) -> str:
    """A row with its buttons. number: among the usable rows of that version."""
    name = words.ROW_NAME.format(number=html.number(number + 1))
    tools = button("edit", words.EDIT, kind="quiet", label=f"{words.EDIT}: {name}")
    tools += button("delete", words.DELETE_ROW, kind="quiet", label=f"{words.DELETE_ROW}: {name}")
    line = words.LINE.format(line=html.number(example.line)) if example.line else words.ADDED
    return (
        f'<article class="fs-example" data-row="{number}" data-version="{version}" aria-label="{html.esc(name)}">'
        f'<div class="fs-example-head"><span class="fs-line">{html.esc(line)}</span>'
        f'<span class="fs-tools">{tools}</span></div>{body(example)}{_saving()}</article>'
    )


def form(example: Example, row: str, **values: object) -> str:
    """A form for a new row, shown while it is filled in; its fields are those of an example of the same kind."""
    data = "".join(f' data-{name}="{html.esc(value)}"' for name, value in values.items())
    return (
        f'<article class="fs-example fs-form" data-row="{html.esc(row)}"{data} aria-label="{html.esc(words.NEW_ROW)}">'
        f"{body(example)}{_saving()}</article>"
    )


def body(example: Example) -> str:
    """The texts of an example, as HTML."""
    if example.labels:
        text = "".join(_bubble(m, f"m{place}") for place, m in enumerate(example.prompt))
        label = _slot(LABELS, words.LABELS, BETWEEN.join(example.labels), "fs-badge")
        return f'{text}<div class="fs-label"><span class="fs-role">{html.esc(words.LABELS)}</span>{label}</div>'
    if not example.prompt:
        return "".join(_slot(f"m{place}", words.TEXT, m.content, "fs-text") for place, m in enumerate(example.messages))
    turns = "".join(_bubble(m, f"m{place}") for place, m in enumerate(example.prompt))
    if not example.rejected:
        return turns + _bubble(example.messages[-1], f"m{len(example.messages) - 1}")
    sides = (
        (words.PREFERRED, example.messages[-1:], "m", len(example.messages) - 1, "fs-good"),
        (words.REJECTED, example.rejected, "r", 0, "fs-bad"),
    )
    pair = "".join(
        f'<div><b class="{tone}">{html.esc(title)}</b>'
        + "".join(_bubble(m, f"{key}{first + place}") for place, m in enumerate(messages))
        + "</div>"
        for title, messages, key, first, tone in sides
    )
    return f'{turns}<div class="fs-pair">{pair}</div>'


def rewritten(example: Example, texts: Mapping[str, str]) -> Example:
    """The example with these texts in its places; what is not named stays."""
    messages = tuple(_with(m, texts.get(f"m{place}")) for place, m in enumerate(example.messages))
    rejected = tuple(_with(m, texts.get(f"r{place}")) for place, m in enumerate(example.rejected))
    if LABELS not in texts:
        return replace(example, messages=messages, rejected=rejected)
    labels = tuple(label.strip() for label in texts[LABELS].split(",") if label.strip())
    said = replace(messages[-1], content=BETWEEN.join(labels))
    return replace(example, messages=(*messages[:-1], said), labels=labels)


def _with(message: Message, text: str | None) -> Message:
    return message if text is None else replace(message, content=text)


def _bubble(message: Message, key: str) -> str:
    role = html.ROLE_WORDS.get(message.role, message.role)
    unlearned = f" · {words.NOT_TRAINED}" if message.role == "assistant" and message.weight == 0 else ""
    calls = f'<pre class="fs-calls">{html.esc(_calls(message.calls))}</pre>' if message.calls else ""
    text = _slot(key, role, message.content) if message.content or not message.calls else ""
    return (
        f'<div class="fs-bubble {html.esc(message.role)}"><span class="fs-role">{html.esc(role + unlearned)}</span>'
        f"{text}{calls}</div>"
    )


def _slot(key: str, label: str, text: str, look: str = "") -> str:
    return f'<div class="{look}" data-slot="{key}" data-label="{html.esc(label)}">{html.esc(text)}</div>'


def _saving() -> str:
    return (
        '<div class="fs-saving">'
        + button("save", words.SAVE, kind="main")
        + button("leave", words.LEAVE)
        + f'<span class="fs-line">{html.esc(words.SAVE_NOTE)}</span></div>'
    )


def _calls(text: str) -> str:
    """Tool calls as name(arguments), one a line."""
    try:
        calls = [call["function"] for call in json.loads(text)]
        return "\n".join(f"{call['name']}({call['arguments']})" for call in calls)
    except (ValueError, KeyError, TypeError):
        return text
