"""IPTC-IIM captions: of the datasets those that describe a picture and its rights, without places and contacts."""

from collections.abc import Iterator, Sequence

_MARKER = 0x1C
_CHARSET = (1, 90)
# IIM 4.2, record 2: title, category, keywords, instructions, dates and times, by-line and its title, headline,
# credit, source, copyright, caption and its writer. Places (26, 27, 90 to 101) and contacts (118) are not here.
_KEPT = {5, 15, 20, 25, 40, 55, 60, 62, 63, 80, 85, 105, 110, 115, 116, 120, 122}


_UTF8 = b"\x1c\x01\x5a\x00\x03\x1b%G"  # 1:90, the escape sequence of UTF-8
_LONGEST = {5: 64, 25: 64, 120: 2000}  # bytes, by IIM's own limits
_DATE_BYTES = 11


def with_datasets(datasets: bytes | None, told: Sequence[tuple[int, str]]) -> bytes | None:
    """`datasets` with these (number, text) of record 2 in the place of their like; what was not UTF-8 is left out."""
    if not told:
        return datasets
    numbers = {number for number, _ in told}
    kept = [data for record, number, data in _split(datasets or b"") if record == 2 and number not in numbers]
    if _UTF8 not in (datasets or b""):
        kept = []
    return b"".join([_UTF8, *kept, *(_dataset(number, text) for number, text in told)])


def _dataset(number: int, text: str) -> bytes:
    data = text.encode()[: _LONGEST.get(number, _DATE_BYTES)].decode(errors="ignore").encode()  # no half letter
    return bytes([_MARKER, 2, number]) + len(data).to_bytes(2, "big") + data


def described(datasets: bytes) -> bytes | None:
    """The describing part of `datasets`, byte for byte; None where nothing is left. Damage ends the reading."""
    kept, described = b"", False
    for record, number, data in _split(datasets):
        if (record == 2 and number in _KEPT) or (record, number) == _CHARSET:
            kept += data
            described |= record == 2
    return kept if described else None


def _split(datasets: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(record, number, the whole dataset with its head) as far as it can be read."""
    position = 0
    while position + 5 <= len(datasets) and datasets[position] == _MARKER:
        length = int.from_bytes(datasets[position + 3 : position + 5], "big")
        end = position + 5 + length
        if length & 0x8000 or end > len(datasets):
            return
        yield datasets[position + 1], datasets[position + 2], datasets[position:end]
        position = end
