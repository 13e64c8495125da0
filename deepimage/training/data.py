"""Photos to pairs: batches of degraded lr patches and their hr patches, each a pure function of seed and step.

So a resumed training goes on with the same pairs, and any process may make any batch.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from deepimage.errors import DeepimageError
from deepimage.image.degradation.degrader import Degrader
from deepimage.image.degradation.recipe import load
from deepimage.image.tensor import to_bchw, to_hwc
from deepimage.training.config import Data
from deepimage.training.photos import Photos

Batch = tuple[Tensor, Tensor]
"""lr (B,h,w,3) and hr (B,h*scale,w*scale,3), uint8."""
_CROPS = 3  # looked at for one patch, at most; with six, training sees less than half the calm ground of photos
_CELL = 4  # hr pixels a side, of what detail is measured in


@dataclass
class Pairs:
    """The pairs of a recipe; `batch` makes those of one step."""

    data: Data
    scale: int
    seed: int
    photos: Photos = field(init=False)
    degrader: Degrader = field(init=False)

    def __post_init__(self) -> None:
        self.side = self.data.patch * self.scale  # of an hr patch
        self.photos = Photos.open(self.data.train, self.data.cache, self.side, self.data.reduce)
        self.weights = self.photos.weights()
        self.degrader = Degrader(load(self.data.profile or self.data.degradation), self.scale)

    def batch(self, step: int, part: slice = slice(None)) -> Batch:
        """The pairs of a step, or a part of them (one worker's share)."""
        samples = range(step * self.data.batch, (step + 1) * self.data.batch)[part]
        hr = torch.stack([self._patch(sample) for sample in samples])
        lr = self.degrader(to_bchw(hr).contiguous(), [_seed(self.seed, sample) for sample in samples])
        return to_hwc(lr), hr

    def _patch(self, sample: int) -> Tensor:
        """The busiest of one to three crops of any photos (skies teach little), in one of eight orientations."""
        rng = np.random.default_rng((self.seed, sample))
        crops = [self._crop(rng) for _ in range(rng.integers(1, _CROPS + 1))]
        return turned(torch.from_numpy(max(crops, key=_detail).copy()), int(rng.integers(8)))

    def _crop(self, rng: np.random.Generator) -> np.ndarray:
        photo = self.photos.images[rng.choice(len(self.weights), p=self.weights)]
        y, x = (int(rng.integers(0, length - self.side + 1)) for length in photo.shape[:2])
        return photo[y : y + self.side, x : x + self.side]


@dataclass
class Batches(IterableDataset[Batch]):
    """Batches from `first_step` on, without end; several loader processes take turns."""

    pairs: Pairs
    first_step: int = 0

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        place, count = (worker.id, worker.num_workers) if worker else (0, 1)
        step = self.first_step + place
        while True:
            yield self.pairs.batch(step)
            step += count


def stream(pairs: Pairs, first_step: int = 0, processes: int = 1) -> Iterator[Batch]:
    """Batches from `first_step` on, made by background processes. Raises DeepimageError where one is found killed."""
    batches = Batches(pairs, first_step)
    loader = DataLoader(
        batches, batch_size=None, num_workers=processes, prefetch_factor=8, worker_init_fn=_step_back, pin_memory=False
    )
    try:
        yield from loader
    except (ConnectionError, EOFError, FileNotFoundError):  # it died with a batch half handed over
        raise killed() from None


def killed() -> DeepimageError:
    """For a process that makes batches; what the run has saved is not lost."""
    return DeepimageError("a process that makes training pairs was killed (memory?); run again to go on")


def turned(squares: Tensor, orientation: int) -> Tensor:
    """One of the eight orientations of a square image or of several: (...,H,H,C) -> the same."""
    rotated = torch.rot90(squares, orientation % 4, (-3, -2))
    return (rotated.flip(-2) if orientation >= 4 else rotated).contiguous()


def _step_back(worker: int) -> None:
    os.nice(5)  # the generator comes first
    torch.set_num_threads(1)


def _detail(patch: np.ndarray) -> float:
    """Mean difference of neighbouring cells of 4x4 pixels: edges and texture count, grain hardly does."""
    side = len(patch) // _CELL * _CELL
    cells = patch[:side, :side, 1].reshape(side // _CELL, _CELL, side // _CELL, _CELL).mean((1, 3))
    return float(np.abs(np.diff(cells, axis=0)).mean() + np.abs(np.diff(cells, axis=1)).mean())


def _seed(seed: int, sample: int) -> int:
    """Of one sample's degradation."""
    return int(np.random.SeedSequence((seed, sample, 1)).generate_state(1, np.uint64)[0] >> 1)
