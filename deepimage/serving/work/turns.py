"""Pictures that are restored at the same time take turns, tile by tile, and share batches."""

from bisect import insort
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread

import numpy as np
import torch

from deepimage.models.restorer import Restorer, Unfinished, Work
from deepimage.serving.order import Progress
from deepimage.serving.work.clock import FairClock


@dataclass(eq=False)
class _Turn:
    """A picture, the tiles of it that have not begun, and how many are not done."""

    end: float
    restorer: Restorer
    picture: Unfinished
    tiles: deque[Work]
    missing: int
    total: int
    future: Future[np.ndarray]
    progress: Progress | None


class Turns:
    """Threads that serve the tiles of all pictures present in the order of FairClock; same bytes as Restorer.restore.

    `workers` windows are computed at once. `observe` is told how full each batch is, 0 to 1.
    """

    def __init__(self, workers: int, observe: Callable[[float], None] = lambda fill: None) -> None:
        self._turns: list[_Turn] = []  # sorted by end
        self._clock = FairClock()
        self._changed = Condition()
        self._observe = observe
        self._open = True
        for number in range(workers):
            Thread(target=self._serve, name=f"turns-{number}", daemon=True).start()

    def restore(self, restorer: Restorer, lr: np.ndarray, progress: Progress | None = None) -> Future[np.ndarray]:
        """sr of `lr`, or OutOfMemory. Cancelling the future drops the tiles that have not begun."""
        picture, tiles = restorer.begin(lr)
        future: Future[np.ndarray] = Future()
        with self._changed:
            end = self._clock.enter(sum(_pixels(work) for work in tiles))
            turn = _Turn(end, restorer, picture, deque(tiles), len(tiles), len(tiles), future, progress)
            insort(self._turns, turn, key=lambda turn: turn.end)
            self._changed.notify_all()
        return future

    @property
    def waiting(self) -> int:
        """Tiles that have not begun."""
        with self._changed:
            self._drop_cancelled()
            return sum(len(turn.tiles) for turn in self._turns)

    @property
    def waiting_megapixels(self) -> float:
        """Of sr, halos included, in tiles that have not begun."""
        with self._changed:
            self._drop_cancelled()
            return sum(_pixels(work) * turn.restorer.scale**2 for turn in self._turns for work in turn.tiles) / 1e6

    def close(self) -> None:
        """Let the threads end; what has not begun stays undone."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _serve(self) -> None:
        torch.set_num_threads(1)  # as in Restorer: two windows at once are faster than one on two threads
        while batch := self._next():
            restorer = batch[0][0].restorer
            try:
                restorer.restore_batch([work for _, work in batch])
                error = None
            except Exception as fault:  # one picture's must not end the thread that serves all others
                error = fault
            self._observe(len(batch) / restorer.batch)
            for turn, work in batch:
                self._done(turn, work, error)

    def _next(self) -> list[tuple[_Turn, Work]]:
        """The next batch as soon as there is one; none when closed."""
        with self._changed:
            while self._open:
                self._drop_cancelled()
                if self._turns:
                    return self._batch()
                self._changed.wait()
        return []

    def _drop_cancelled(self) -> None:
        for turn in self._turns:
            if turn.future.cancelled():
                self._clock.leave(turn.end)
                turn.tiles.clear()
        self._turns = [turn for turn in self._turns if turn.tiles]

    def _batch(self) -> list[tuple[_Turn, Work]]:
        """Tiles of the first picture, then such of the next ones as fit into the same batch."""
        first = self._turns[0]
        size, batch = first.tiles[0].size, list[tuple[_Turn, Work]]()
        for turn in self._turns:
            if turn.restorer is first.restorer and turn.tiles[0].size == size:
                while turn.tiles and len(batch) < first.restorer.batch:
                    batch.append((turn, turn.tiles.popleft()))
        return batch

    def _done(self, turn: _Turn, work: Work, error: Exception | None) -> None:
        with self._changed:
            self._clock.advance(_pixels(work))
            turn.missing -= 1
            error = error or turn.picture.error
            if error:
                turn.tiles.clear()
            over = (error or not turn.missing) and not turn.future.done()
            claimed = over and turn.future.set_running_or_notify_cancel()
        if turn.progress and not error:
            turn.progress(turn.total - turn.missing, turn.total)
        if claimed and error:
            turn.future.set_exception(error)
        elif claimed:
            turn.future.set_result(turn.picture.sr)


def _pixels(work: Work) -> int:
    height, width = work.size
    return height * width
