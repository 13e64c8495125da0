"""The whole study of one file, whatever the file."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.study.examine import examine

from .dirt import jpeg, noisy, ramp, resized, saved, shifted, studied


def test_a_jpeg_file_tells_its_last_pass_and_its_pixels_the_one_before(photos: dict[str, np.ndarray]) -> None:
    traits = studied(saved(shifted(jpeg(photos["astronaut"], 50), 4, 1), "JPEG", quality=88, subsampling=2))
    assert (traits.jpeg_quality, traits.jpeg_stored, traits.jpeg_tables) == (88, True, None)
    assert (traits.jpeg_top, traits.jpeg_left, traits.chroma) == (0, 0, "4:2:0")
    assert (traits.earlier_top, traits.earlier_left) == (4, 7)
    assert traits.earlier_quality == pytest.approx(50, abs=2)


def test_a_jpeg_that_was_stored_as_png(photos: dict[str, np.ndarray]) -> None:
    twice = jpeg(shifted(jpeg(photos["coffee"], 45), 2, 2), 80)
    traits = studied(saved(shifted(twice, 3, 0)))
    assert (traits.format, traits.lossless, traits.jpeg_stored) == ("png", True, False)
    assert (traits.jpeg_quality, traits.jpeg_top, traits.jpeg_left) == (80, 5, 0)
    assert (traits.earlier_top, traits.earlier_left) == (3, 6)


def test_the_grid_of_a_large_picture_is_told_from_its_corner(photos: dict[str, np.ndarray]) -> None:
    large = np.tile(photos["astronaut"], (2, 3, 1))[:900, :1400]
    traits = studied(saved(shifted(jpeg(large, 75), 6, 5)))
    assert (traits.jpeg_quality, traits.jpeg_top, traits.jpeg_left) == (75, 2, 3)


def test_own_tables_come_along(photos: dict[str, np.ndarray]) -> None:
    luma, chroma = [2 + n // 3 for n in range(64)], [3 + n // 2 for n in range(64)]
    traits = studied(saved(photos["coffee"], "JPEG", qtables=[luma, chroma]))
    assert traits.jpeg_tables is not None
    assert traits.jpeg_steps == (tuple(luma), tuple(chroma))


def test_webp(photos: dict[str, np.ndarray]) -> None:
    traits = studied(saved(photos["coffee"], "WEBP", quality=60))
    assert traits.webp_quality == pytest.approx(60, abs=4)
    assert (traits.jpeg_quality, traits.lossless) == (None, False)
    lossless = studied(saved(photos["coffee"], "WEBP", lossless=True))
    assert (lossless.webp_quality, lossless.lossless) == (None, True)


def test_noise_and_enlargement(photos: dict[str, np.ndarray]) -> None:
    grainy = studied(saved(noisy(photos["coffee"], 8, grey=False), "JPEG", quality=90))
    assert grainy.noise_luma == pytest.approx(8, rel=0.25)
    assert grainy.noise_chroma == pytest.approx(8 * 0.96, rel=0.3)
    assert grainy.shot is not None
    assert grainy.halo is None
    large = studied(saved(resized(resized(photos["coffee"], 0.5), 2, "BICUBIC"), "JPEG", quality=80))
    assert large.enlarged == pytest.approx(2, rel=0.3)
    assert large.resolution == pytest.approx(0.5, rel=0.3)


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (8, 8), (1, 600), (13, 2000), (64, 64)])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA", "P", "1"])
def test_any_shape_and_mode(shape: tuple[int, int], mode: str) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(rgb).convert(mode).save(buffer, "PNG")
    traits = studied(buffer.getvalue())
    assert (traits.height, traits.width) == shape
    assert traits.grey == (mode in ("L", "LA", "1"))
    assert traits.noise_chroma is None or not traits.grey


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_flat_pictures_tell_nothing_they_do_not_know(level: int, format: str) -> None:
    traits = studied(saved(np.full((200, 200, 3), level, np.uint8), format))
    assert (traits.blur, traits.halo, traits.resolution, traits.enlarged) == (None, None, None, None)
    assert (traits.earlier_quality, traits.shot) == (None, None)
    assert not traits.noise_luma
    assert traits.middle == pytest.approx(level, abs=1)


def test_cmyk_and_profiles() -> None:
    cmyk = io.BytesIO()
    Image.fromarray(ramp(80, 80)).convert("CMYK").save(cmyk, "JPEG", quality=70)
    traits = studied(cmyk.getvalue())
    assert (traits.jpeg_quality, traits.noise_luma) == (70, None)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert studied(saved(ramp(80, 80), "JPEG", quality=70, icc_profile=profile)).jpeg_quality == 70


def test_a_turned_picture_has_upright_sides() -> None:
    exif = Image.Exif()
    exif[274] = 6
    traits = studied(saved(ramp(40, 60), "JPEG", exif=exif))
    assert (traits.width, traits.height, traits.long_side) == (40, 60, 60)


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "E_EMPTY"), (b"text", "E_NOT_IMAGE"), (b"8BPS" + bytes(40), "E_FORMAT")]
)
def test_what_is_no_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ImageError) as refusal:
        examine(data, Limits())
    assert refusal.value.code == code
