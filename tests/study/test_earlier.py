"""An earlier, weaker, misaligned JPEG pass is found under the last one; what is none is not."""

import numpy as np
import pytest

from deepimage.study.earlier import earlier_pass
from deepimage.study.lattice import Pass, count, luma_tables

from .dirt import jpeg, resized, seen, shifted


def found(rgb: np.ndarray, last: int | None) -> Pass | None:
    planes, bad = seen(rgb)
    counts = count(planes.luma, bad)
    return earlier_pass(counts, None, None) if last is None else earlier_pass(counts, luma_tables()[last - 1], 0)


@pytest.mark.parametrize(
    ("name", "first", "last", "top", "left"),
    [
        ("astronaut", 40, 85, 4, 4),
        ("astronaut", 70, 80, 3, 0),
        ("coffee", 55, 75, 0, 5),
        ("coffee", 35, 60, 7, 7),
        ("rocket", 60, 90, 1, 2),
        ("chelsea", 50, 92, 6, 1),
    ],
)
def test_place_and_quality(
    photos: dict[str, np.ndarray], name: str, first: int, last: int, top: int, left: int
) -> None:
    past = found(jpeg(shifted(jpeg(photos[name], first), top, left), last), last)
    assert past is not None
    assert (past.top, past.left) == (-top % 8, -left % 8)
    assert abs(past.quality - first) <= 2


def test_a_single_pass_has_none_before_it(photos: dict[str, np.ndarray]) -> None:
    for name in ("astronaut", "coffee", "rocket"):
        for quality in (50, 80, 95):
            assert found(jpeg(resized(photos[name], 0.9), quality), quality) is None, (name, quality)


def test_a_stronger_pass_before_leaves_no_trace(photos: dict[str, np.ndarray]) -> None:
    assert found(jpeg(shifted(jpeg(photos["coffee"], 95), 3, 3), 60), 60) is None


def test_a_lossy_codec_that_is_not_jpeg_does_not_hide_it(photos: dict[str, np.ndarray]) -> None:
    import io

    from PIL import Image

    from .dirt import saved

    webp = saved(shifted(jpeg(photos["astronaut"], 45), 2, 6), "WEBP", quality=90)
    past = found(np.asarray(Image.open(io.BytesIO(webp)).convert("RGB")), None)
    assert past is not None
    assert (past.top, past.left) == (6, 2)


def test_nothing_to_go_by_is_no_pass() -> None:
    for rgb in (np.zeros((1, 1, 3), np.uint8), np.full((100, 100, 3), 77, np.uint8)):
        assert found(rgb, 80) is None
        assert found(rgb, 5) is None
