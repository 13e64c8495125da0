"""JPEG quality, read back from the quantisation table.

Encoders derive the table from the sample table of ITU-T T.81 annex K.1 by the scale of the Independent JPEG Group
(jcparam.c): quality 50 is the sample table, 100 is all ones.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

# Luma, natural order.
_ANNEX_K = """
16 11 10 16  24  40  51  61
12 12 14 19  26  58  60  55
14 13 16 24  40  57  69  56
14 17 22 29  51  87  80  62
18 22 37 56  68 109 103  77
24 35 55 64  81 104 113  92
49 64 78 87 103 121 120 101
72 92 95 98 112 100 103  99
"""


def estimate_quality(luma: Sequence[int]) -> int:
    """Quality, 1 to 100, whose table is nearest to `luma` (64 steps, natural order) in least squares.

    Exact for encoders on that scale, a fair equivalent for those with tables of their own.
    """
    distances = np.square(_tables() - np.asarray(luma, np.float64)).sum(axis=1)
    return int(distances.argmin()) + 1


@cache
def _tables() -> np.ndarray:
    """(100, 64): the luma table of every quality."""
    quality = np.arange(1, 101)
    scale = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    table = np.array(_ANNEX_K.split(), np.int64)
    return np.clip((table * scale[:, None] + 50) // 100, 1, 255)
