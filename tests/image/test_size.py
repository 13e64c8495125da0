"""Wished sizes keep the aspect ratio and never vanish."""

import pytest

from deepimage.image.size import Fit, Target


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(), (1200, 2400)),
        (Target(scale=2), (600, 1200)),
        (Target(scale=1.5), (450, 900)),
        (Target(width=1000), (500, 1000)),
        (Target(height=90), (90, 180)),
        (Target(max_side=900), (450, 900)),
        (Target(scale=2, padding=10), (620, 1220)),
        (Target(width=1000, padding=50), (550, 1000)),
        (Target(height=100, padding=5), (100, 190)),
        (Target(max_side=620, padding=10), (320, 620)),
        (Target(width=120, height=120, padding=10), (70, 120)),
        (Target(width=120, height=120, fit="contain", padding=10), (120, 120)),
    ],
)
def test_sizes(target: Target, expected: tuple[int, int]) -> None:
    assert target.size(300, 600, native=4) == expected


def test_no_side_vanishes() -> None:
    assert Target(max_side=100).size(1, 100_000, native=4) == (1, 100)


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("inside", (50, 100)),
        ("outside", (100, 200)),
        ("cover", (100, 100)),
        ("contain", (100, 100)),
        ("fill", (100, 100)),
    ],
)
def test_a_box(fit: Fit, expected: tuple[int, int]) -> None:
    assert Target(width=100, height=100, fit=fit).size(300, 600, native=4) == expected
