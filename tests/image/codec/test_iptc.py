"""Captions and rights survive, places do not, damage ends the reading."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from deepimage.image.codec.iptc import described


def dataset(number: int, value: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


CHARSET, AUTHOR, CITY, CAPTION = (
    dataset(90, b"\x1b%G", 1),
    dataset(80, b"Me"),
    dataset(90, b"Berlin"),
    dataset(120, b"Hi"),
)


def test_author_and_caption_stay_and_the_city_goes() -> None:
    assert described(CHARSET + AUTHOR + CITY + CAPTION) == CHARSET + AUTHOR + CAPTION


def test_places_alone_leave_nothing() -> None:
    assert described(CHARSET + CITY) is None


def test_what_stands_before_the_damage_is_kept() -> None:
    assert described(AUTHOR + CAPTION[:-1]) == AUTHOR
    assert described(AUTHOR + b"\x1c\x02\x78\x80\x04\0\0\0\0") == AUTHOR


@given(st.binary(max_size=200))
def test_no_bytes_can_break_it(noise: bytes) -> None:
    kept = described(noise)
    assert kept is None or described(kept) == kept
