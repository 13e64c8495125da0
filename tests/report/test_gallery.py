"""A shot shows the same place twice, small enough, and only of pictures that can be read."""

import io

import numpy as np
import pytest
from PIL import Image

from deepimage.report.gallery import (
    HEIGHT,
    PAIR_BYTES,
    THUMBNAIL,
    THUMBNAIL_BYTES,
    WIDTH,
    most_detailed,
    shots,
    thumbnail,
)

from .conftest import Run, encode, photo


def _pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(float)


def test_both_sides_are_the_same_place_at_the_pixels_of_the_result() -> None:
    run = Run()
    lr = photo(3, 300, 200)
    sr = lr.resize((1200, 800), Image.Resampling.LANCZOS)
    run.inputs["lr"], run.outputs["sr"] = encode(lr, "PNG"), encode(sr, "PNG")
    (shot,) = shots([{"uri": "lr", "output": "sr"}], run.pictures)
    before, after = _pixels(shot.before), _pixels(shot.after)
    assert before.shape == after.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(before - after).mean() < 2  # here the result is Lanczos itself
    region = most_detailed(np.asarray(sr), HEIGHT, WIDTH)
    assert np.abs(after - region.of(np.asarray(sr))).mean() < 4


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 7), (500, 5), (480, 360), (2000, 361)])
def test_any_size_gives_a_crop_inside_the_result(width: int, height: int) -> None:
    run = Run()
    run.inputs["lr"] = run.outputs["sr"] = encode(Image.new("RGB", (width, height), "red"), "PNG")
    (shot,) = shots([{"uri": "lr", "output": "sr"}], run.pictures)
    assert (shot.width, shot.height) == (min(width, WIDTH), min(height, HEIGHT))
    assert _pixels(shot.after).shape == (shot.height, shot.width, 3)


def test_the_most_detailed_place_is_found() -> None:
    image = np.full((900, 1200, 3), 128, np.uint8)
    image[600:700, 900:1000] = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    region = most_detailed(image, 200, 200)
    assert region.y <= 600
    assert region.bottom >= 700
    assert region.x <= 900
    assert region.right >= 1000


def test_noise_cannot_make_the_page_large() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    run = Run()
    row = run.restore("noise.jpg", Image.fromarray(noise))
    (shot,) = shots([row], run.pictures)
    assert len(shot.before) + len(shot.after) <= PAIR_BYTES
    assert len(thumbnail(row, run.pictures) or b"") <= THUMBNAIL_BYTES


def test_pictures_that_are_gone_or_broken_are_left_out() -> None:
    run = Run()
    rows = [run.restore(f"{index}.jpg", photo(index)) for index in range(4)]
    del run.inputs["mem://0.jpg"]
    del run.outputs["1.jpg.out.jpg"]
    run.outputs["2.jpg.out.jpg"] = b"no picture"
    assert [shot.row["input"] for shot in shots(rows, run.pictures)] == ["3.jpg"]
    assert thumbnail(rows[0], run.pictures) is None


def test_a_thumbnail_is_small_and_keeps_its_shape() -> None:
    run = Run()
    row = run.restore("wide.jpg", photo(0, 800, 200))
    assert _pixels(thumbnail(row, run.pictures) or b"").shape == (THUMBNAIL // 4, THUMBNAIL, 3)
    assert thumbnail(row | {"megapixels": 101.0}, run.pictures) is None
