"""IPTC-IIM captions: of the datasets those that describe a picture and its rights, without places and contacts."""

_MARKER = 0x1C
_CHARSET = (1, 90)
# IIM 4.2, record 2: title, category, keywords, instructions, dates and times, by-line and its title, headline,
# credit, source, copyright, caption and its writer. Places (26, 27, 90 to 101) and contacts (118) are not here.
_KEPT = {5, 15, 20, 25, 40, 55, 60, 62, 63, 80, 85, 105, 110, 115, 116, 120, 122}


def described(datasets: bytes) -> bytes | None:
    """The describing part of `datasets`, byte for byte; None where nothing is left. Damage ends the reading."""
    kept, described, position = b"", False, 0
    while position + 5 <= len(datasets) and datasets[position] == _MARKER:
        record, number = datasets[position + 1], datasets[position + 2]
        length = int.from_bytes(datasets[position + 3 : position + 5], "big")
        end = position + 5 + length
        if length & 0x8000 or end > len(datasets):
            break
        if (record == 2 and number in _KEPT) or (record, number) == _CHARSET:
            kept += datasets[position:end]
            described |= record == 2
        position = end
    return kept if described else None
