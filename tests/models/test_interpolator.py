"""Interpolators behind the Restorer: the pixels of the kernel, and tiles that equal the whole."""

import numpy as np
import pytest
import torch

from deepimage.config import Tiling
from deepimage.image.interpolation import KERNELS, interpolate
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.facts import Facts
from deepimage.models.interpolator import Interpolator
from deepimage.models.restorer import Restorer


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def restore(lr: np.ndarray, name: str, scale: int, tile: int, halo: int | None = None) -> np.ndarray:
    generator = Interpolator(name, scale)
    facts = Facts("interpolation", scale, generator.halo if halo is None else halo, dtype_ok=("fp32",))
    return Restorer(Checkpoint(name, generator, facts, ""), "cpu", tiling=Tiling(tile=tile), threads=1).restore(lr)


def difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("scale", [1, 3, 4])
def test_gives_the_pixels_of_the_kernel_tiled_or_not(name: str, scale: int) -> None:
    lr = noise(90, 71)
    expected = interpolate(lr, 90 * scale, 71 * scale, name)
    assert difference(restore(lr, name, scale, tile=4096), expected) <= 1
    assert difference(restore(lr, name, scale, tile=64), expected) <= 1


@pytest.mark.parametrize("scale", [2, 3])
@pytest.mark.parametrize("name", ["noise", "photo", "pattern"])
def test_fractal_tiles_equal_the_whole(scale: int, name: str, photos: dict[str, np.ndarray]) -> None:
    lr = {
        "noise": noise(113, 80),
        "photo": photos["astronaut"][:113, 150:230],
        "pattern": np.tile(np.arange(80) // 7 % 2 * 255, (113, 1)).astype(np.uint8)[:, :, None].repeat(3, axis=2),
    }[name]
    assert difference(restore(lr, "fractal", scale, tile=96), restore(lr, "fractal", scale, tile=4096)) <= 1


def test_a_fractal_halo_too_small_is_seen() -> None:
    lr = noise(113, 80)
    whole = restore(lr, "fractal", 2, tile=4096)
    assert difference(restore(lr, "fractal", 2, tile=64, halo=10), whole) > 1


def test_dtype_is_kept() -> None:
    assert Interpolator("fractal", 2)(torch.zeros(1, 3, 4, 4)).dtype == torch.float32
    assert Interpolator("bicubic", 2)(torch.zeros(1, 3, 4, 4)).dtype == torch.float32
