"""One Restorer for batch and online: lr picture in, sr picture out, whatever the device.

Windows of several pictures fill one batch; a CPU takes one window per thread, which keeps every
activation in its cache. The same bytes come out whatever the batch mix, thread count or worker count.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import torch
import torch.nn.functional as F

from deepimage.config import Tiling
from deepimage.errors import OutOfMemory
from deepimage.image.extremes import keep_extremes
from deepimage.image.geometry import Region
from deepimage.image.tensor import stack, to_bchw, to_hwc
from deepimage.image.tiling import Tile, cut, in_rows
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.precision import choose_device, choose_dtype

SMALLEST_CORE = 32  # lr pixels; an image whose tile of this core does not fit the device is given up


@dataclass
class Unfinished:
    """A picture on its way, or a strip of one: its result so far and how many tiles are still out."""

    lr: np.ndarray
    area: Region  # the part of lr that sr shows
    sr: np.ndarray
    missing: int
    error: OutOfMemory | None = None
    lock: Lock = field(default_factory=Lock)

    def tile_done(self) -> None:
        with self.lock:
            self.missing -= 1


@dataclass(frozen=True)
class Work:
    """One tile of one picture."""

    picture: Unfinished
    tile: Tile

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of its window; only windows of one size fill a batch."""
        return self.tile.window.height, self.tile.window.width


