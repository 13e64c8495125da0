"""Pairs: what goes in, and what it is judged by, at exactly the scale."""

import numpy as np
import pytest

from deepimage.config import read
from deepimage.errors import DeepimageError
from deepimage.evaluation.config import Evaluation
from deepimage.evaluation.pair import Pair, open_pair
from deepimage.image.degradation.fixed import FIXED


def opened(uri: str) -> np.ndarray:
    """Noise of the size that the address says: "120x90"."""
    width, height = map(int, uri.split("x"))
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def pair(uri: str, *overrides: str, hr_uri: str | None = None, degradation: str = "given", index: int = 0) -> Pair:
    config = read(Evaluation, None, ["pictures=[in]", "output=out", "systems=[bicubic]", *overrides])
    return open_pair(config, opened, uri, hr_uri, degradation, index)


def test_hr_is_cut_to_the_scale_and_degraded() -> None:
    made = pair("123x90", "degradations=[C3]", degradation="C3", index=7)
    assert made.hr is not None
    np.testing.assert_array_equal(made.hr, opened("123x90")[:88, :120])
    np.testing.assert_array_equal(made.lr, FIXED["C3"](made.hr, 4, 7))


def test_the_middle_is_cut_out_of_both_after_the_degradation() -> None:
    whole = pair("160x96", "degradations=[C0]", degradation="C0")
    part = pair("160x96", "degradations=[C0]", "crop=16", degradation="C0")
    np.testing.assert_array_equal(part.lr, whole.lr[4:20, 12:28])
    assert part.hr is not None
    assert whole.hr is not None
    np.testing.assert_array_equal(part.hr, whole.hr[16:80, 48:112])
    assert pair("160x96", "degradations=[C0]", "crop=500", degradation="C0").lr.shape == (24, 40, 3)


def test_given_pairs_must_fit() -> None:
    fitting = pair("30x20", "against_hr=hr", hr_uri="123x80")
    assert fitting.hr is not None
    assert fitting.hr.shape == (80, 120, 3)
    for wrong in ("124x80", "119x80", "60x40"):
        with pytest.raises(DeepimageError, match="expected 4 times 30x20 pixels"):
            pair("30x20", "against_hr=hr", hr_uri=wrong)


def test_without_an_original_there_is_none() -> None:
    assert pair("30x20").hr is None


def test_a_picture_below_the_scale_is_refused() -> None:
    with pytest.raises(DeepimageError, match="smaller than the scale"):
        pair("3x20", "degradations=[C0]", degradation="C0")
