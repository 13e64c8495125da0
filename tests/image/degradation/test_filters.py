"""Blur and sharpening: widths, directions, places, borders."""

import math

import numpy as np
import pytest
import torch
from pictures import apply, dot, grey, moments

from deepimage.image.degradation.blur import Aberration, Blur, Defocus, Motion
from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.filters import Filter, Filters, merged
from deepimage.image.degradation.noise import Noise
from deepimage.image.degradation.sharpen import Sharpen

_SOFT = 1.2  # pixels; a sharp dot would ring
ALL = [Defocus(1.5), Blur(1.4, 0.5, 30), Motion(5, 20, 60), Aberration(0.7, 40), Sharpen(0.8, 1.2)]


def spread_of(filter: Filter, side: int = 65, lr: int = 65) -> tuple[np.ndarray, np.ndarray]:
    """Centre and covariance of the kernel: of what it makes of a soft dot on grey, less the dot's own."""
    place = torch.arange(side) - side // 2
    bell = torch.exp(-place * place / (2 * _SOFT**2))
    image = 0.3 + 0.5 * (bell[:, None] * bell).expand(1, 3, -1, -1)
    result = apply(Filters((filter,)), image, (lr, lr))[0, 1] - 0.3
    centre, covariance = moments(torch.where(result.abs() > 2e-6, result, 0))  # rounding, far away, would weigh a lot
    return centre, covariance - _SOFT**2 * np.eye(2)


@pytest.mark.parametrize("sigma", [0.6, 1.3, 2.5])
def test_a_gaussian_is_as_wide_as_it_says(sigma: float) -> None:
    centre, covariance = spread_of(Blur(sigma))
    assert centre == pytest.approx([0, 0], abs=1e-3)
    assert np.diag(covariance) == pytest.approx([sigma**2] * 2, rel=0.02)


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_a_long_gaussian_and_a_motion_run_along_their_angle(angle: float) -> None:
    way = np.array([math.sin(math.radians(angle)), math.cos(math.radians(angle))])  # y, x
    across = way[::-1] * [1, -1]
    _, covariance = spread_of(Blur(2.4, 0.5, angle))
    assert way @ covariance @ way == pytest.approx(2.4**2, rel=0.03)
    assert across @ covariance @ across == pytest.approx(1.2**2, rel=0.03)
    _, covariance = spread_of(Motion(9, angle))
    assert way @ covariance @ way == pytest.approx(9**2 / 12, rel=0.03)
    assert across @ covariance @ across == pytest.approx(0, abs=0.05)


def test_a_bent_path_keeps_its_length_and_its_centre() -> None:
    centre, covariance = spread_of(Motion(12, 0, 180))
    radius = 12 / math.pi  # half a circle
    assert centre == pytest.approx([0, 0], abs=0.02)
    assert covariance[1, 1] == pytest.approx(radius**2 / 2, rel=0.03)
    assert covariance[0, 0] == pytest.approx(radius**2 * (0.5 - 4 / math.pi**2), rel=0.05)


@pytest.mark.parametrize("radius", [1.0, 2.5])
def test_a_disk_is_as_wide_as_it_says(radius: float) -> None:
    centre, covariance = spread_of(Defocus(radius))
    assert centre == pytest.approx([0, 0], abs=1e-3)
    assert np.diag(covariance) == pytest.approx([radius**2 / 4] * 2, rel=0.05)


def test_a_large_disk_is_flat_inside_and_empty_outside() -> None:
    plane = apply(Filters((Defocus(10),)), dot())[0, 0] * math.pi * 100
    y, x = torch.meshgrid(torch.arange(-32, 33), torch.arange(-32, 33), indexing="ij")
    distance = (y * y + x * x).sqrt()
    assert plane[distance < 7].mean() == pytest.approx(1, abs=0.03)
    assert plane[distance > 13].abs().max() < 0.15


def test_lengths_are_lr_pixels() -> None:
    _, small = spread_of(Blur(0.5), side=64, lr=16)
    assert np.diag(small) == pytest.approx([4, 4], rel=0.02)  # (0.5 * 4) ** 2


def test_red_and_blue_part_by_twice_the_shift() -> None:
    result = apply(Filters((Aberration(0.75, 90),)), apply(Filters((Blur(1.5),)), dot()))
    red, green, blue = (moments(result[0, channel])[0] for channel in range(3))
    assert green == pytest.approx([0, 0], abs=1e-3)
    assert red == pytest.approx([0.75, 0], abs=0.01)
    assert blue == pytest.approx([-0.75, 0], abs=0.01)


def test_sharpening_overshoots_by_half_its_amount_and_keeps_flat_parts() -> None:
    edge = grey(32, 64, 0.4)
    edge[..., 32:] = 0.6
    sharp = apply(Filters((Sharpen(0.5, 2.0),)), edge)[0, 0, 16]
    assert sharp.max() == pytest.approx(0.6 + 0.5 * 0.1, abs=0.01)  # the Gaussian is half way at the edge
    assert sharp.min() == pytest.approx(0.4 - 0.5 * 0.1, abs=0.01)
    assert sharp[:20].numpy() == pytest.approx(np.full(20, 0.4), abs=1e-3)
    assert apply(Filters((Sharpen(9, 2.0),)), edge).max() == 1


@pytest.mark.parametrize("filter", ALL, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_flat_pictures_stay_flat_at_any_size(filter: Filter, value: float) -> None:
    for height, width in ((1, 1), (7, 33), (48, 48)):
        assert apply(Filters((filter,)), grey(height, width, value)) == pytest.approx(
            grey(height, width, value), abs=1e-5
        )


@pytest.mark.parametrize("filter", [Defocus(4), Blur(4), Motion(9, 30), Sharpen(1, 3)], ids=lambda f: type(f).__name__)
def test_opposite_edges_do_not_meet(filter: Filter) -> None:
    image = grey(40, 40, 0.2)
    image[..., 20:, :] = 0.8
    result = apply(Filters((filter,)), image)
    assert result[..., 0, :].numpy() == pytest.approx(np.full((1, 3, 40), 0.2), abs=2e-3)
    assert result[..., -1, :].numpy() == pytest.approx(np.full((1, 3, 40), 0.8), abs=2e-3)


def test_several_in_one_pass_are_one_after_the_other() -> None:
    image = 0.3 + 0.4 * torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    together = apply(Filters((Blur(1.0), Motion(3, 20), Defocus(1.0))), image)
    single = image
    for filter in (Blur(1.0), Motion(3, 20), Defocus(1.0)):
        single = apply(Filters((filter,)), single)
    assert together[..., 8:-8, 8:-8] == pytest.approx(single[..., 8:-8, 8:-8], abs=2e-3)


def test_a_batch_is_its_members() -> None:
    images = torch.rand(3, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    operations = [
        Filters((Blur(0.9), Sharpen(0.5, 1.0))),
        Filters((Defocus(1.1),)),
        Filters((Aberration(0.4), Blur(0.5))),
    ]
    batch = Filters.apply(Canvas(images, [(40, 40)] * 3, (20, 20)), operations).pixels
    for one, image, op in zip(batch, images, operations, strict=True):
        assert one.numpy() == pytest.approx(apply(op, image[None], (20, 20))[0].numpy(), abs=1e-3)


def test_runs_of_filters_merge_in_order() -> None:
    noise = Noise(3)
    plan = merged([Blur(1), Defocus(1), Blur(2), noise, Sharpen(1, 1)])
    assert plan == (Filters((Blur(1), Defocus(1))), Filters((Blur(2),)), noise, Filters((Sharpen(1, 1),)))
    assert merged([]) == ()
