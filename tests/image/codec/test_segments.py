"""What is spliced in is found again by an independent reader, and the pixels stay as they were."""

import io

import numpy as np
from corpus.forge import orientation, photo, save
from PIL import Image

from deepimage.image.codec import profile
from deepimage.image.codec.picture import Metadata
from deepimage.image.codec.segments import splice

PLAIN = save(photo(), "JPEG")


def test_every_block_is_found_again() -> None:
    spliced = splice(PLAIN, Metadata(orientation(1), b"<x/>", b"\x1c\x02\x78\0\x01a"), profile.srgb())
    image = Image.open(io.BytesIO(spliced))
    assert image.info["exif"] == b"Exif\0\0" + orientation(1)
    assert image.info["xmp"] == b"<x/>"
    assert image.info["photoshop"][0x0404] == b"\x1c\x02\x78\0\x01a"
    assert image.info["icc_profile"] == profile.srgb()
    assert image.info["jfif_version"] == (1, 1)
    assert np.array_equal(np.asarray(image), np.asarray(Image.open(io.BytesIO(PLAIN))))


def test_nothing_but_the_profile_is_added_without_metadata() -> None:
    assert len(splice(PLAIN, Metadata(), profile.srgb())) == len(PLAIN) + len(profile.srgb()) + 18


def test_a_block_too_long_for_a_segment_is_left_out() -> None:
    spliced = splice(PLAIN, Metadata(xmp=b"x" * 70_000), profile.srgb())
    assert "xmp" not in Image.open(io.BytesIO(spliced)).info
