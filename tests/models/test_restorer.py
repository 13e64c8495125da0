"""The Restorer: tiles equal the whole, whatever the batch, the threads and the memory."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from deepimage.config import Tiling
from deepimage.errors import OutOfMemory
from deepimage.image.tiling import band
from deepimage.models.catalog import INTERPOLATORS, shipped
from deepimage.models.checkpoint import Checkpoint, load
from deepimage.models.facts import Facts
from deepimage.models.generator import ResidualGenerator
from deepimage.models.restorer import Restorer

SIZES = [(1, 1), (1, 97), (64, 64), (65, 333), (219, 218), (700, 533)]
WHOLE = Tiling(tile=4096)


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Smooth shapes with noise: neither flat nor pure noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = 128 + 90 * np.sin(y / 7 + seed)[..., None] * np.cos(x / np.array([5, 9, 13])[:, None, None]).transpose(
        1, 2, 0
    )
    return np.clip(waves + rng.normal(0, 12, waves.shape), 0, 255).astype(np.uint8)


def tiny(scale: int = 4, **facts: object) -> Checkpoint:
    torch.manual_seed(1)
    generator = ResidualGenerator(scale, 8, 2)
    for parameter in generator.parameters():
        nn.init.normal_(parameter, std=0.1)
    dtypes = ("fp32", "bf16", "fp16")
    return Checkpoint("tiny", generator, Facts("residual", scale, generator.halo, dtypes, **facts), "0" * 64)  # type: ignore[arg-type]


def difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tile", [64, 100, 256])
def test_tiled_equals_whole(size: tuple[int, int], tile: int) -> None:
    lr = picture(*size)
    whole = Restorer(tiny(), tiling=WHOLE).restore(lr)
    tiled = Restorer(tiny(), tiling=Tiling(tile=tile)).restore(lr)
    assert tiled.shape == (size[0] * 4, size[1] * 4, 3)
    assert difference(tiled, whole) <= 1


def test_a_halo_too_small_is_seen() -> None:
    checkpoint = tiny()
    facts = Facts("residual", 4, halo=1, dtype_ok=("fp32",))
    short = Checkpoint("short", checkpoint.generator, facts, "")
    lr = picture(200, 200)
    assert (
        difference(Restorer(short, tiling=Tiling(tile=64)).restore(lr), Restorer(short, tiling=WHOLE).restore(lr)) > 1
    )


@pytest.mark.parametrize(
    "name", sorted({*shipped(), *INTERPOLATORS} - {"fractal"})
)  # slow; test_interpolator.py has it
@pytest.mark.parametrize("size", [(1, 1), (219, 218), (700, 533)])
def test_every_shipped_generator_tiles_exactly(name: str, size: tuple[int, int]) -> None:
    lr = picture(*size)
    whole = Restorer(load(name), tiling=WHOLE).restore(lr)
    for tile in (96, 320):
        assert difference(Restorer(load(name), tiling=Tiling(tile=tile)).restore(lr), whole) <= 1


def test_same_bytes_whatever_the_threads_and_the_company() -> None:
    lrs = [picture(90, 120, 1), picture(64, 64, 2), picture(90, 120, 3), picture(5, 300, 4)]
    alone = [Restorer(tiny(), tiling=Tiling(tile=64), threads=1).restore(lr) for lr in lrs]
    together = list(Restorer(tiny(), tiling=Tiling(tile=64), threads=4).restore_many(lrs))
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


def test_strips_are_the_picture() -> None:
    lr = picture(333, 150)
    restorer = Restorer(tiny(), tiling=Tiling(tile=80))
    np.testing.assert_array_equal(np.concatenate(list(restorer.restore_strips(lr))), restorer.restore(lr))


@pytest.mark.parametrize("multiple_of", [1, 4])
@pytest.mark.parametrize("count", [1, 3, 40])
def test_bands_see_a_part_and_are_the_picture(multiple_of: int, count: int) -> None:
    lr = picture(333, 150)
    restorer = Restorer(tiny(multiple_of=multiple_of), tiling=Tiling(tile=80))
    strips = []
    for number in range(count):
        own = band(restorer.rows(333, 150), number, count)
        strips += restorer.restore_rows(own.area.of(lr).copy(), own.rows)
    np.testing.assert_array_equal(np.concatenate(strips), restorer.restore(lr))


def test_calls_from_many_threads_do_not_mix() -> None:
    restorer = Restorer(tiny(), tiling=Tiling(tile=64), threads=2)
    lrs = [picture(70 + i, 80, i) for i in range(8)]
    expected = [restorer.restore(lr) for lr in lrs]
    with ThreadPoolExecutor(8) as pool:
        for sr, want in zip(pool.map(restorer.restore, lrs), expected, strict=True):
            np.testing.assert_array_equal(sr, want)


class Small(nn.Module):
    """A generator on a device that holds only so many pixels."""

    def __init__(self, inner: nn.Module, pixels: int) -> None:
        super().__init__()
        self.inner, self.pixels = inner, pixels

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        if lr[:, 0].numel() > self.pixels:
            raise torch.OutOfMemoryError("out of memory")
        return self.inner(lr)  # type: ignore[no-any-return]


def test_out_of_memory_takes_smaller_tiles_and_gives_the_same_picture() -> None:
    lr = picture(200, 210)
    checkpoint = tiny()
    expected = Restorer(tiny(), tiling=Tiling(tile=160)).restore(lr)
    tight = Checkpoint("tight", Small(checkpoint.generator, 100 * 100), checkpoint.facts, "")
    assert difference(Restorer(tight, tiling=Tiling(tile=160)).restore(lr), expected) <= 1


def test_out_of_memory_below_the_floor_is_that_picture_s_error_alone() -> None:
    checkpoint = tiny()
    none = Checkpoint("none", Small(checkpoint.generator, 40 * 40), checkpoint.facts, "")
    results = list(Restorer(none).restore_many([picture(40, 40), picture(100, 100), picture(30, 30)]))
    assert [isinstance(result, OutOfMemory) for result in results] == [False, True, False]
    with pytest.raises(OutOfMemory):
        Restorer(none).restore(picture(100, 100))


def test_pure_white_and_black_stay_pure() -> None:
    lr = picture(96, 96)
    lr[:40] = 255
    lr[60:] = 0
    sr = Restorer(tiny(keeps_extremes=True)).restore(lr)
    assert (sr[: 36 * 4] == 255).all()
    assert (sr[64 * 4 :] == 0).all()
    assert not (sr[44 * 4 : 56 * 4] == 255).all()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_precisions_agree(precision: str) -> None:
    lr = picture(100, 100)
    exact = Restorer(tiny(), precision="fp32").restore(lr)
    assert difference(Restorer(tiny(), precision=precision).restore(lr), exact) <= 6
