"""First bytes decide; what is refused is refused by name."""

import pytest
from corpus.forge import box, photo, save

from deepimage.errors import ImageError
from deepimage.image.codec.magic import sniff


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_readable_format_is_known(format: str) -> None:
    assert sniff(save(photo(), format)) == format.lower()


def test_avif_is_found_among_the_compatible_brands() -> None:
    assert sniff(box(b"ftyp", b"mif1\0\0\0\0mif1avifmiaf")) == "avif"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.4", "PDF"),
        (b"%!PS-Adobe", "PostScript"),
        (b"\xef\xbb\xbf  <SVG>", "SVG"),
        (box(b"ftyp", b"heic\0\0\0\0mif1heic"), "HEIC/HEIF.*Most Compatible"),
        (box(b"ftyp", b"mp42\0\0\0\0isom"), "video"),
    ],
)
def test_a_refusal_names_the_kind(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words) as caught:
        sniff(data)
    assert caught.value.code == "E_FORMAT"
    assert "expected JPEG, PNG, WebP" in caught.value.message


def test_a_web_page_is_called_one() -> None:
    with pytest.raises(ImageError, match="web page") as caught:
        sniff(b"<html><svg></svg></html>")
    assert caught.value.code == "E_NOT_IMAGE"
