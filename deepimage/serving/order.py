"""What is asked for and what comes out: the values that travel between the parts of the service."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from deepimage.config import Recipe

Progress = Callable[[int, int], None]
"""Told (tiles done, tiles in all) as a picture is restored; from any thread."""


@dataclass(frozen=True)
class Order:
    """One picture's bytes, and the recipe that alone decides the bytes of the result."""

    data: bytes
    recipe: Recipe
    name: str = ""
    """The client's file name, for Content-Disposition; never trusted, never part of the digest."""

    @cached_property
    def digest(self) -> str:
        """sha256 of all that decides the result; a model's name stands for weights that a service does not change."""
        recipe = self.recipe.digest(self.recipe.model)
        return hashlib.sha256(hashlib.sha256(self.data).digest() + recipe.encode()).hexdigest()


@dataclass(frozen=True)
class Price:
    """What an order costs, known before any work."""

    megapixels: float
    """Of the result: what a quota counts."""
    generated: float
    """Megapixels that the model makes on the way; more than the result's where that is to be smaller."""

    @property
    def held(self) -> float:
        """Megapixels that are in memory or in the queue for it."""
        return max(self.megapixels, self.generated)


@dataclass(frozen=True)
class Result:
    """A restored picture, encoded."""

    data: bytes
    format: str
    width: int
    height: int
    model: str
    """name@sha256 of the weights, first 12 digits."""
    consistency_db: float | None = None
    note: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    """decode, restore (its turns with others included), encode."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6


class Workshop(Protocol):
    """Restores pictures; the App's and the jobs' only door to the generator."""

    async def price(self, order: Order) -> Price:
        """From the header alone. Raises ImageError for what the limits do not allow."""

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        """Raises ImageError, OutOfMemory, UsageError; Problem("queue-full") where too much waits.

        Cancelling the call frees its place: tiles that have not begun are dropped.
        """
