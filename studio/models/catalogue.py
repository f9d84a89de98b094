"""The base models we propose, and how a reference (an id of ours or a folder) becomes a ModelInfo."""

from dataclasses import dataclass
from pathlib import Path

from studio.assets_path import asset
from studio.errors import ModelError, StorageError
from studio.models.inspection import Kind, ModelInfo, inspect


@dataclass(frozen=True)
class Card:
    """One proposed base model. kind: as ModelInfo's. line: a sentence for a layman; good_for: what it suits."""

    id: str
    title: str
    kind: Kind
    line: str
    good_for: str


STARTER = Card(
    id="starter",
    title="Starter",
    kind="decoder",
    line="A small English model that comes with the studio and trains in minutes without a graphics card.",
    good_for="Sorting short texts and answering in a fixed form.",
)
STARTER_ENCODER = Card(
    id="starter-encoder",
    title="Starter encoder",
    kind="encoder",
    line="A small English model that reads texts and tells their labels; it comes with the studio and writes nothing.",
    good_for="Telling labels such as topic, intent or sentiment, from few examples.",
)
CATALOGUE: tuple[Card, ...] = (STARTER, STARTER_ENCODER)
RECOMMENDED = STARTER.id


def available() -> tuple[Card, ...]:
    """The cards whose model is part of this installation."""
    return tuple(card for card in CATALOGUE if _folder(card) is not None)


def starter_folder() -> Path:
    """Where the starter model lies, in a checkout or inside the installed package; ModelError when it came without."""
    return _wanted_folder(STARTER)


def resolve(reference: str) -> ModelInfo:
    """The model behind 'recommended', an id of the catalogue, or a folder path; ModelError when there is none."""
    wanted = RECOMMENDED if reference == "recommended" else reference.strip()
    for card in CATALOGUE:
        if wanted == card.id:
            return inspect(_wanted_folder(card), name=card.id)
    if not wanted:
        raise ModelError("No base model was chosen.", "Choose the starter model or name a model folder.")
    return inspect(Path(wanted).expanduser())


def _folder(card: Card) -> Path | None:
    try:
        return asset(card.id, "config.json").parent
    except StorageError:
        return None


def _wanted_folder(card: Card) -> Path:
    folder = _folder(card)
    if folder is None:
        raise ModelError(
            f"The model {card.id} is not part of this installation.",
            "Name a model folder of your own, or make the starter models with: python -m tools.starter.",
        )
    return folder
