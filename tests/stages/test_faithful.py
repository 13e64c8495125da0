"""A result that drifts too far is made anew by the faithful weights, and says so."""

import numpy as np
import pytest

from deepimage.config import Recipe
from deepimage.errors import CheckpointError
from deepimage.stages.faithful import Faithful, faithful, notes
from deepimage.stages.opening import find_model, open_restorer

RNG = np.random.default_rng(3)
LR = RNG.integers(0, 255, (24, 32, 3), np.uint8)  # noise: what a generator takes off, it drifts by


def test_a_result_below_the_limit_is_replaced() -> None:
    recipe = Recipe(faithful_below=98)
    sr = open_restorer(recipe, 1).restore(LR)
    judged = Faithful(recipe, 1).judge(LR, sr)
    np.testing.assert_array_equal(judged.sr, open_restorer(faithful(recipe), 1).restore(LR))
    assert judged.note is not None
    assert judged.note.startswith("drifted to ")


def test_one_above_it_is_left_alone() -> None:
    recipe = Recipe(faithful_below=1)
    sr = open_restorer(recipe, 1).restore(LR)
    judged = Faithful(recipe, 1).judge(LR, sr)
    assert judged.sr is sr
    assert judged.note is None


def test_a_model_without_a_twin_is_refused_at_once() -> None:
    with pytest.raises(CheckpointError, match="no faithful twin"):
        find_model(Recipe(model="bicubic", faithful_below=20))


def test_notes() -> None:
    assert notes(None, "a", None, "b") == "a; b"
    assert notes(None) is None
