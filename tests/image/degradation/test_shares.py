"""Draws by weight."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from deepimage.image.degradation.shares import Shares, pick


def test_pick_follows_weights_and_never_takes_a_zero() -> None:
    rng = np.random.default_rng(0)
    taken = [pick({"a": 0.0, "b": 0.2, "c": 0.6, "d": 0.0}, rng) for _ in range(2000)]
    assert set(taken) == {"b", "c"}
    assert taken.count("c") / 2000 == pytest.approx(0.75, abs=0.04)


def test_a_bare_name_is_a_share() -> None:
    shares = TypeAdapter(Shares[str])
    assert shares.validate_python("box") == {"box": 1}
    with pytest.raises(ValidationError, match="at least one weight"):
        shares.validate_python({"box": 0})
