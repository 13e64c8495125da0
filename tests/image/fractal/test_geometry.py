"""Doublings and halo."""

from deepimage.config import Tiling
from deepimage.image.fractal import halo
from deepimage.image.fractal.geometry import COARSE, FINE, doublings


def test_doublings_reach_the_scale_and_no_further() -> None:
    assert [doublings(scale) for scale in (1, 2, 3, 4, 5, 8, 9, 16)] == [0, 1, 2, 2, 3, 3, 4, 4]


def test_a_coarse_block_splits_into_four_fine() -> None:
    assert COARSE.size == 2 * FINE.size


def test_the_smallest_tile_leaves_a_core_up_to_x4() -> None:
    assert all(2 * halo(scale) < 64 for scale in (1, 2, 3, 4))
    assert 2 * halo(16) < Tiling().tile
