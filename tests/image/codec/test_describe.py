"""What is told of a picture is found by readers that are not ours."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from corpus.forge import photo

from deepimage.config import Limits, Output
from deepimage.image.codec.decode import decode
from deepimage.image.codec.describe import describe
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Description, Metadata, Picture, Place

SUMMER = timezone(timedelta(hours=2))
TOLD = Description(
    taken=datetime(2019, 7, 14, 18, 30, 5, tzinfo=SUMMER),
    caption="Sommer in Kraków ☀️ & <Meer>\nشاطئ",
    keywords=("strand", "夏"),
    place=Place(-33.856784, 151.215297),
    source_type="http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced",
)


def seen(data: bytes, path: Path) -> dict[str, Any]:
    """What exiftool reads, by group and name."""
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not here: apt install libimage-exiftool-perl")
    path.write_bytes(data)
    done = subprocess.run(
        ["exiftool", "-j", "-G0", "-c", "%+.6f", "-charset", "iptc=utf8", "-charset", "exif=utf8", path],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif", "tiff"])
def test_another_reader_finds_it(format: str, tmp_path: Path) -> None:
    data = encode(Picture(photo(), description=TOLD), format, Output())
    facts = seen(data, tmp_path / f"a.{format}")
    assert facts["EXIF:DateTimeOriginal"] == "2019:07:14 18:30:05"
    assert facts["EXIF:OffsetTimeOriginal"] == "+02:00"
    assert facts["EXIF:ImageDescription"] == TOLD.caption
    assert float(facts["EXIF:GPSLatitude"]) == pytest.approx(33.856784, abs=1e-6)
    assert facts["EXIF:GPSLatitudeRef"] == "South"
    assert float(facts["EXIF:GPSLongitude"]) == pytest.approx(151.215297, abs=1e-6)
    if format == "jpeg":
        assert facts["XMP:Description"] == TOLD.caption
        assert facts["XMP:Subject"] == list(TOLD.keywords)
        assert facts["XMP:DigitalSourceType"].endswith("algorithmicallyEnhanced")
        assert facts["XMP:DateCreated"] == "2019:07:14 18:30:05+02:00"
        assert facts["IPTC:Caption-Abstract"] == TOLD.caption
        assert facts["IPTC:Keywords"] == list(TOLD.keywords)
        assert (facts["IPTC:DateCreated"], facts["IPTC:TimeCreated"]) == ("2019:07:14", "18:30:05+02:00")


def test_a_time_without_a_zone_claims_none(tmp_path: Path) -> None:
    told = Description(taken=datetime(2015, 1, 2, 3, 4, 5))
    facts = seen(encode(Picture(photo(), description=told), "jpeg", Output()), tmp_path / "a.jpg")
    assert facts["EXIF:DateTimeOriginal"] == "2015:01:02 03:04:05"
    assert facts["XMP:DateCreated"] == "2015:01:02 03:04:05"
    assert not {"EXIF:OffsetTimeOriginal", "IPTC:TimeCreated"} & set(facts)


def test_it_wins_over_what_was_there_and_leaves_the_rest(tmp_path: Path) -> None:
    before = encode(Picture(photo(), description=TOLD), "jpeg", Output())
    picture = decode(before, Limits())
    assert picture.metadata.iptc
    later = Description(taken=datetime(2020, 2, 3, tzinfo=UTC), caption="Neu")
    again = Picture(photo(), metadata=picture.metadata, description=later)
    facts = seen(encode(again, "jpeg", Output()), tmp_path / "a.jpg")
    assert facts["EXIF:DateTimeOriginal"] == "2020:02:03 00:00:00"
    assert facts["EXIF:ImageDescription"] == facts["XMP:Description"] == facts["IPTC:Caption-Abstract"] == "Neu"
    assert facts["XMP:Subject"] == facts["IPTC:Keywords"] == list(TOLD.keywords)
    assert "EXIF:GPSLatitude" not in facts, "the safe policy takes the place away"


def test_a_long_caption_is_cut_between_letters() -> None:
    told = describe(Metadata(), Description(caption="☀" * 1000))
    assert told.iptc is not None
    assert told.iptc.count("☀".encode()) == 666


def test_nothing_told_is_nothing_changed() -> None:
    picture = Picture(photo())
    described = Picture(photo(), description=Description())
    assert describe(Metadata(), Description()).xmp is None
    assert len(encode(described, "jpeg", Output())) - len(encode(picture, "jpeg", Output())) < 100
