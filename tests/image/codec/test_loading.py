"""The fast JPEG reader gives the pixels that Pillow gives, and refuses what Pillow would paint grey."""

import io

import numpy as np
import pytest
from corpus.forge import photo, save
from PIL import Image

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec.header import open_picture
from deepimage.image.codec.loading import Samples, load


def loaded(data: bytes) -> Samples:
    image, header = open_picture(data, Limits())
    return load(data, image, header)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("settings", [{}, {"subsampling": 0}, {"progressive": True}, {"quality": 30}])
def test_turbojpeg_equals_pillow(mode: str, settings: dict[str, object]) -> None:
    data = save(Image.fromarray(photo(37, 53)).convert(mode), "JPEG", **settings)
    samples = loaded(data)
    assert samples.mode == mode
    assert np.array_equal(samples.pixels, np.asarray(Image.open(io.BytesIO(data))))


def test_damage_that_pillow_hides_is_refused() -> None:
    data = save(photo(200, 200), "JPEG", quality=95)
    broken = data[: len(data) * 2 // 3] + b"\xff\xd9"
    Image.open(io.BytesIO(broken)).load()  # no complaint
    with pytest.raises(ImageError) as caught:
        loaded(broken)
    assert caught.value.code == "E_TRUNCATED"


def test_padding_before_the_end_is_no_damage() -> None:
    data = save(photo(), "JPEG")
    samples = loaded(data[:-2] + bytes(5) + data[-2:])
    assert np.array_equal(samples.pixels, loaded(data).pixels)


def test_alpha_comes_apart_and_straight() -> None:
    rgba = np.dstack([photo(), photo()[..., 1]])
    samples = loaded(save(rgba, "PNG"))
    assert samples.alpha is not None
    assert np.array_equal(np.dstack([samples.pixels, samples.alpha]), rgba)
