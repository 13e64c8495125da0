"""Quantisation tables of JPEG, 8x8, row by row: the usual bases and libjpeg's scaling by quality."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

Pair = tuple[tuple[int, ...], tuple[int, ...]]
"""Luma and chroma, 64 numbers each."""

_ANNEX_K_LUMA = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55
14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92
49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
"""
_ANNEX_K_CHROMA = """
17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99
24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99
"""
_ROBIDOUX = """
16 16 16 18 25 37 56 85 16 17 20 27 34 40 53 75
16 20 24 31 43 62 91 135 18 27 31 40 53 74 106 156
25 34 43 53 69 94 131 189 37 40 62 74 94 124 169 238
56 53 91 106 131 169 226 311 85 75 135 156 189 238 311 418
"""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


BASES: Mapping[str, Pair] = MappingProxyType(
    {
        "ijg": (_numbers(_ANNEX_K_LUMA), _numbers(_ANNEX_K_CHROMA)),  # ITU-T T.81, annex K
        "flat": ((16,) * 64, (16,) * 64),
        "robidoux": (_numbers(_ROBIDOUX), _numbers(_ROBIDOUX)),  # N. Robidoux 2012, the default of mozjpeg
    }
)


@lru_cache(maxsize=512)
def scaled(base: str, quality: int) -> Pair:
    """The tables that libjpeg makes of a base for a quality of 1 to 100, at most 255 (baseline)."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    luma, chroma = (np.clip((np.array(table) * percent + 50) // 100, 1, 255).tolist() for table in BASES[base])
    return tuple(luma), tuple(chroma)
