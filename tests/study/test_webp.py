"""The quality of a WebP file, back from its quantisers."""

import numpy as np
import pytest

from deepimage.study.webp import webp_quality

from .dirt import ramp, saved


@pytest.mark.parametrize("quality", [20, 45, 60, 75, 80, 92])
@pytest.mark.parametrize("method", [0, 4])
def test_quality_of_libwebp(photos: dict[str, np.ndarray], quality: int, method: int) -> None:
    for name, photo in photos.items():
        data = saved(photo, "WEBP", quality=quality, method=method)
        assert webp_quality(data) == pytest.approx(quality, abs=4), name


def test_with_metadata_before_the_picture(photos: dict[str, np.ndarray]) -> None:
    data = saved(photos["coffee"], "WEBP", quality=70, icc_profile=b"\0" * 3000)
    assert webp_quality(data) == pytest.approx(70, abs=4)


def test_what_is_no_lossy_webp_has_none() -> None:
    lossless = saved(ramp(64, 64), "WEBP", lossless=True)
    lossy = saved(ramp(64, 64), "WEBP", quality=50)
    for data in (b"", b"RIFF", lossless, lossy[:25], saved(ramp(16, 16)), lossy.replace(b"\x9d\x01\x2a", b"\0\0\0")):
        assert webp_quality(data) is None


def test_any_damage_is_survived() -> None:
    data = bytearray(saved(ramp(64, 64), "WEBP", quality=50))
    rng = np.random.default_rng(0)
    for _ in range(300):
        broken = bytes(
            b if rng.random() > 0.05 else int(rng.integers(256)) for b in data[: rng.integers(20, len(data))]
        )
        found = webp_quality(broken)
        assert found is None or 0 <= found <= 100
