"""The door to the generators, wherever they are."""

from typing import Protocol

import numpy as np

from deepimage.config import Recipe
from deepimage.models.catalog import INTERPOLATORS
from deepimage.serving.order import Progress


class Generator(Protocol):
    """Restores pixels, here or elsewhere."""

    async def restore(self, recipe: Recipe, lr: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """(H, W, 3) uint8 -> (H*scale, W*scale, 3) uint8 by the recipe's model; cancelling it drops undone tiles.

        Raises OutOfMemory, CheckpointError.
        """


def weights(recipe: Recipe) -> Recipe:
    """What of a recipe decides its Restorer, so that pictures of other sizes and formats share it."""
    names = ["model", "fidelity", "denoise", "back_projection", "precision", "tiling", "runtime"]
    if recipe.model in INTERPOLATORS:
        names.append("scale")
    return Recipe(**{name: getattr(recipe, name) for name in names})
