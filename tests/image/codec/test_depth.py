"""Deep greys are scaled to 8 bits, never clipped or wrapped."""

import numpy as np
import pytest

from deepimage.image.codec.depth import to_8_bits


def test_all_8_bit_greys_survive_16_bits() -> None:
    grey = np.arange(256, dtype=np.uint16)[None]
    assert np.array_equal(to_8_bits(grey * 257, 16)[0], grey)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_black_and_white_stay_black_and_white(bits: int) -> None:
    scaled, note = to_8_bits(np.array([[0, 2**bits - 1]], np.uint16), bits)
    assert scaled.tolist() == [[0, 255]]
    assert note == f"{bits}-bit reduced to 8"


def test_order_is_kept() -> None:
    values = np.arange(0, 65536, 7, dtype=np.uint16)[None]
    assert (np.diff(to_8_bits(values, 16)[0].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        (np.array([[0, 0.5, 1]], np.float32), [[0, 128, 255]], "[0, 1]"),
        (np.array([[-1000, 0, 1000]], np.float32), [[0, 128, 255]], "[-1000, 1000]"),
        (np.array([[0.5, np.nan, np.inf]], np.float32), [[128, 0, 0]], "[0, 1]"),
        (np.array([[7, 7]], np.float32), [[0, 0]], "[7, 7]"),
        (np.array([[-5, 95]], np.int32), [[0, 255]], "[-5, 95]"),
    ],
)
def test_floats_and_strange_integers_say_their_range(values: np.ndarray, expected: list[list[int]], words: str) -> None:
    scaled, note = to_8_bits(values, 32)
    assert scaled.tolist() == expected
    assert words in note
