"""Whether a base model has room on this machine: the least that its weights take while it is tuned.

A lower bound, from sizes alone, for a card in a list; what a training takes in all is estimated where its rows and
options are known.
"""

from dataclasses import dataclass
from typing import Literal

WHOLE, HALF, FOUR_BITS = 4, 2, 0.6
"""Bytes a weight: in single precision, in half of it, and in 4 bits with the scales that belong to them."""
Room = Literal["fits", "tight", "too large"]


@dataclass(frozen=True)
class Fit:
    """room: fits even in single precision; tight: only held in half precision or in 4 bits; or too large. least: bytes
    of the weights, held in the way that fits. free: bytes that can be taken now."""

    room: Room
    least: int
    free: int


def fit(parameters: int, free: int) -> Fit:
    """Of a model of so many weights in so many free bytes of memory."""
    if parameters * WHOLE <= free:
        return Fit("fits", parameters * WHOLE, free)
    if parameters * HALF <= free:
        return Fit("tight", parameters * HALF, free)
    least = round(parameters * FOUR_BITS)
    return Fit("tight" if least <= free else "too large", least, free)
