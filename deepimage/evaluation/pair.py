"""The two pictures of a cell: lr that goes in, and the hr that it is judged by, where there is one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepimage.errors import DeepimageError
from deepimage.evaluation.config import Evaluation
from deepimage.image.degradation.fixed import FIXED
from deepimage.image.geometry import Region

Opener = Callable[[str], np.ndarray]
"""Address -> (H,W,3) uint8. Raises ImageError, StorageError."""


@dataclass(frozen=True)
class Pair:
    """lr (h,w,3) uint8, and hr (h*scale,w*scale,3) uint8 or none."""

    lr: np.ndarray
    hr: np.ndarray | None


def open_pair(config: Evaluation, opened: Opener, uri: str, hr_uri: str | None, degradation: str, index: int) -> Pair:
    """The pair of a cell, by its columns; `crop` cuts out the middle, after the degradation. Raises DeepimageError."""
    picture = opened(uri)
    if config.degradations:
        hr = _whole(picture, config.scale)
        pair = Pair(FIXED[degradation](hr, config.scale, index), hr)
    else:
        pair = _fitting(picture, opened(hr_uri) if hr_uri else None, config.scale)
    return _middle(pair, config.crop, config.scale)


def _whole(picture: np.ndarray, scale: int) -> np.ndarray:
    """Cut right and below to multiples of the scale."""
    height, width = (side - side % scale for side in picture.shape[:2])
    if not height or not width:
        raise DeepimageError(f"the picture is smaller than the scale, {scale}: {_size(picture)}")
    return np.ascontiguousarray(picture[:height, :width])


def _fitting(lr: np.ndarray, hr: np.ndarray | None, scale: int) -> Pair:
    """hr may be larger than lr enlarged by less than one lr pixel, which is cut off."""
    if hr is None:
        return Pair(lr, None)
    height, width = (side * scale for side in lr.shape[:2])
    if not (0 <= hr.shape[0] - height < scale and 0 <= hr.shape[1] - width < scale):
        raise DeepimageError(f"the original has {_size(hr)}, expected {scale} times {_size(lr)}: check scale")
    return Pair(lr, np.ascontiguousarray(hr[:height, :width]))


def _middle(pair: Pair, side: int | None, scale: int) -> Pair:
    height, width = pair.lr.shape[:2]
    if side is None or (height <= side and width <= side):
        return pair
    region = Region(max(height - side, 0) // 2, max(width - side, 0) // 2, min(height, side), min(width, side))
    hr = None if pair.hr is None else np.ascontiguousarray(region.scaled(scale).of(pair.hr))
    return Pair(np.ascontiguousarray(region.of(pair.lr)), hr)


def _size(picture: np.ndarray) -> str:
    return f"{picture.shape[1]}x{picture.shape[0]} pixels"
