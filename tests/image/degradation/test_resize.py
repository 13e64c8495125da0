"""Resizing agrees with Pillow, keeps flat pictures flat, and maps the full extent onto the full extent."""

import numpy as np
import pytest
import torch
from pictures import apply, grey
from PIL import Image

from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.resize import Resize, weights

PILLOW = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
KERNELS = [*PILLOW, "mitchell", "nearest"]


def smooth(height: int, width: int) -> torch.Tensor:
    """Inside (0, 1) by enough that no kernel leaves it."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0)) * 0.3 + 0.35


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize(("size_in", "size_out"), [(96, 24), (97, 61), (40, 92), (33, 33), (3, 11), (1, 4), (9, 1)])
def test_the_matrix_is_pillows(kernel: str, size_in: int, size_out: int) -> None:
    eye = Image.fromarray(np.eye(size_in, dtype=np.float32))
    expected = np.asarray(eye.resize((size_in, size_out), PILLOW[kernel]))
    assert weights(size_in, size_out, kernel) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize(("height", "width", "size"), [(96, 64, 0.25), (96, 64, 0.6), (40, 56, 1.7), (5, 3, 2)])
def test_a_resize_is_pillows(kernel: str, height: int, width: int, size: float) -> None:
    image = smooth(height, width)
    result = apply(Resize(size, kernel), image)
    for plane, expected in zip(result[0], image[0], strict=True):
        resized = Image.fromarray(expected.numpy()).resize((plane.shape[1], plane.shape[0]), PILLOW[kernel])
        assert plane.numpy() == pytest.approx(np.asarray(resized), abs=1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("size_in", "size_out"), [(64, 16), (64, 43), (20, 47), (1, 1), (2, 1), (1, 5)])
def test_rows_sum_to_one_and_are_symmetric(kernel: str, size_in: int, size_out: int) -> None:
    matrix = weights(size_in, size_out, kernel)
    assert matrix.sum(1) == pytest.approx(np.ones(size_out), abs=1e-5)
    if kernel not in ("nearest", "box"):  # ties fall to one side
        assert matrix == pytest.approx(matrix[::-1, ::-1], abs=1e-5)


def test_mitchell_has_its_known_weights() -> None:
    row = weights(64, 128, "mitchell")[63]  # centre at a quarter pixel
    x = np.array([1.75, 0.75, 0.25, 1.25])
    far = (-7 / 3 * x**3 + 12 * x**2 - 20 * x + 32 / 3) / 6
    near = (7 * x**3 - 12 * x**2 + 16 / 3) / 6
    found = row[row.nonzero()]
    assert found == pytest.approx(np.where(x < 1, near, far)[[3, 2, 1, 0]], abs=1e-6)


def test_nearest_keeps_values() -> None:
    image = smooth(24, 36)
    result = apply(Resize(1 / 3, "nearest"), image)
    assert torch.equal(result, image[..., 1::3, 1::3])


def test_sizes() -> None:
    assert Resize(1).target((48, 37)) == (48, 37)
    assert Resize(4).target((48, 37)) == (192, 148)
    assert Resize(2.3).target((48, 50)) == (112, 116)  # multiples of 4 between
    assert Resize(0.3).target((2, 1)) == (1, 1)
    assert apply(Resize(1), grey(5, 7)).shape == (1, 3, 5, 7)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_fixed_canvas_gives_the_same(kernel: str) -> None:
    sizes, lr = [(48, 40), (20, 36)], (12, 10)
    pixels = torch.rand(2, 3, 48, 40, generator=torch.Generator().manual_seed(0))
    operations = [Resize(1.7, kernel), Resize(1, "box")]
    canvas = Resize.apply(Canvas(pixels, sizes, lr, fixed=True), operations)
    assert canvas.pixels.shape == pixels.shape
    for index, (op, (height, width)) in enumerate(zip(operations, sizes, strict=True)):
        alone = Resize.apply(Canvas(pixels[index : index + 1, :, :height, :width], [(height, width)], lr), [op])
        h, w = canvas.sizes[index]
        assert (h, w) == alone.sizes[0]
        assert canvas.pixels[index, :, :h, :w].numpy() == pytest.approx(alone.pixels[0].numpy(), abs=1e-5)
