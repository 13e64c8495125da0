"""What a run is measured on: validation photos under fixed degradations, and the sheets that a person looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.image.degradation.degrader import Degrader
from deepimage.image.degradation.fixed import FIXED, Fixed
from deepimage.image.degradation.recipe import load
from deepimage.image.interpolation import resize
from deepimage.image.tensor import stack, to_bchw, to_hwc
from deepimage.metrics.checkerboard import checkerboard
from deepimage.metrics.consistency import consistency_db
from deepimage.metrics.haarpsi import haarpsi
from deepimage.metrics.psnr import psnr_y
from deepimage.models.generator import Generator
from deepimage.training.config import Data
from deepimage.training.perceptual import Distance
from deepimage.training.photos import decode, listed

OWN = "own"  # the name of what the recipe itself does to photos
_CROP = 192  # side of a picture on a sheet, hr pixels
_ON_A_SHEET = 8


@dataclass(frozen=True)
class Pair:
    """One question of an exam."""

    lr: np.ndarray
    hr: np.ndarray


@dataclass(frozen=True)
class Exam:
    """Pairs by the name of their degradation, and what Lanczos makes of them."""

    pairs: dict[str, list[Pair]]
    baseline: dict[str, float]
    """PSNR-Y of Lanczos, dB."""

    @classmethod
    def set(cls, data: Data, scale: int) -> "Exam":
        """Raises ConfigError for a degradation of no such name, or no photo."""
        known = {**FIXED, OWN: own(data)}
        unknown = [name for name in data.exams if name not in known]
        if unknown:
            raise ConfigError(f"data.exams: no degradation {unknown[0]}; known: {', '.join(known)}")
        decoded = (decode(path, data.reduce) for path in listed(data.val)[:: _stride(data)])
        photos = [photo for photo in decoded if photo is not None]
        pairs = {
            name: [_pair(photo, known[name], i, scale, data.val_side) for i, photo in enumerate(photos)]
            for name in data.exams
        }
        enlarged = {name: [resize(pair.lr, *pair.hr.shape[:2]) for pair in part] for name, part in pairs.items()}
        return cls(pairs, {name: _psnr(pairs[name], enlarged[name]) for name in pairs})

    def take(self, generator: Generator, distance: Distance | None) -> dict[str, float]:
        """Means over all photos: NAME_gain (dB over Lanczos), NAME_haarpsi, NAME_checkerboard, NAME_lpips;
        consistency_db over all."""
        values, drift = {}, []
        for name, pairs in self.pairs.items():
            srs = list(_restored(generator, pairs))
            values[f"{name}_gain"] = _psnr(pairs, srs) - self.baseline[name]
            values[f"{name}_haarpsi"] = float(
                np.mean([haarpsi(sr, pair.hr) for sr, pair in zip(srs, pairs, strict=True)])
            )
            values[f"{name}_checkerboard"] = float(np.mean([checkerboard(sr, generator.scale) for sr in srs]))
            if distance:
                values[f"{name}_lpips"] = _distance(distance, pairs, srs)
            drift += [consistency_db(pair.lr, sr) for sr, pair in zip(srs, pairs, strict=True)]
        return {key: round(value, 4) for key, value in (values | {"consistency_db": float(np.mean(drift))}).items()}

    def sheet(self, generator: Generator, path: Path) -> None:
        """PNG: a row for each of a few photos, from left to right lr (pixels repeated), Lanczos, sr, hr; 1:1."""
        rows = []
        for pairs in self.pairs.values():
            chosen = pairs[:: max(len(pairs) * len(self.pairs) // _ON_A_SHEET, 1)]
            rows += [_row(pair, sr) for pair, sr in zip(chosen, _restored(generator, chosen), strict=True)]
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.concatenate(rows)).save(path)


@torch.inference_mode()
def _restored(generator: Generator, pairs: list[Pair]) -> Iterator[np.ndarray]:
    device = next(generator.parameters()).device
    for pair in pairs:
        yield to_hwc(generator(to_bchw(stack([pair.lr])).to(device)))[0].cpu().numpy()


def _psnr(pairs: list[Pair], srs: list[np.ndarray]) -> float:
    borders = [max(pair.hr.shape[0] // pair.lr.shape[0], 1) for pair in pairs]
    return float(np.mean([psnr_y(sr, pair.hr, border) for sr, pair, border in zip(srs, pairs, borders, strict=True)]))


@torch.inference_mode()
def _distance(distance: Distance, pairs: list[Pair], srs: list[np.ndarray]) -> float:
    values = []
    for sr, pair in zip(srs, pairs, strict=True):
        a, b = (distance.features(to_bchw(stack([image]))) for image in (sr, pair.hr))
        values.append(distance.compare(a, b).item())
    return float(np.mean(values))


def own(data: Data) -> Fixed:
    """What the recipe itself does to photos, seeded by their index."""

    def degrade(hr: np.ndarray, scale: int, index: int) -> np.ndarray:
        degrader = Degrader(load(data.profile or data.degradation), scale)
        return to_hwc(degrader(to_bchw(stack([hr])).contiguous(), [index]))[0].numpy()

    return degrade


def _pair(photo: np.ndarray, degrade: Fixed, index: int, scale: int, side: int) -> Pair:
    """The photo is degraded as a whole; its middle is kept, on a whole number of lr pixels (a multiple of 8)."""
    height, width = (length - length % (8 * scale) for length in photo.shape[:2])
    hr = np.ascontiguousarray(photo[:height, :width])
    lr = degrade(hr, scale, index)
    rows, columns = (min(length // scale, side // scale) for length in hr.shape[:2])
    top, left = ((length - part) // 2 for length, part in zip(lr.shape[:2], (rows, columns), strict=True))
    cut = hr[top * scale : (top + rows) * scale, left * scale : (left + columns) * scale]
    return Pair(lr[top : top + rows, left : left + columns], cut)


def _row(pair: Pair, sr: np.ndarray) -> np.ndarray:
    scale = pair.hr.shape[0] // pair.lr.shape[0]
    repeated = pair.lr.repeat(scale, 0).repeat(scale, 1)
    enlarged = resize(pair.lr, *pair.hr.shape[:2])
    return np.concatenate([_middle(image) for image in (repeated, enlarged, sr, pair.hr)], axis=1)


def _middle(image: np.ndarray) -> np.ndarray:
    canvas = np.full((_CROP, _CROP, 3), 255, np.uint8)
    top, left = (max(length - _CROP, 0) // 2 for length in image.shape[:2])
    part = image[top : top + _CROP, left : left + _CROP]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


def _stride(data: Data) -> int:
    return max(len(listed(data.val)) // data.val_photos, 1)
