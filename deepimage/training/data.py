"""Photos to pairs: degraded lr patches and their hr patches, as an endless stream that can be entered at any step.

A round is a pool of crops, each degraded once and cut into patches, shuffled and seen a few times in several
orientations. It depends on the seed and its number only, so a resumed training goes on with the same pairs.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from deepimage.errors import ConfigError
from deepimage.image.degradation.chains import Chain, random_chain
from deepimage.image.degradation.steps import degrade
from deepimage.training.config import Data

Pair = tuple[np.ndarray, np.ndarray]
"""lr (h,w,3) and hr (h*scale,w*scale,3), uint8."""
_EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff"}


def photos(folder: str) -> list[Path]:
    """The pictures of a folder, sorted. Raises ConfigError where there is none."""
    root = Path(folder)
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() in _EXTENSIONS)
    if not found:
        raise ConfigError(f"data {folder}: no pictures there; expected a folder of hr photos")
    return found


def decode(path: Path) -> np.ndarray:
    """(H,W,3) uint8 RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def stream(data: Data, scale: int, seed: int, first_step: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches from `first_step` on, made by one background process: lr and hr BHWC uint8."""
    batches = Batches(data, scale, seed, first_step)
    return iter(DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=32, worker_init_fn=_step_back))


def _step_back(worker: int) -> None:
    os.nice(5)  # the generator comes first


@dataclass
class Batches(IterableDataset[tuple[Tensor, Tensor]]):
    """The same batches in this process."""

    data: Data
    scale: int
    seed: int
    first_step: int = 0
    paths: list[Path] = field(init=False)

    def __post_init__(self) -> None:
        self.paths = photos(self.data.train)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        library = [image for image in map(decode, self.paths) if min(image.shape[:2]) >= self._side]
        if not library:
            raise ConfigError(f"data {self.data.train}: every photo is smaller than a crop of {self._side} pixels")
        steps = max(self.data.pool * self.data.cut**2 * self.data.reuse // self.data.batch, 1)
        number, skipped = divmod(self.first_step, steps)
        while True:
            yield from self._round(library, number, range(skipped, steps))
            number, skipped = number + 1, 0

    @property
    def _side(self) -> int:
        """Of a crop, hr pixels."""
        return self.data.patch * self.data.cut * self.scale

    def _round(self, library: list[np.ndarray], number: int, steps: range) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng((self.seed, number))
        weights = np.sqrt([image.size for image in library])  # between one voice a photo and one voice a pixel
        chosen = rng.choice(len(library), self.data.pool, p=weights / weights.sum())
        patches = [patch for photo in chosen for patch in self._patches(library[photo], rng)]
        order = np.concatenate([rng.permutation(len(patches)) for _ in range(self.data.reuse)])
        turns = rng.integers(0, 8, len(order))
        for step in steps:
            picks = range(step * self.data.batch, (step + 1) * self.data.batch)
            lr, hr = zip(*(turn(patches[order[i % len(order)]], turns[i % len(order)]) for i in picks), strict=True)
            yield torch.from_numpy(np.stack(lr)), torch.from_numpy(np.stack(hr))

    def _patches(self, photo: np.ndarray, rng: np.random.Generator) -> Iterator[Pair]:
        """Degrade the busier of two crops (skies teach little) and cut it."""
        hr = max((_crop(photo, self._side, rng) for _ in range(2)), key=lambda crop: crop[::4, ::4].std())
        lr = degrade(hr, random_chain(self._side, self._side, self.scale, rng, self.data.mixture), rng)
        size = self.data.patch
        for y in range(0, size * self.data.cut, size):
            for x in range(0, size * self.data.cut, size):
                yield _square(lr, y, x, size), _square(hr, y * self.scale, x * self.scale, size * self.scale)


def turn(pair: Pair, orientation: int) -> Pair:
    """One of the eight orientations of a square, of both images alike."""
    lr, hr = (np.rot90(image, orientation % 4) for image in pair)
    return (lr[:, ::-1], hr[:, ::-1]) if orientation >= 4 else (lr, hr)


def validation_pairs(data: Data, scale: int, chain: Callable[[int, int, int], Chain]) -> list[Pair]:
    """The middle of every validation photo, degraded as a whole by a fixed chain."""
    return [_middle(_pair(decode(path), scale, chain), scale, data.val_side) for path in photos(data.val)]


def _pair(photo: np.ndarray, scale: int, chain: Callable[[int, int, int], Chain]) -> Pair:
    height, width = (side - side % scale for side in photo.shape[:2])
    hr = photo[:height, :width]
    return degrade(hr, chain(height, width, scale), np.random.default_rng(0)), hr


def _middle(pair: Pair, scale: int, side: int) -> Pair:
    lr, hr = pair
    height, width = (min(length, side // scale) for length in lr.shape[:2])
    y, x = (lr.shape[0] - height) // 2, (lr.shape[1] - width) // 2
    hr_part = hr[y * scale : (y + height) * scale, x * scale : (x + width) * scale]
    return lr[y : y + height, x : x + width], hr_part


def _crop(photo: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    y, x = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
    return _square(photo, y, x, side)


def _square(image: np.ndarray, y: int, x: int, side: int) -> np.ndarray:
    return image[y : y + side, x : x + side]
