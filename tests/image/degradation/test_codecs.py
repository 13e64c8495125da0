"""Real codecs: size, place, quality."""

import numpy as np
import pytest
import torch
from pictures import apply, displacement, grey, picture, shapes

from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.codecs import Avif, Codec, Png, Webp, from_bytes, to_bytes


@pytest.mark.parametrize("kind", [Webp, Avif])
def test_a_lower_quality_loses_more_and_moves_nothing(kind: type[Codec]) -> None:
    rgb = shapes(96)
    rgb[30:60:3, 20:70:2] //= 2
    errors = []
    for quality in (20, 60, 95):
        result = to_bytes(apply(kind(quality, 5, 11), picture(rgb))[0])
        assert result.shape == rgb.shape
        errors.append(np.square(result.astype(float) - rgb).mean())
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 2 * errors[2] > 0
    smooth = to_bytes(apply(kind(95, 5, 11), picture(shapes(96)))[0])[..., 1].astype(float)
    assert np.abs(displacement(smooth, shapes(96)[..., 1].astype(float))).max() < 0.05


@pytest.mark.parametrize("op", [Webp(50, 3, 2), Avif(50, 0, 1), Png()])
@pytest.mark.parametrize("size", [(1, 1), (7, 18)])
def test_small_pictures_keep_their_size_and_the_8_bit_grid(op: Codec | Png, size: tuple[int, int]) -> None:
    result = apply(op, grey(*size, 0.37))
    assert result.shape == (1, 3, *size)
    assert torch.equal((result * 255).round() / 255, result)
    assert (result - 0.37).abs().max() < 0.05


def test_a_fixed_canvas_gives_the_same() -> None:
    rgb = shapes(64)
    canvas = Canvas(picture(rgb).repeat(2, 1, 1, 1), [(64, 64), (20, 31)], (16, 16), fixed=True)
    result = Webp.apply(canvas, [Webp(60, 1, 2), Webp(30)]).pixels
    assert torch.equal(result[0], apply(Webp(60, 1, 2), picture(rgb))[0])
    assert torch.equal(result[1, :, :20, :31], apply(Webp(30), picture(rgb[:20, :31]))[0])


def test_bytes_and_back() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert np.array_equal(to_bytes(from_bytes(rgb)), rgb)
    assert to_bytes(torch.full((3, 1, 1), 0.5))[0, 0, 0] == 128
