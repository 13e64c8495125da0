"""The header tells the facts and stops what is too large, without decoding."""

from collections.abc import Iterator

import numpy as np
import pytest
import simplejpeg
from corpus import Case, cases
from corpus.forge import ihdr, orientation, photo, png, save
from corpus.samples import TEN_BIT_AVIF
from PIL import Image

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec.header import Header, read_header
from deepimage.sandbox import Sandbox

LIMITS = Limits()


def header(pixels: np.ndarray | Image.Image, format: str, **settings: object) -> Header:
    return read_header(save(pixels, format, **settings), LIMITS)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_format_and_size(format: str) -> None:
    facts = header(photo(37, 53), format)
    assert (facts.format, facts.width, facts.height, facts.frames) == (format.lower(), 53, 37, 1)


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_size_is_that_of_the_upright_picture(format: str, value: int) -> None:
    turned = {"tiffinfo": {274: value}} if format == "TIFF" else {"exif": orientation(value)}
    facts = header(photo(37, 53), format, **turned)
    assert facts.orientation == value
    assert (facts.width, facts.height) == ((53, 37) if value < 5 else (37, 53))


@pytest.mark.parametrize("quality", [1, 30, 75, 90, 95, 100])
@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:2", "4:2:0"])
def test_jpeg_quality_and_chroma(quality: int, chroma: str) -> None:
    facts = header(photo(), "JPEG", quality=quality, subsampling=chroma)
    assert (facts.jpeg_quality, facts.chroma, facts.lossless) == (quality, chroma, False)


@pytest.mark.parametrize(("sampling", "chroma"), [("411", "4:1:1"), ("440", "4:4:0"), ("Gray", None)])
def test_rarer_chroma(sampling: str, chroma: str | None) -> None:
    data = simplejpeg.encode_jpeg(photo(), colorsubsampling=sampling)
    assert read_header(data, LIMITS).chroma == chroma


def test_progressive_is_told_from_baseline() -> None:
    assert header(photo(), "JPEG", progressive=True).progressive
    assert not header(photo(), "JPEG").progressive


def test_depth_is_as_stored() -> None:
    assert read_header(TEN_BIT_AVIF, LIMITS).bits == 10
    assert header(photo(), "AVIF").bits == 8
    assert header(photo()[..., 0].astype(np.uint16) * 257, "TIFF").bits == 16
    assert header(Image.new("1", (9, 9)), "PNG").bits == 1


@pytest.mark.parametrize(
    ("mode", "format", "grey", "alpha"),
    [
        ("L", "PNG", True, False),
        ("LA", "PNG", True, True),
        ("RGB", "PNG", False, False),
        ("RGBA", "PNG", False, True),
        ("RGBA", "WEBP", False, True),
        ("L", "JPEG", True, False),
        ("CMYK", "JPEG", False, False),
    ],
)
def test_grey_and_alpha(mode: str, format: str, grey: bool, alpha: bool) -> None:
    image = Image.fromarray(photo()).convert(mode)
    if alpha:
        image.putalpha(100)
    facts = header(image, format)
    assert (facts.grey, facts.has_alpha) == (grey, alpha)


def test_lossless_formats() -> None:
    assert all(header(photo(), format).lossless for format in ("PNG", "GIF", "BMP", "TIFF"))
    assert header(photo(), "WEBP", lossless=True).lossless
    assert not header(photo(), "WEBP").lossless
    assert not header(photo(), "TIFF", compression="jpeg").lossless


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"max_side": 47}, r"48x40 pixels; limits\.max_side is 47"),
        ({"max_megapixels": 0.0019}, r"0\.0 megapixels; limits\.max_megapixels is 0\.0019"),
        ({"max_bytes": 100}, r"\d+ bytes; limits\.max_bytes is 100"),
    ],
)
def test_a_limit_is_named_in_the_refusal(limit: dict[str, float], words: str) -> None:
    with pytest.raises(ImageError, match=words) as caught:
        read_header(save(photo(), "PNG"), Limits.model_validate(limit))
    assert caught.value.code == "E_BOMB"


def test_a_picture_at_the_limits_passes() -> None:
    data = save(photo(), "PNG")
    limits = Limits(max_side=48, max_megapixels=0.00192, max_bytes=len(data))
    assert read_header(data, limits).width == 48


@pytest.fixture(scope="module")
def small_process() -> Iterator[Sandbox]:
    """Room for an interpreter and the libraries, and for little more."""
    with Sandbox(f"{__package__}.functions:header_only", seconds=5, memory=250_000_000) as sandbox:
        yield sandbox


@pytest.mark.parametrize("case", [case for case in cases() if case.error_code == "E_BOMB"], ids=str)
def test_bombs_are_refused_without_room_for_their_pixels(small_process: Sandbox, case: Case) -> None:
    with pytest.raises(ImageError) as caught:
        small_process.call(case.data, {})
    assert caught.value.code == "E_BOMB"
    assert "memory" not in caught.value.message


def test_higher_limits_admit_what_pillow_alone_would_refuse() -> None:
    wide = png(ihdr(20_000, 20_000)) + bytes(2_000_000)
    assert read_header(wide, Limits(max_megapixels=500)).width == 20_000


@pytest.mark.parametrize(("format", "dense"), [("PNG", True), ("AVIF", False)])
def test_density_is_judged_by_what_a_format_can_do(format: str, dense: bool) -> None:
    """17 megapixels in about 400 pixels a byte: no photo as PNG, a hard-pressed one as AVIF."""
    width = height = 4150
    head = save(np.zeros((height, width), np.uint8), format, **({"speed": 10} if format == "AVIF" else {}))
    data = head + bytes(max(0, width * height // 400 - len(head)))
    if dense:
        with pytest.raises(ImageError, match="no photo packs so tight"):
            read_header(data, LIMITS)
    else:
        assert read_header(data, LIMITS).width == width
