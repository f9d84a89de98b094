"""Base models: the cards to choose from, and the inspection of a folder."""

from studio import models
from studio.models import Card, ModelInfo


class Models:
    def cards(self) -> tuple[Card, ...]:
        """The base models the studio proposes, in the order of the page."""
        return models.CATALOGUE

    def inspect(self, reference: str) -> ModelInfo:
        """What a base model is ('recommended', 'starter' or a folder); ModelError when it is missing or unfit."""
        return models.resolve(reference)
