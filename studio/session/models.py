"""Base models: the cards to choose from, and the inspection of a folder."""

from studio import models
from studio.errors import ModelError
from studio.models import Card, ModelInfo
from studio.settings import Settings


class Models:
    def __init__(self, settings: Settings) -> None:
        self._proposed_only = settings.space

    def cards(self) -> tuple[Card, ...]:
        """The base models the studio proposes and has, in the order of the page."""
        return models.available()

    def at_hand(self) -> tuple[ModelInfo, ...]:
        """What these models are."""
        return tuple(models.resolve(card.id) for card in models.available())

    def inspect(self, reference: str) -> ModelInfo:
        """What a base model is ('recommended', 'starter' or a folder); ModelError when it is missing or unfit.

        In a public demonstration a visitor reaches no folder of the server: the proposed models alone are looked at.
        """
        proposed = ("recommended", *(card.id for card in models.CATALOGUE if card.bundled))
        if self._proposed_only and reference.strip() not in proposed:
            raise ModelError(
                "This is a public demonstration, so it opens no folders.", "Choose one of the models in the list."
            )
        return models.resolve(reference)
