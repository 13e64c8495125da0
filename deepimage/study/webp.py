"""Quality of a lossy WebP file, from the quantisers in its frame header.

libwebp turns quality into one compression level and spreads it over up to four segments by how busy they are; the
header tells the quantiser of each and, by the probabilities of its segment tree, how many blocks are of each.
"""

import struct

import numpy as np

_HEADER = 10  # bytes before the first partition: frame tag, start code, sizes (RFC 6386, 9.1)
_SEGMENTS = 4


class _Bits:
    """The boolean entropy decoder of VP8 (RFC 6386, section 7.3). Past its end it reads zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._value = int.from_bytes(data[:2].ljust(2, b"\0"), "big")
        self._next, self._range, self._shifted = 2, 255, 0

    def flag(self) -> bool:
        """One bit at even odds."""
        split = 1 + ((self._range - 1) * 128 >> 8)
        one = self._value >= split << 8
        self._range, self._value = (self._range - split, self._value - (split << 8)) if one else (split, self._value)
        while self._range < 128:
            self._value, self._range, self._shifted = self._value << 1, self._range << 1, self._shifted + 1
            if self._shifted == 8:
                self._value |= self._data[self._next] if self._next < len(self._data) else 0
                self._next, self._shifted = self._next + 1, 0
        return one

    def number(self, bits: int) -> int:
        return sum(self.flag() << place for place in reversed(range(bits)))

    def optional(self, bits: int) -> int:
        """A signed number behind a flag; 0 where the flag is not set."""
        if not self.flag():
            return 0
        size = self.number(bits)
        return -size if self.flag() else size


def webp_quality(data: bytes) -> float | None:
    """Quality 0 to 100 of libwebp that the file was written with, right to 3; None for a lossless or odd file."""
    chunk = data.find(b"VP8 ", 12, 4096)
    if chunk < 0:
        return None
    (size,) = struct.unpack_from("<I", data.ljust(chunk + 8, b"\0"), chunk + 4)
    frame = data[chunk + 8 : chunk + 8 + min(size, 4096)]
    if len(frame) <= _HEADER or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    quantisers, shares = _quantisers(_Bits(frame[_HEADER:]))
    levels = np.maximum(1 - np.clip(quantisers, 0, 127) / 127, 1e-3)
    level = float(np.exp(np.log(levels) @ shares)) ** 3
    return 100 * (level * 1.5 if level < 0.5 else (level + 1) / 2)


def _quantisers(bits: _Bits) -> tuple[np.ndarray, np.ndarray]:
    """(segments,) quantiser index, 0 to 127, and share of the blocks (RFC 6386, 9.2 to 9.6 and 19.2)."""
    bits.number(2)  # colour space, clamping
    segments, absolute, shares = np.zeros(1), False, np.ones(1)
    if bits.flag():
        update_map, update_data = bits.flag(), bits.flag()
        if update_data:
            absolute = bits.flag()
            segments = np.array([bits.optional(7) for _ in range(_SEGMENTS)])
            for _ in range(_SEGMENTS):
                bits.optional(6)  # loop filter
            shares = np.full(_SEGMENTS, 1 / _SEGMENTS)
        if update_map:
            first, low, high = (bits.number(8) / 256 if bits.flag() else 1.0 for _ in range(3))
            if update_data:
                shares = np.array([first * low, first * (1 - low), (1 - first) * high, (1 - first) * (1 - high)])
    bits.number(10)  # filter type, level, sharpness
    if bits.flag() and bits.flag():
        for _ in range(8):
            bits.optional(6)  # loop filter deltas
    bits.number(2)  # partitions
    base = bits.number(7)
    return (segments if absolute else base + segments), shares
