"""The generators of one process: each loaded when first asked for, kept, and shared fairly."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from deepimage.config import Recipe
from deepimage.models.restorer import Restorer
from deepimage.serving.order import Progress
from deepimage.serving.work.generator import weights
from deepimage.serving.work.turns import Turns
from deepimage.stages.opening import open_restorer

_KEPT = 8  # Restorers; the least lately used goes first


class Studio:
    """The Generator of this process."""

    def __init__(self, threads: int | None = None, observe: Callable[[float], None] = lambda fill: None) -> None:
        self._open = lru_cache(_KEPT)(open_restorer)
        self._loader = ThreadPoolExecutor(1, "loader")  # one, so that no model is loaded twice
        self._threads = threads
        self._observe = observe
        self._turns: Turns | None = None

    async def restore(self, recipe: Recipe, lr: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """See Generator."""
        restorer = await self.load(recipe)
        self._turns = self._turns or Turns(restorer.workers, self._observe)
        return await asyncio.wrap_future(self._turns.restore(restorer, lr, progress))

    async def load(self, recipe: Recipe) -> Restorer:
        """The Restorer of the recipe's model; seconds when it is new, nothing when it is kept."""
        wanted = weights(recipe)
        return await asyncio.get_running_loop().run_in_executor(self._loader, self._open, wanted, self._threads)

    @property
    def waiting(self) -> int:
        """Tiles that have not begun."""
        return self._turns.waiting if self._turns else 0

    @property
    def waiting_megapixels(self) -> float:
        """Of sr, that have not begun."""
        return self._turns.waiting_megapixels if self._turns else 0.0

    def close(self) -> None:
        """End the threads."""
        self._loader.shutdown(cancel_futures=True)
        if self._turns:
            self._turns.close()
