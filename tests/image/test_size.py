"""Wished sizes keep the aspect ratio and never vanish."""

import pytest

from deepimage.image.size import Target


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(), (1200, 2400)),
        (Target(scale=2), (600, 1200)),
        (Target(scale=1.5), (450, 900)),
        (Target(width=1000), (500, 1000)),
        (Target(height=90), (90, 180)),
        (Target(max_side=900), (450, 900)),
    ],
)
def test_sizes(target: Target, expected: tuple[int, int]) -> None:
    assert target.size(300, 600, native=4) == expected


def test_no_side_vanishes() -> None:
    assert Target(max_side=100).size(1, 100_000, native=4) == (1, 100)
