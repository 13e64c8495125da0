"""`interpolate` agrees with Pillow, SciPy, torch and OpenCV, at any size and in any strips."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from deepimage.image.interpolation import KERNELS, interpolate, pixels

PILLOW = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SHAPES = [(148, 92), (37, 23), (11, 9), (100, 23), (37, 61)]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def difference(a: np.ndarray, b: np.ndarray) -> int:
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize("size", SHAPES)
def test_pillow(kernel: str, size: tuple[int, int]) -> None:
    """Within 1: Pillow rounds to 8 bits, and clips, after each axis; so the values here stay clear of the limits."""
    lr = 96 + noise(37, 23, 3) // 4
    theirs = np.asarray(Image.fromarray(lr).resize(size[::-1], PILLOW[kernel]))
    assert difference(interpolate(lr, *size, kernel), theirs) <= 1


@pytest.mark.parametrize("size", [(148, 92), (37, 23), (100, 61), (38, 24)])
def test_nearest_is_pillows_when_enlarging_and_its_box_when_shrinking(size: tuple[int, int]) -> None:
    lr = noise(37, 23, 3)
    theirs = np.asarray(Image.fromarray(lr).resize(size[::-1], Image.Resampling.NEAREST))
    np.testing.assert_array_equal(interpolate(lr, *size, "nearest"), theirs)
    shrunk = np.asarray(Image.fromarray(lr).resize((5, 7), Image.Resampling.BOX))
    assert difference(interpolate(lr, 7, 5, "nearest"), shrunk) <= 1


def test_bspline_is_scipys_without_prefilter() -> None:
    lr = noise(20, 20)
    places = (np.arange(80) + 0.5) / 4 - 0.5
    grid = np.meshgrid(places, places, indexing="ij")
    theirs = ndimage.map_coordinates(lr.astype(float), grid, order=3, prefilter=False)
    inside = slice(8, -8)
    ours = interpolate(lr, 80, 80, "bicubic-bspline")
    assert np.abs(ours[inside, inside] - theirs[inside, inside]).max() <= 0.501


def test_075_is_torchs() -> None:
    lr = noise(20, 20)
    theirs = F.interpolate(torch.from_numpy(lr)[None, None].float(), scale_factor=4, mode="bicubic").clamp(0, 255)
    ours = interpolate(lr, 80, 80, "bicubic-075")
    assert np.abs(ours - theirs[0, 0].numpy())[8:-8, 8:-8].max() <= 0.501


ROW = np.array([163, 167, 161, 78, 193, 200, 75, 162, 63, 205, 88, 190], np.uint8)
OPENCV = {  # cv2.resize 5.0.0 of ROW as float32, from pixel size // 3 + 2 on
    ("lanczos4", 48): [208.818, 230.142, 233.267, 215.840, 180.506, 136.279, 96.885, 75.878, 80.740, 107.610, 140.927],
    ("lanczos4", 30): [234.218, 213.015, 149.709, 88.138, 79.091, 124.702],
    ("bicubic-075", 30): [219.000, 207.796, 161.786, 100.614, 75.209, 116.062],
}


@pytest.mark.parametrize(("kernel", "width"), OPENCV)
def test_opencv(kernel: str, width: int) -> None:
    theirs = OPENCV[kernel, width]
    first = width // 3 + 2
    ours = interpolate(np.tile(ROW, (5, 1)), 5, width, kernel)[2, first : first + len(theirs)]
    assert np.abs(ours - theirs).max() <= 0.501


@pytest.mark.parametrize("kernel", KERNELS)
def test_flat_stays_flat_and_black_and_white_stay_pure(kernel: str) -> None:
    for value in (0, 1, 127, 255):
        flat = np.full((7, 5, 3), value, np.uint8)
        for size in [(28, 20), (3, 2), (9, 11), (1, 1)]:
            assert (interpolate(flat, *size, kernel) == value).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_one_pixel_fills_everything(kernel: str) -> None:
    lr = np.array([[[3, 140, 255]]], np.uint8)
    assert (interpolate(lr, 8, 5, kernel) == lr).all()


@pytest.mark.parametrize("kernel", [name for name in KERNELS if name != "nearest"])
def test_mirrors_and_turns_with_the_picture(kernel: str) -> None:
    lr = noise(13, 9, 3)
    sr = interpolate(lr, 31, 40, kernel)
    assert difference(interpolate(lr[::-1, ::-1], 31, 40, kernel)[::-1, ::-1], sr) <= 1
    assert difference(interpolate(lr.swapaxes(0, 1), 40, 31, kernel).swapaxes(0, 1), sr) <= 1


def test_channels_are_independent_and_may_be_any_number() -> None:
    lr = noise(10, 12, 4)
    sr = interpolate(lr, 25, 30, "lanczos")
    for channel in range(4):
        np.testing.assert_array_equal(interpolate(lr[:, :, channel], 25, 30, "lanczos"), sr[:, :, channel])


@pytest.mark.parametrize("size", [(400, 360), (90, 31), (13, 7)])
def test_strips_do_not_show(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    lr = noise(100, 90, 3)
    whole = interpolate(lr, *size, "lanczos")
    monkeypatch.setattr(pixels, "_STRIP", 5000)
    assert difference(interpolate(lr, *size, "lanczos"), whole) <= 1


def test_a_shrunk_checkerboard_is_grey() -> None:
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for kernel in KERNELS:
        inside = interpolate(board, 16, 16, kernel)[3:-3, 3:-3]
        assert np.abs(inside.astype(int) - 128).max() <= 3, kernel
