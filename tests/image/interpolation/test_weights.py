"""Weights: blocks partition the outputs, rows sum to one, and the matrix is Pillow's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from deepimage.image.interpolation import KERNELS, matrix
from deepimage.image.interpolation.weights import blocks

SIZES = st.integers(1, 300)
PILLOW = {
    "nearest": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize(("size_in", "size_out"), [(37, 148), (37, 100), (37, 37), (37, 11), (37, 1), (1, 9), (400, 3)])
def test_agree_with_pillow_in_float(kernel: str, size_in: int, size_out: int) -> None:
    """Pillow's float mode resamples in double precision: the sums differ by float32 rounding only."""
    row = np.random.default_rng(0).random((1, size_in), np.float32)
    theirs = np.asarray(Image.fromarray(row).resize((size_out, 1), PILLOW[kernel]))[0]
    np.testing.assert_allclose(matrix(size_in, size_out, kernel) @ row[0], theirs, atol=1e-5)


@given(SIZES, SIZES, st.sampled_from(list(KERNELS)))
@settings(max_examples=200, deadline=None)
def test_blocks_partition_the_outputs_and_rows_sum_to_one(size_in: int, size_out: int, kernel: str) -> None:
    parts = blocks(size_in, size_out, kernel)
    assert [i for part in parts for i in range(size_out)[part.outputs]] == list(range(size_out))
    for part in parts:
        assert 0 <= part.inputs.start < part.inputs.stop <= size_in
        np.testing.assert_allclose(part.weights.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_whole_factor_repeats_its_phases(kernel: str) -> None:
    dense = matrix(20, 80, kernel)
    np.testing.assert_allclose(dense[40:44, 6:16], dense[44:48, 7:17], atol=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_halo_is_all_that_an_output_reads(kernel: str) -> None:
    for scale in (1, 2, 3, 4, 8):
        outputs, inputs = np.nonzero(matrix(30, 30 * scale, kernel))
        assert np.abs(outputs // scale - inputs).max() <= KERNELS[kernel].halo
