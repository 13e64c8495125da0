"""A finite queue: what is admitted will be answered, what is not is told so at once."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from deepimage.serving.config import Queue
from deepimage.serving.order import Order, Price, Progress, Result, Workshop
from deepimage.serving.problems import Problem

_FIRST_GUESS = 1.0  # megapixels a second, until one has been measured


class Admission:
    """A Workshop that answers queue-full where `queue` would overflow; a cancelled call leaves its room to others."""

    def __init__(self, workshop: Workshop, queue: Queue) -> None:
        self._workshop = workshop
        self._queue = queue
        self._pace = _FIRST_GUESS
        self.megapixels = 0.0
        self.requests = 0

    async def price(self, order: Order) -> Price:
        """See Workshop."""
        self._check(0)
        return await self._workshop.price(order)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        """See Workshop."""
        self._check(0)  # a full house needs no look at the picture
        price = await self._workshop.price(order)
        with self._room(price.held):
            result = await self._workshop.restore(order, progress)
            self._learn(price.held, result.seconds["restore"])
            return result

    @contextmanager
    def _room(self, megapixels: float) -> Iterator[None]:
        self._check(megapixels)
        self.megapixels += megapixels
        self.requests += 1
        try:
            yield
        finally:
            self.megapixels -= megapixels
            self.requests -= 1

    def _check(self, megapixels: float) -> None:
        """One order larger than the whole queue is taken when it is the only one."""
        fits = self.megapixels + megapixels <= self._queue.megapixels or not self.requests
        if not fits or self.requests >= self._queue.requests:
            seconds = math.ceil(min(max(self.megapixels / self._pace, 1), 600))
            waiting = {"waiting": {"requests": self.requests, "megapixels": round(self.megapixels, 1)}}
            raise Problem("queue-full", f"try again in {seconds} s", waiting, {"Retry-After": str(seconds)})

    def _learn(self, megapixels: float, seconds: float) -> None:
        """The pace of one picture among `requests` that share the generator, times as many."""
        pace = megapixels / max(seconds, 1e-3) * self.requests
        self._pace += 0.2 * (pace - self._pace)
