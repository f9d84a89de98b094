"""The base models we propose, and how a reference (an id of ours or a folder) becomes a ModelInfo."""

from dataclasses import dataclass
from pathlib import Path

from studio.assets_path import asset
from studio.errors import ModelError, StorageError
from studio.models.inspection import ModelInfo, inspect


@dataclass(frozen=True)
class Card:
    """One proposed base model. line: a sentence for a layman; good_for: what it suits."""

    id: str
    title: str
    line: str
    good_for: str


STARTER = Card(
    id="starter",
    title="Starter",
    line="A small English model that comes with the studio and trains in minutes without a graphics card.",
    good_for="Sorting short texts and answering in a fixed form.",
)
CATALOGUE: tuple[Card, ...] = (STARTER,)
RECOMMENDED = "starter"


def starter_folder() -> Path:
    """Where the starter model lies, in a checkout or inside the installed package; ModelError when it came without."""
    try:
        return asset("starter", "config.json").parent
    except StorageError:
        raise ModelError(
            "The starter model is not part of this installation.",
            "Name a model folder of your own, or make the starter with: python -m tools.starter.",
        ) from None


def resolve(reference: str) -> ModelInfo:
    """The model behind 'recommended', an id of the catalogue, or a folder path; ModelError when there is none."""
    wanted = RECOMMENDED if reference == "recommended" else reference.strip()
    if wanted == STARTER.id:
        return inspect(starter_folder(), name=STARTER.id)
    if not wanted:
        raise ModelError("No base model was chosen.", "Choose the starter model or name a model folder.")
    return inspect(Path(wanted).expanduser())
