"""Bands of any height make the same file, readers agree on it, and memory stays at a few rows."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from corpus.forge import photo
from PIL import Image

from deepimage.image.codec import tiff
from deepimage.image.codec.metadata import carry
from deepimage.image.codec.picture import Metadata
from deepimage.image.codec.tiff import write_tiff, write_tiff_strips


def bands(pixels: np.ndarray, rows: int) -> Iterator[np.ndarray]:
    for top in range(0, len(pixels), rows):
        yield pixels[top : top + rows]


def written(pixels: np.ndarray, rows: int, metadata: Metadata | None = None) -> bytes:
    file = io.BytesIO()
    height, width, channels = pixels.shape
    write_tiff(file, width, height, channels, bands(pixels, rows), metadata or Metadata())
    return file.getvalue()


def planes(height: int, width: int, channels: int) -> np.ndarray:
    return np.random.default_rng(channels).integers(0, 255, (height, width, channels), np.uint8)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (17, 5), (512, 512), (513, 700), (1100, 30)])
def test_two_readers_see_what_was_written(channels: int, size: tuple[int, int]) -> None:
    pixels = planes(*size, channels)
    data = written(pixels, 100)
    assert np.array_equal(tifffile.imread(io.BytesIO(data)).reshape(pixels.shape), pixels)
    image = Image.open(io.BytesIO(data))
    assert image.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    assert np.array_equal(np.asarray(image).reshape(pixels.shape), pixels)


def test_the_height_of_the_bands_changes_nothing() -> None:
    pixels = planes(1030, 40, 3)
    assert len({written(pixels, rows) for rows in (1, 7, 512, 513, 1030)}) == 1


def test_beyond_four_gigabytes_it_is_a_bigtiff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff, "_CLASSIC", 0)
    exif = Image.Exif()
    exif[315] = "Author"
    exif.get_ifd(0x8769)[34855] = 100
    metadata = carry(Metadata(exif=exif.tobytes()), "safe")
    pixels = planes(600, 700, 3)
    data = written(pixels, 64, metadata)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert file.is_bigtiff
        assert np.array_equal(file.asarray(), pixels)
        assert file.pages[0].tags["Artist"].value == "Author"
        assert file.pages[0].tags["ExifTag"].value["ISOSpeedRatings"] == 100
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)


def test_exif_xmp_and_iptc_are_found_by_another_reader() -> None:
    exif = Image.Exif()
    exif[33432] = "© Jörg".encode()
    exif.get_ifd(0x8769)[36867] = "2024:05:01 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    metadata = carry(Metadata(exif.tobytes(), b"<x:xmpmeta/>", b"\x1c\x02\x78\0\x01a"), "keep")
    with tifffile.TiffFile(io.BytesIO(written(photo(), 8, metadata))) as file:
        found = file.pages[0].tags
        assert found["Copyright"].value == "© Jörg"
        assert found["ExifTag"].value["DateTimeOriginal"] == "2024:05:01 10:00:00"
        assert found["GPSTag"].value["GPSLatitudeRef"] == "N"
        assert bytes(found["XMP"].value) == b"<x:xmpmeta/>"
        assert bytes(found["IPTCNAA"].value) == b"\x1c\x02\x78\0\x01a"


@pytest.mark.parametrize("rows", [[3], [3, 5, 1], [3, 6]])
def test_bands_that_do_not_add_up_are_refused(rows: list[int]) -> None:
    with pytest.raises(ValueError, match="expected 8 rows"):
        write_tiff(io.BytesIO(), 4, 8, 3, (np.zeros((count, 4, 3), np.uint8) for count in rows), Metadata())


def test_bands_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected uint8 bands \(h, 4, 3\)"):
        write_tiff(io.BytesIO(), 4, 8, 3, iter([np.zeros((8, 5, 3), np.uint8)]), Metadata())


def test_memory_is_a_few_rows_and_not_the_picture(tmp_path: Path) -> None:
    """120 megapixels, 360 MB, by a process that may hold 150 MB more than it began with."""
    script = (
        "import resource, sys, numpy as np\n"
        "from deepimage.image.codec.picture import Metadata\n"
        "from deepimage.image.codec.tiff import write_tiff_strips\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before, band = peak(), np.zeros((100, 10000, 3), np.uint8)\n"
        "write_tiff_strips(sys.argv[1], 10000, 12000, 3, (band for _ in range(120)), Metadata())\n"
        "print(peak() - before)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "large.tif")]
    run = subprocess.run(command, capture_output=True, check=True, cwd=Path(tiff.__file__).parents[3])
    assert int(run.stdout) < 150
    with tifffile.TiffFile(tmp_path / "large.tif") as file:
        assert file.pages[0].shape == (12000, 10000, 3)


def test_a_path_is_written_too(tmp_path: Path) -> None:
    write_tiff_strips(tmp_path / "a.tif", 48, 40, 3, bands(photo(), 7), Metadata())
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.tif")), photo())
