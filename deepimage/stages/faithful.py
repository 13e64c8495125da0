"""What is done with a result that has drifted too far from its input: it is made anew by the most faithful weights."""

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from deepimage.config import Recipe
from deepimage.metrics.consistency import consistency_db
from deepimage.stages.opening import open_restorer

if TYPE_CHECKING:
    from deepimage.models.restorer import Restorer


@dataclass(frozen=True)
class Judged:
    """A result, how near it is to its input in dB, and what the manifest should say of it."""

    sr: np.ndarray
    consistency_db: float
    note: str | None = None


class Faithful:
    """The recipe's model at fidelity 0, loaded when it is first needed."""

    def __init__(self, recipe: Recipe, threads: int | None = None) -> None:
        self._recipe, self._threads = recipe, threads
        self._restorer: Restorer | None = None
        self._loading = Lock()

    def judge(self, lr: np.ndarray, sr: np.ndarray) -> Judged:
        """sr, or where it has drifted below recipe.faithful_below, one that has not."""
        first = Judged(sr, consistency_db(lr, sr))
        if not drifted(self._recipe, first.consistency_db):
            return first
        with self._loading:
            self._restorer = self._restorer or open_restorer(faithful(self._recipe), self._threads)
        return redone(lr, self._restorer.restore(lr), first)


def drifted(recipe: Recipe, consistency: float) -> bool:
    """Whether a result is too far from its input."""
    return recipe.faithful_below is not None and consistency < recipe.faithful_below


def faithful(recipe: Recipe) -> Recipe:
    """The recipe whose result is taken instead."""
    return recipe.model_copy(update={"fidelity": 0.0, "faithful_below": None})


def redone(lr: np.ndarray, sr: np.ndarray, first: Judged) -> Judged:
    """The faithful sr in the place of the first one."""
    return Judged(sr, consistency_db(lr, sr), f"drifted to {first.consistency_db:.1f} dB: restored at fidelity 0")


def notes(*each: str | None) -> str | None:
    """All that is to be said, as one; None for nothing."""
    return "; ".join(note for note in each if note) or None
