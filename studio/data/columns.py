"""What the columns of a table are like: their names' meaning, and what stands in them."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What people call a column, the likelier names first. A name of several words counts by each of them.
MEANINGS: dict[str, tuple[str, ...]] = {
    "system": ("system", "systemprompt", "persona"),
    "chosen": ("chosen", "preferred", "better", "accepted", "winner", "win", "good"),
    "rejected": ("rejected", "dispreferred", "nonpreferred", "worse", "declined", "loser", "lose", "bad"),
    "instruction": ("instruction", "task", "aufgabe"),
    "question": (
        *("question", "prompt", "query", "ask", "request", "problem", "user", "human", "customer", "source", "input"),
        *(
            "frage",
            "anfrage",
            "kunde",
            "pregunta",
            "consulta",
            "domanda",
            "pergunta",
            "vraag",
            "вопрос",
            "問題",
            "质问",
        ),
    ),
    "answer": (
        *("answer", "completion", "response", "reply", "output", "solution", "assistant", "bot", "agent", "target"),
        *("translation", "summary", "sql", "antwort", "lösung", "respuesta", "réponse", "reponse", "risposta"),
        *("resposta", "antwoord", "ответ", "答え", "回答"),
    ),
    "context": ("context", "passage", "background", "evidence", "kontext", "contexto", "contexte"),
    "label": (
        *("label", "labels", "category", "categories", "class", "intent", "sentiment", "topic", "tag", "tags", "type"),
        *(
            "department",
            "abteilung",
            "priority",
            "spam",
            "polarity",
            "kategorie",
            "klasse",
            "thema",
            "categoría",
            "catégorie",
        ),
        *("categoria", "etiqueta", "étiquette", "categorie", "метка", "категория"),
    ),
    "text": (
        *("text", "sentence", "message", "review", "comment", "utterance", "document", "content", "body", "article"),
        *("note", "description", "tweet", "email", "mail", "nachricht", "satz", "kommentar", "texto", "texte", "testo"),
        *("mensaje", "beschreibung", "текст"),
    ),
}
_KEYS = (
    "id",
    "uuid",
    "guid",
    "index",
    "idx",
    "nr",
    "no",
    "number",
    "date",
    "time",
    "timestamp",
    "created",
    "url",
    "link",
)
_LEAST_END = 5
_MOST_LABELS = 100
_LONGEST_LABEL = 60
_URL_OR_DATE = re.compile(r"(https?://\S+|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T]\d.*)?)$")
_WORDS = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TURN_KEYS = ({"role", "content"}, {"from", "value"})


@dataclass(frozen=True)
class Column:
    """A column over the rows looked at. share: of the rows that have something in it. distinct: different values;
    length: median number of characters. turns: '' or the key that names the speaker, where it holds lists of turns."""

    name: str
    meanings: tuple[str, ...]
    share: float
    filled: int
    distinct: int
    length: float
    is_text: bool
    turns: str

    @property
    def is_label(self) -> bool:
        """Few values that come again and again, each short."""
        return (
            2 <= self.distinct <= min(_MOST_LABELS, self.filled // 2)
            and self.length <= _LONGEST_LABEL
            and not self.turns
        )


def columns_of(rows: Sequence[dict[str, Any]]) -> list[Column]:
    """The columns of these rows, in the order in which they first come up."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [_column(name, [row[name] for row in rows if row.get(name) not in (None, "")], len(rows)) for name in names]


def _column(name: str, values: list[Any], rows: int) -> Column:
    shown = [value if isinstance(value, str) else repr(value) for value in values]
    turns = next(
        (min(keys & {"role", "from"}) for keys in _TURN_KEYS if values and all(_has(v, keys) for v in values)), ""
    )
    is_text = bool(values) and all(isinstance(value, str) for value in values)
    by_form = is_text and not all(_URL_OR_DATE.match(text) or _is_number(text) for text in shown)
    return Column(
        name=name,
        meanings=_meanings(name),
        share=len(values) / rows,
        filled=len(values),
        distinct=len(Counter(shown)),
        length=statistics.median(map(len, shown)) if shown else 0.0,
        is_text=by_form and not set(_words(name)) & set(_KEYS),
        turns=turns,
    )


def _has(value: Any, keys: set[str]) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) and keys <= v.keys() for v in value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "", 1).lstrip("+-").isdecimal()


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(_HUMPS.sub(" ", name))]


def _meanings(name: str) -> tuple[str, ...]:
    """What a name may mean, the likelier first: the whole name counts more than one of its words, the last word more
    than those before it, and what a long word ends with least (a Kundenanfrage is an Anfrage)."""
    words = _words(name)
    found: list[str] = []
    for word in ("".join(words), *reversed(words)):
        found += [meaning for meaning, names in MEANINGS.items() if word in names and meaning not in found]
    ends = ("".join(words), *words)
    for meaning, names in MEANINGS.items():
        if meaning not in found and any(word.endswith(n) for word in ends for n in names if len(n) >= _LEAST_END):
            found.append(meaning)
    return tuple(found)
