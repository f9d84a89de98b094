"""How a reference becomes a model on this machine: one that came with the studio, or a folder. What was fetched from
the Hub, and the owner's own tuned models, are the session's to find."""

from pathlib import Path

from studio.assets_path import asset
from studio.errors import ModelError, StorageError
from studio.models.catalogue import CATALOGUE, RECOMMENDED, STARTER, Card, card_of
from studio.models.inspection import ModelInfo, inspect


def available() -> tuple[Card, ...]:
    """The cards whose model is part of this installation."""
    return tuple(card for card in CATALOGUE if card.bundled and _folder(card) is not None)


def starter_folder() -> Path:
    """Where the starter model lies, in a checkout or inside the installed package; ModelError when it came without."""
    return _wanted_folder(STARTER)


def resolve(reference: str) -> ModelInfo:
    """The model behind 'recommended', the id of one that comes with the studio, or a folder path; ModelError when there
    is none."""
    wanted = RECOMMENDED if reference == "recommended" else reference.strip()
    card = card_of(wanted)
    if card is not None and card.bundled:
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
