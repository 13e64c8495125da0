"""The last JPEG pass is read from pixels, exactly, and from nothing else."""

import numpy as np
import pytest

from deepimage.study.lattice import Pass, count, last_pass

from .dirt import jpeg, noisy, ramp, seen, shifted


def found(rgb: np.ndarray) -> Pass | None:
    planes, bad = seen(rgb)
    return last_pass(planes.luma, bad, count(planes.luma, bad))


@pytest.mark.parametrize(
    ("name", "quality", "sampling", "top", "left"),
    [
        ("astronaut", 30, 2, 0, 0),
        ("astronaut", 92, 0, 5, 3),
        ("coffee", 50, 2, 7, 0),
        ("coffee", 75, 1, 1, 6),
        ("chelsea", 85, 2, 4, 4),
        ("rocket", 60, 0, 0, 7),
        ("retina", 80, 2, 2, 2),
        ("retina", 95, 0, 3, 1),
    ],
)
def test_quality_and_place_are_exact(
    photos: dict[str, np.ndarray],
    clean: dict[str, np.ndarray],
    name: str,
    quality: int,
    sampling: int,
    top: int,
    left: int,
) -> None:
    last = found(shifted(jpeg(photos.get(name, clean[name]), quality, sampling), top, left))
    assert last is not None
    assert (last.quality, last.top, last.left) == (quality, -top % 8, -left % 8)


def test_no_pass_where_there_was_none(clean: dict[str, np.ndarray]) -> None:
    for name, photo in clean.items():
        assert found(photo) is None, name
        assert found(noisy(jpeg(photo, 70), 4)) is None, name


def test_nothing_to_go_by_is_no_pass() -> None:
    for rgb in (np.zeros((1, 1, 3), np.uint8), np.full((200, 200, 3), 255, np.uint8), jpeg(ramp(64, 64), 90)):
        assert found(rgb) is None
