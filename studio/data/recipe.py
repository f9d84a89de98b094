"""A recipe: how a version of a data set is made from its original file. A version is a pure function of the two.

The steps are written here and carried out elsewhere: the mapping by mapping.py, the repairs by repairs/, the edits by
check.py.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from studio.data.repairs import repair_of
from studio.errors import DataError

Action = Literal["replace", "delete", "add"]
ACTIONS: tuple[Action, ...] = ("replace", "delete", "add")


@dataclass(frozen=True)
class Edit:
    """A row changed by hand. line: 1-based line of the original, 0 for 'add'. row: a row of the data set's shape as a
    JSON object, None for 'delete'. file: which of several originals, 0-based."""

    action: Action
    line: int
    row: dict[str, Any] | None = None
    file: int = 0


@dataclass(frozen=True)
class Mapping:
    """Which column of a foreign file feeds which field. shape: a format's NAME. columns: the shape's field -> the
    file's column. constants: the shape's field -> a text that is the same in every row, such as a system prompt."""

    shape: str
    columns: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reads:
    """What a model reads at once, for steps that count tokens. tokenizer: the name of its tokenizer's file, which lies
    in the data set's folder. limit: in tokens."""

    tokenizer: str
    limit: int


@dataclass(frozen=True)
class Recipe:
    """shape: a format's NAME, chosen by the user against what was detected. repairs: ids, in the order of being
    applied. edits come last: of two for one line the later one counts. reads: where a repair counts tokens."""

    shape: str | None = None
    mapping: Mapping | None = None
    repairs: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    reads: Reads | None = None

    def without_edits(self) -> "Recipe":
        """What can be applied to a new upload: edits name lines of one file and mean nothing in another."""
        return replace(self, edits=())

    def as_json(self) -> dict[str, Any]:
        return {"v": 1, **asdict(self)}

    @classmethod
    def from_json(cls, raw: Any) -> "Recipe":
        """A recipe as `as_json` wrote it. DataError when it is damaged or names a step that this version does not
        know."""
        try:
            recipe = cls(
                _name(raw["shape"]),
                None if raw["mapping"] is None else _mapping(raw["mapping"]),
                tuple(raw["repairs"]),
                tuple(_edit(edit) for edit in raw["edits"]),
                _reads(raw.get("reads")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError("The recipe of this version is damaged.", "Upload the file again.") from error
        for name in recipe.repairs:
            repair_of(name)
        return recipe


def _name(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value


def _texts(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise TypeError(raw)
    return dict(raw)


def _mapping(raw: Any) -> Mapping:
    if not isinstance(raw["shape"], str):
        raise TypeError(raw)
    return Mapping(raw["shape"], _texts(raw["columns"]), _texts(raw["constants"]))


def _reads(raw: Any) -> Reads | None:
    if raw is None:
        return None
    name, limit = raw["tokenizer"], raw["limit"]
    if not isinstance(name, str) or Path(name).name != name or type(limit) is not int:
        raise ValueError(raw)
    return Reads(name, limit)


def _edit(raw: Any) -> Edit:
    action, line, row, file = raw["action"], raw["line"], raw["row"], raw["file"]
    if action not in ACTIONS or type(line) is not int or type(file) is not int or (row is None) != (action == "delete"):
        raise ValueError(raw)
    if row is not None and not isinstance(row, dict):
        raise TypeError(raw)
    return Edit(action, line, row, file)
