"""How fast a run is: how long it waits for its batches, and how far it has come."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import torch

from deepimage.training.data import Batch

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 30


@dataclass
class Waiting:
    """Batches, moved to the device; `seconds` tells how long they were waited for."""

    batches: Iterator[Batch]
    device: torch.device
    seconds: float = 0.0

    def __iter__(self) -> "Waiting":
        return self

    def __next__(self) -> Batch:
        asked = time.monotonic()
        lr, hr = (part.to(self.device, non_blocking=True) for part in next(self.batches))
        self.seconds += time.monotonic() - asked
        return lr, hr


@dataclass
class Pace:
    """Says in the log, every half minute, how far a run is: a measurement may be an hour away."""

    first: int
    last: int

    def __post_init__(self) -> None:
        self._started = self._said = time.monotonic()

    def told(self, step: int) -> None:
        now = time.monotonic()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            seconds = (now - self._started) / (step - self.first)
            left = timedelta(seconds=round(seconds * (self.last - step)))
            log.info("step %d of %d  %.2f s a step  %s left", step, self.last, seconds, left)
