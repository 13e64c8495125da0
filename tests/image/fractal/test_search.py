"""The search finds what a plain search over every domain and isometry finds."""

import numpy as np
import pytest
import torch

from deepimage.image.fractal.geometry import COARSE, FINE, Level
from deepimage.image.fractal.search import CONTRAST, Code, search

ISOMETRIES = range(8)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.float32)


def turned(block: np.ndarray, isometry: int) -> np.ndarray:
    block = block.T if isometry & 4 else block
    block = block[::-1] if isometry & 2 else block
    return block[:, ::-1] if isometry & 1 else block


def shrunk(block: np.ndarray, side: int | None = None) -> np.ndarray:
    """Means of squares: half as large, or `side`."""
    side = side or len(block) // 2
    return block.reshape(side, len(block) // side, side, len(block) // side).mean(axis=(1, 3))


def plain_search(luma: np.ndarray, y: int, x: int, level: Level) -> float:
    """Least mean squared error of the 4x4 cells at (y, x) over all domains, isometries and allowed contrasts."""
    cells = shrunk(luma[y : y + level.size, x : x + level.size], 4)
    cells = cells - cells.mean()
    errors = []
    for top in range(y - level.size // 2 - level.radius, y - level.size // 2 + level.radius + 1):
        for left in range(x - level.size // 2 - level.radius, x - level.size // 2 + level.radius + 1):
            domain = shrunk(luma[top : top + 2 * level.size, left : left + 2 * level.size], 4)
            for isometry in ISOMETRIES:
                varied = turned(domain, isometry) - domain.mean()
                contrast = np.clip((varied * cells).sum() / (varied**2).sum(), -CONTRAST, CONTRAST)
                errors.append(np.square(cells - contrast * varied).mean())
    return min(errors)


def entry(code: Code, y: int, x: int) -> dict[str, float]:
    """What the code says of the block whose first pixel is (y, x)."""
    place = y + code.level.size - 1, x + code.level.size - 1
    fields = ("mean", "contrast", "row", "column", "isometry", "error")
    return {field: getattr(code, field)[place].item() for field in fields}


@pytest.mark.parametrize(("y", "x"), [(14, 13), (20, 17), (17, 20)])
def test_fine_blocks_find_the_best_of_all_domains(y: int, x: int) -> None:
    luma = noise(40, 38)
    found = entry(search(torch.from_numpy(luma), FINE), y, x)
    assert found["error"] == pytest.approx(plain_search(luma, y, x, FINE), rel=1e-4)
    assert found["mean"] == luma[y : y + 4, x : x + 4].mean()


def test_coarse_blocks_find_the_best_as_far_as_cells_tell() -> None:
    luma = noise(50, 50)
    block = luma[21:29, 18:26]
    unseen = block.var() - shrunk(block, 4).var()
    found = entry(search(torch.from_numpy(luma), COARSE), 21, 18)
    assert found["error"] == pytest.approx(plain_search(luma, 21, 18, COARSE) + unseen, rel=1e-4)


@pytest.mark.parametrize("isometry", ISOMETRIES)
def test_a_planted_likeness_is_found_with_its_isometry_contrast_and_place(isometry: int) -> None:
    luma = noise(40, 40) // 32 * 32  # means of 2x2 are multiples of 8, halves of them whole
    luma[15:19, 14:18] = turned(shrunk(luma[12:20, 18:26]), isometry) * -0.5 + 190
    found = entry(search(torch.from_numpy(luma), FINE), 15, 14)
    assert (found["row"], found["column"], found["isometry"]) == (-3, 4, isometry)
    assert found["contrast"] == pytest.approx(-0.5)
    assert found["error"] == pytest.approx(0, abs=1e-3)


def test_the_error_is_that_of_the_block_described() -> None:
    luma = noise(40, 40)
    found = entry(search(torch.from_numpy(luma), FINE), 15, 17)
    top, left = 15 + int(found["row"]), 17 + int(found["column"])
    domain = turned(shrunk(luma[top : top + 8, left : left + 8]), int(found["isometry"]))
    told = found["mean"] + found["contrast"] * (domain - domain.mean())
    assert np.square(told - luma[15:19, 17:21]).mean() == pytest.approx(found["error"], rel=1e-4)


@pytest.mark.parametrize("level", [COARSE, FINE])
def test_the_same_block_finds_the_same_whatever_surrounds_the_window(level: Level) -> None:
    luma = torch.from_numpy(noise(90, 75))
    luma[30:60] = (luma[30:60] > 128) * 255.0  # many equals
    whole = search(luma, level)
    part = search(luma[21:82, 13:70], level)
    edge = level.size - 1 + level.margin
    for field in ("mean", "contrast", "row", "column", "isometry", "error"):
        inner = getattr(part, field)[edge : -edge or None, edge:-edge]
        same = getattr(whole, field)[21 + edge :, 13 + edge :][: inner.shape[0], : inner.shape[1]]
        assert torch.equal(inner, same), field


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5, 3)])
@pytest.mark.parametrize("value", [0, 77, 255])
def test_flat_pictures_of_any_size_need_no_detail(size: tuple[int, int], value: int) -> None:
    for level in (COARSE, FINE):
        code = search(torch.full(size, float(value)), level)
        assert code.mean.shape == (size[0] + level.size - 1, size[1] + level.size - 1)
        assert (code.mean == value).all()
        assert not code.contrast.any()
        assert not code.error.any()
