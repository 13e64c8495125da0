"""Painting agrees with painting one block after another."""

import numpy as np
import pytest
import torch

from deepimage.image.fractal import decode
from deepimage.image.fractal.decode import paint
from deepimage.image.fractal.geometry import FINE, Level
from deepimage.image.fractal.search import Code

SMALL = Level(size=2, radius=1)


def made_up_code(height: int, width: int, level: Level, seed: int = 0) -> Code:
    rng = np.random.default_rng(seed)
    shape = height + level.size - 1, width + level.size - 1
    start = -(level.size // 2) - level.radius

    def whole(low: int, high: int) -> torch.Tensor:
        return torch.from_numpy(rng.integers(low, high, shape))

    def real() -> torch.Tensor:
        return torch.from_numpy(rng.uniform(-1, 1, shape).astype(np.float32))

    stop = start + 2 * level.radius + 1
    return Code(level, 100 * real(), real(), whole(start, stop), whole(start, stop), whole(0, 8), real())


def plainly(picture: np.ndarray, code: Code, weight: np.ndarray, scale: int) -> tuple[np.ndarray, np.ndarray]:
    size, half = code.level.size, scale // 2
    height, width = picture.shape[0] // half, picture.shape[1] // half
    border = 20
    padded = np.pad(picture, border * half, mode="edge")
    sr = np.zeros(((height + 2 * border) * scale, (width + 2 * border) * scale))
    weights = np.zeros_like(sr)
    fade = np.sin(np.pi * (np.arange(size * scale) + 0.5) / (size * scale)) ** 2
    for i, j in np.ndindex(*weight.shape):
        y, x = i - size + 1 + border, j - size + 1 + border
        top, left = (y + int(code.row[i, j])) * half, (x + int(code.column[i, j])) * half
        block = padded[top : top + 2 * size * half, left : left + 2 * size * half]
        isometry = int(code.isometry[i, j])
        block = block.T if isometry & 4 else block
        block = block[::-1] if isometry & 2 else block
        block = block[:, ::-1] if isometry & 1 else block
        block = float(code.mean[i, j]) + float(code.contrast[i, j]) * (block - block.mean())
        place = slice(y * scale, (y + size) * scale), slice(x * scale, (x + size) * scale)
        sr[place] += weight[i, j] * np.outer(fade, fade) * block
        weights[place] += weight[i, j] * np.outer(fade, fade)
    inside = slice(border * scale, -border * scale)
    return sr[inside, inside], weights[inside, inside]


@pytest.mark.parametrize("level", [SMALL, FINE])
@pytest.mark.parametrize("scale", [2, 4])
def test_every_block_lands_where_it_belongs(level: Level, scale: int) -> None:
    rng = np.random.default_rng(1)
    picture = rng.uniform(0, 255, (7 * scale // 2, 5 * scale // 2)).astype(np.float32)
    code = made_up_code(7, 5, level)
    weight = rng.uniform(0, 1, code.mean.shape).astype(np.float32)
    for ours, theirs in zip(
        paint(torch.from_numpy(picture), code, torch.from_numpy(weight), scale),
        plainly(picture, code, weight, scale),
        strict=True,
    ):
        np.testing.assert_allclose(ours.numpy(), theirs, atol=5e-3)


def test_equal_blocks_weigh_the_same_everywhere() -> None:
    code = made_up_code(9, 6, FINE)
    _, weights = paint(torch.zeros(18, 12), code, torch.ones_like(code.mean), 4)
    torch.testing.assert_close(weights, torch.full_like(weights, (FINE.size / 2) ** 2))


def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    code = made_up_code(9, 6, FINE)
    picture = torch.rand(18, 12, generator=torch.Generator().manual_seed(0))
    whole, _ = paint(picture, code, torch.ones_like(code.mean), 4)
    monkeypatch.setattr(decode, "_BAND", 200)
    assert torch.equal(paint(picture, code, torch.ones_like(code.mean), 4)[0], whole)
