"""Base models: the catalogue, what a model folder is, how chats are rendered for it, and checkpoints of its tuning.

Importing this package never loads torch; `loading` and `loss` are for job and inference processes alone.
"""

from studio.models.at_hand import available, resolve, starter_folder
from studio.models.catalogue import CATALOGUE, RECOMMENDED, Card, card_of
from studio.models.inspection import ModelInfo, inspect

__all__ = [
    "CATALOGUE",
    "RECOMMENDED",
    "Card",
    "ModelInfo",
    "available",
    "card_of",
    "inspect",
    "resolve",
    "starter_folder",
]
