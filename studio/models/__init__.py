"""Base models: the catalogue, what a model folder is, how chats are rendered for it, and checkpoints of its tuning.

Importing this package never loads torch; `loading` and `loss` are for job and inference processes alone.
"""

from studio.models.catalogue import CATALOGUE, RECOMMENDED, Card, available, resolve, starter_folder
from studio.models.inspection import ModelInfo, inspect

__all__ = ["CATALOGUE", "RECOMMENDED", "Card", "ModelInfo", "available", "inspect", "resolve", "starter_folder"]
