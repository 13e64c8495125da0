"""Safe metadata holds nothing private, kept metadata everything else, and nothing breaks either."""

import struct

import numpy as np
import pytest
from corpus.forge import photo, save
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from deepimage.image.codec.metadata import Policy, carry, read, tags
from deepimage.image.codec.opening import open_image
from deepimage.image.codec.picture import Metadata

SHOT, PLACE = 0x8769, 0x8825
PRIVATE = [b"SERIAL-1", b"Jane Owner", b"maker's note", b"a comment", b"unique-id", b"private tag", b"LENS-SERIAL"]


def camera() -> bytes:
    """EXIF as a camera writes it, with a thumbnail's worth of everything private."""
    exif = Image.Exif()
    exif[271], exif[272], exif[274], exif[306] = "Maker", "Model", 6, "2024:05:01 10:00:00"
    exif[315], exif[33432], exif[0xC4A5] = "A. Author", "© Jörg".encode(), b"private tag"
    shot = exif.get_ifd(SHOT)
    shot.update({33434: IFDRational(1, 250), 34855: 100, 36867: "2024:05:01 10:00:00", 40962: 640, 40963: 480})
    shot.update({42034: (IFDRational(24, 1), IFDRational(70, 1), IFDRational(0, 0), IFDRational(0, 0))})
    shot.update({42032: "Jane Owner", 42033: "SERIAL-1", 42037: "LENS-SERIAL", 42016: "unique-id"})
    shot.update({37500: b"maker's note", 37510: b"ASCII\0\0\0a comment"})
    exif.get_ifd(PLACE).update({1: "N", 2: (52.0, 30.0, 0.5), 3: "E", 4: (13.0, 24.0, 0.5)})
    return exif.tobytes()


def carried(policy: Policy, data: bytes) -> Image.Exif:
    metadata = carry(Metadata(exif=data), policy)
    exif = Image.Exif()
    exif.load(metadata.exif or b"")
    return exif


def test_safe_leaves_the_private_behind() -> None:
    metadata = carry(Metadata(exif=camera()), "safe")
    assert metadata.exif
    assert not [word for word in PRIVATE if word in metadata.exif]
    assert not carried("safe", camera()).get_ifd(PLACE)


def test_safe_keeps_who_when_and_how() -> None:
    exif = carried("safe", camera())
    assert (exif[271], exif[315], exif[306]) == ("Maker", "A. Author", "2024:05:01 10:00:00")
    assert exif.get_ifd(SHOT)[33434] == IFDRational(1, 250)
    assert exif.get_ifd(SHOT)[36867] == "2024:05:01 10:00:00"


def test_utf8_text_stays_utf8() -> None:
    metadata = carry(Metadata(exif=camera()), "safe")
    assert metadata.exif
    assert "© Jörg".encode() in metadata.exif


def test_keep_keeps_the_private_too() -> None:
    metadata = carry(Metadata(exif=camera()), "keep")
    assert metadata.exif
    assert [word for word in PRIVATE if word in metadata.exif] == PRIVATE
    assert carried("keep", camera()).get_ifd(PLACE)[2] == (52.0, 30.0, 0.5)


@pytest.mark.parametrize("policy", ["safe", "keep"])
def test_what_describes_the_old_picture_never_survives(policy: Policy) -> None:
    exif = carried(policy, camera())
    assert 274 not in exif
    assert not {40962, 40963} & set(exif.get_ifd(SHOT))
    assert exif.get_ifd(SHOT)[40961] == 1
    assert not exif.get_ifd(1)


def test_a_thumbnail_never_survives() -> None:
    one = struct.pack("<HHHII", 1, 271, 2, 2, 0x41) + struct.pack("<I", 26)
    thumbnail = struct.pack("<H", 2) + struct.pack("<HHIIHHII", 513, 4, 1, 56, 514, 4, 1, 9) + bytes(4) + b"THUMBNAIL"
    metadata = carry(Metadata(exif=b"II*\0\x08\0\0\0" + one + thumbnail), "keep")
    assert metadata.exif
    assert b"THUMBNAIL" not in metadata.exif


def test_strip_leaves_nothing() -> None:
    assert carry(Metadata(camera(), b"<xmp/>", b"\x1c\x02"), "strip") == Metadata()


def test_safe_is_stable() -> None:
    once = carry(Metadata(exif=camera()), "safe")
    assert carry(once, "safe") == once


@given(st.binary(max_size=300), st.sampled_from(["safe", "keep"]), st.integers(0, 600), st.integers(0, 255))
def test_no_bytes_can_break_it(noise: bytes, policy: Policy, at: int, value: int) -> None:
    broken = bytearray(camera())
    broken[at % len(broken)] = value
    for exif in (noise, b"II*\0\x08\0\0\0" + noise, b"Exif\0\0MM\0*\0\0\0\x08" + noise, bytes(broken)):
        metadata = carry(Metadata(exif, noise, noise), policy)
        assert metadata.exif is None or tags(metadata.exif)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_every_format_is_read(format: str) -> None:
    exif = Image.Exif()
    exif[271] = "Maker"
    exif.get_ifd(SHOT)[34855] = 100
    settings = {"xmp": b"<x:xmpmeta/>"} if format in ("JPEG", "WEBP", "AVIF") else {}
    found = read(open_image(save(photo(), format, exif=exif.tobytes(), **settings), format.lower()))[0]
    assert found.exif
    assert tags(found.exif)[271] == b"Maker"
    assert tags(found.exif)[SHOT][34855] == 100
    assert found.xmp == settings.get("xmp")


def test_tags_of_a_tiffs_own_layout_are_no_description() -> None:
    assert read(open_image(save(np.zeros((4, 4, 3), np.uint8), "TIFF"), "tiff")) == (Metadata(), None)


def test_damaged_exif_is_dropped_with_a_note() -> None:
    assert read(open_image(save(photo(), "PNG", exif=b"nonsense" * 2), "png")) == (Metadata(), "damaged EXIF dropped")