class Restorer:
    """(H, W, 3) uint8 lr -> (H*scale, W*scale, 3) uint8 sr, tile by tile. Stateless per call, thread-safe.

    `threads` is the number of CPU threads used at once (default: all cores). `precision` is auto, fp32,
    bf16 or fp16; auto takes what the device is fast at and the checkpoint allows.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        device: str = "auto",
        precision: str = "auto",
        tiling: Tiling | None = None,
        threads: int | None = None,
    ) -> None:
        self.facts = checkpoint.facts
        self.scale = checkpoint.facts.scale
        self.device = choose_device(device)
        self.dtype = choose_dtype(precision, self.device, checkpoint.facts.dtype_ok)
        self._tiling = tiling or Tiling()
        self.generator = checkpoint.generator.eval().requires_grad_(False)
        self.generator = self.generator.to(self.device, self.dtype)
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
        on_cpu = self.device.type == "cpu"
        self.batch = 1 if on_cpu else self._tiling.batch
        self.workers = (threads or os.cpu_count() or 1) if on_cpu else 1
        # one intra-op thread per worker: two windows at once are faster than one window on two threads
        self._pool = ThreadPoolExecutor(self.workers, "restorer", torch.set_num_threads, (1,))

    def restore(self, lr: np.ndarray) -> np.ndarray:
        """One picture. Raises OutOfMemory when even the smallest tile does not fit."""
        (sr,) = self.restore_many([lr])
        if isinstance(sr, OutOfMemory):
            raise sr
        return sr

    def restore_many(self, lrs: Iterable[np.ndarray]) -> Iterator[np.ndarray | OutOfMemory]:
        """Pictures in order, each as its sr or the OutOfMemory that befell it; tiles share batches."""
        pictures: deque[Unfinished] = deque()
        flights: deque[Future[None]] = deque()
        for batch in self._batches(lrs, pictures):
            flights.append(self._pool.submit(self.restore_batch, batch))
            while len(flights) > 2 * self.workers:
                flights.popleft().result()
            yield from _finished(pictures)
        for flight in flights:
            flight.result()
        yield from _finished(pictures)

    def restore_strips(self, lr: np.ndarray) -> Iterator[np.ndarray]:
        """The sr of one picture as strips (h, W*scale, 3) from top to bottom, so that it is never held whole."""
        return self.restore_rows(lr, self.rows(*lr.shape[:2]))

    def restore_rows(self, lr: np.ndarray, rows: Iterable[list[Tile]]) -> Iterator[np.ndarray]:
        """The strips of some rows of tiles; `lr` is what their coordinates refer to. Raises OutOfMemory."""
        for row in rows:
            core = row[0].core
            strip = self._start(lr, Region(core.y, 0, core.height, lr.shape[1]), len(row))
            work = [Work(strip, tile) for tile in row]
            batches = [work[i : i + self.batch] for i in range(0, len(work), self.batch)]
            list(self._pool.map(self.restore_batch, batches))
            if strip.error:
                raise strip.error
            yield strip.sr

    def rows(self, height: int, width: int) -> list[list[Tile]]:
        """The rows of tiles of a (height, width) picture."""
        return in_rows(self._cut(height, width))

    def begin(self, lr: np.ndarray) -> tuple[Unfinished, list[Work]]:
        """A picture and its tiles, for who gives them to `restore_batch`; all windows of one picture have one size."""
        tiles = list(self._cut(*lr.shape[:2]))
        picture = self._start(lr, Region(0, 0, *lr.shape[:2]), len(tiles))
        return picture, [Work(picture, tile) for tile in tiles]

    def _cut(self, height: int, width: int) -> Iterator[Tile]:
        return cut(height, width, self._tiling.tile, self.facts.halo, self.facts.multiple_of)

    def _start(self, lr: np.ndarray, area: Region, tiles: int) -> Unfinished:
        size = area.scaled(self.scale)
        return Unfinished(lr, area, np.empty((size.height, size.width, 3), np.uint8), tiles)

    def _batches(self, lrs: Iterable[np.ndarray], pictures: deque[Unfinished]) -> Iterator[list[Work]]:
        """Same-size windows of successive pictures, `batch` at a time."""
        batch: list[Work] = []
        for lr in lrs:
            picture, tiles = self.begin(lr)
            pictures.append(picture)
            for work in tiles:
                if batch and (len(batch) == self.batch or batch[0].size != work.size):
                    yield batch
                    batch = []
                batch.append(work)
        if batch:
            yield batch

    def restore_batch(self, batch: list[Work]) -> None:
        """Fill the cores of `batch`, same-size windows; out of memory halves the batch, then the tile. Thread-safe."""
        try:
            self._fill(batch)
        except (torch.OutOfMemoryError, MemoryError):
            if len(batch) > 1:
                self.restore_batch(batch[: len(batch) // 2])
                self.restore_batch(batch[len(batch) // 2 :])
            else:
                self._restore_quarters(batch[0])

    def _restore_quarters(self, work: Work) -> None:
        picture, core = work.picture, work.tile.core
        if max(core.height, core.width) < 2 * SMALLEST_CORE:
            picture.error = OutOfMemory(f"a tile of {core.height}x{core.width} pixels does not fit {self.device}")
            picture.tile_done()
            return
        pieces = list(_quarters(core, picture.lr.shape, self.facts.halo, self.facts.multiple_of))
        with picture.lock:
            picture.missing += len(pieces) - 1
        for piece in pieces:
            self.restore_batch([Work(picture, piece)])

    def _fill(self, batch: list[Work]) -> None:
        windows = stack([work.tile.window.of(work.picture.lr) for work in batch])
        for work, sr in zip(batch, self._generate(windows), strict=True):
            picture, core = work.picture, work.tile.core
            place = core.within(picture.area).scaled(self.scale)
            place.of(picture.sr)[:] = core.within(work.tile.window).scaled(self.scale).of(sr)
            picture.tile_done()

    @torch.inference_mode()
    def _generate(self, windows: torch.Tensor) -> np.ndarray:
        """(B, H, W, 3) uint8 -> (B, H*scale, W*scale, 3) uint8; a GPU always sees full batches of one shape."""
        count, height, width, _ = windows.shape
        lr = to_bchw(windows.to(self.device, non_blocking=True))
        lr = _pad(lr, self.batch, self.facts.multiple_of)
        sr = to_hwc(self.generator(lr).float())[:count, : height * self.scale, : width * self.scale]
        if self.facts.keeps_extremes:
            keep_extremes(windows.to(self.device), sr, self.scale)
        return sr.cpu().numpy()


def _finished(pictures: deque[Unfinished]) -> Iterator[np.ndarray | OutOfMemory]:
    while pictures and pictures[0].missing == 0:
        picture = pictures.popleft()
        yield picture.error or picture.sr


def _pad(lr: torch.Tensor, batch: int, multiple_of: int) -> torch.Tensor:
    """Repeat the last picture up to `batch`, and the last row and column up to a multiple."""
    height, width = lr.shape[-2:]
    below, right = -height % multiple_of, -width % multiple_of
    if below or right:
        lr = F.pad(lr, (0, right, 0, below), mode="replicate")
    if len(lr) < batch:
        lr = torch.cat([lr, lr[-1:].expand(batch - len(lr), -1, -1, -1)])
    return lr


def _quarters(core: Region, shape: tuple[int, ...], halo: int, multiple_of: int) -> Iterator[Tile]:
    """The core cut in four (or two) with windows of their own, which start at multiples as those of `cut` do."""
    for y, height in _halves(core.y, core.height):
        for x, width in _halves(core.x, core.width):
            top, left = (max(start - halo, 0) // multiple_of * multiple_of for start in (y, x))
            bottom, right = min(y + height + halo, shape[0]), min(x + width + halo, shape[1])
            yield Tile(Region(top, left, bottom - top, right - left), Region(y, x, height, width))


def _halves(start: int, length: int) -> list[tuple[int, int]]:
    if length < 2 * SMALLEST_CORE:
        return [(start, length)]
    return [(start, length // 2), (start + length // 2, length - length // 2)]
