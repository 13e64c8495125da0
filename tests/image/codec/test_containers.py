"""Walks end, whatever the bytes, and find what decoders tell too late."""

import pytest
from corpus.forge import after_soi, photo, save, segment
from hypothesis import given
from hypothesis import strategies as st

from deepimage.errors import ImageError
from deepimage.image.codec import containers


@given(st.sampled_from([containers.jpeg, containers.webp, containers.avif]), st.binary(max_size=300))
def test_any_bytes_are_walked_to_an_end(reader: object, noise: bytes) -> None:
    assert callable(reader)
    for beginning in (b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x20ftypavifav1Ccolrnclx"):
        try:
            assert isinstance(reader(beginning + noise), containers.Container)
        except ImageError:
            continue


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("alpha", [True, False])
def test_the_canvas_of_a_webp(lossless: bool, alpha: bool) -> None:
    pixels = photo(37, 53)
    if alpha:
        pixels = pixels[..., [0, 1, 2, 0]]
    found = containers.webp(save(pixels, "WEBP", lossless=lossless))
    assert (found.size, found.frames, found.lossless) == ((53, 37), 1, lossless)


@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:2", "4:2:0"])
def test_chroma_of_an_avif(chroma: str) -> None:
    assert containers.avif(save(photo(), "AVIF", subsampling=chroma)).chroma == chroma


def test_markers_inside_segments_are_not_scans() -> None:
    thumbnail = segment(0xE1, b"\xff\xda\0\4" * 500)
    containers.jpeg(after_soi(save(photo(), "JPEG", progressive=True), thumbnail))
