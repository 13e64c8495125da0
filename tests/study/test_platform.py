"""Quiet marks: who handled a file."""

import io
import struct

import pytest
from PIL import Image, PngImagePlugin

from deepimage.image.codec.opening import open_image
from deepimage.study.platform import Origin, origin

from .dirt import ramp, saved


def of(data: bytes, format: str = "jpeg") -> Origin:
    return origin(data, open_image(data, format))


def with_segment(marker: int, body: bytes) -> bytes:
    data = saved(ramp(16, 16), "JPEG")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def iptc(dataset: bytes) -> bytes:
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset + bytes(len(dataset) % 2)


def test_facebooks_mark_in_iptc() -> None:
    instructions = b"FBMD0f0007a5010000de02000080050000"
    found = of(with_segment(0xED, iptc(b"\x1c\x02\x28" + struct.pack(">H", len(instructions)) + instructions)))
    assert "meta" in found.marks
    assert not found.stripped


@pytest.mark.parametrize(
    ("marker", "body", "mark"),
    [
        (0xFE, b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v80), quality = 82\n", "gd"),
        (0xEC, b"Ducky\0\1\0\4\0\0\0\x3c", "save-for-web"),
        (0xFE, b"Lavc60.3.100", "ffmpeg"),
        (0xFE, b"Optimized by JPEGmini 3.14", "jpegmini"),
    ],
)
def test_marks_of_programs(marker: int, body: bytes, mark: str) -> None:
    assert of(with_segment(marker, body)).marks == (mark,)


def test_software_and_camera_from_exif() -> None:
    exif = Image.Exif()
    exif[305], exif[271] = "Adobe Photoshop 25.1\n", "Canon"
    found = of(saved(ramp(16, 16), "JPEG", exif=exif))
    assert found.software == "Adobe Photoshop 25.1"
    assert found.marks == ("camera", "photoshop")
    assert not found.stripped


def test_software_of_a_png_and_of_gd() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "gnome-screenshot")
    assert of(saved(ramp(16, 16), pnginfo=text), "png").software == "gnome-screenshot"
    comment = b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v80), quality = 82\n"
    assert (of(with_segment(0xFE, comment)).software or "").startswith("CREATOR: gd-jpeg v1.0")


def test_a_bare_file_has_none() -> None:
    for format in ("jpeg", "png", "webp"):
        buffer = io.BytesIO()
        Image.fromarray(ramp(16, 16)).save(buffer, format)
        assert of(buffer.getvalue(), format) == Origin((), None, stripped=True)


def test_damaged_exif_harms_nothing() -> None:
    assert of(with_segment(0xE1, b"Exif\0\0II*\0" + b"\xff" * 40)).software is None
