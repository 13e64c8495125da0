"""How a picture looks, in 3 KB: a 256-bit PDQ hash of its structure and a 32 x 32 thumbnail of its colours.

Both are made from one square canvas of fixed size. Hashing a canvas instead of the picture itself makes the hash
independent of the picture's resolution: PDQ's own down-sampling moves by several bits from one size to another.
Runs where untrusted pictures are decoded, so it needs nothing but numpy, Pillow and pdqhash.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pdqhash
from PIL import Image

GATE = 50
"""A hash of lower quality (flat pictures, smooth gradients) says nothing and is not compared."""
MIN_SIDE = 64
"""PDQ reduces a picture to 64 x 64 luma values; a smaller picture has no hash."""
CELLS = 32
"""Side of the colour thumbnail, cells."""
LAB_BYTES = CELLS * CELLS * 3

_CANVAS = 4 * CELLS
_GAP = 3  # the canvas is made of a picture averaged to at least so many times its size
_BAND = 1 << 22  # pixels looked at at once
_STEPS_PER_L = 255 / 100  # the lightness of the thumbnail is stored as an 8-bit number less 128

_WHITE = (0.95047, 1.0, 1.08883)  # D65
_SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


class Fingerprint(NamedTuple):
    """`pdq`: 32 bytes, most significant bit first as in PDQ's hexadecimal form, or None; `quality`: 0 to 100;
    `lab`: 32 x 32 x 3 int8, row-major (L * 2.55 - 128, a, b)."""

    pdq: bytes | None
    quality: int
    lab: bytes


def fingerprint(rgb: npt.NDArray[np.uint8]) -> Fingerprint:
    """rgb (H,W,3) uint8 sRGB, transparency already laid over white -> Fingerprint.

    The hash is that of Davis and Rosen, "PDQ and TMK+PDQF" (2019), on the canvas.
    """
    canvas = _canvas(rgb)
    cells = np.asarray(canvas.reduce(_CANVAS // CELLS))
    if min(rgb.shape[:2]) < MIN_SIDE:
        return Fingerprint(None, 0, _pack_lab(cells))
    bits, quality = pdqhash.compute(np.asarray(canvas))
    return Fingerprint(np.packbits(bits.astype(np.uint8)).tobytes(), int(quality), _pack_lab(cells))


def _canvas(rgb: npt.NDArray[np.uint8]) -> Image.Image:
    """What Pillow's `resize` with reducing_gap=3 makes, but band by band: Pillow's copy takes four bytes a pixel."""
    height, width = rgb.shape[:2]
    across, down = (max(int(side / _CANVAS / _GAP), 1) for side in (width, height))
    rows = max(_BAND // width // down, 1) * down
    bands = [Image.fromarray(rgb[top : top + rows]).reduce((across, down)) for top in range(0, height, rows)]
    reduced = Image.fromarray(np.concatenate([np.asarray(band) for band in bands]))
    box = (0, 0, width / across, height / down)  # the last cells are of fewer pixels
    return reduced.resize((_CANVAS, _CANVAS), Image.Resampling.BILINEAR, box=box)


def unpack_lab(packed: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
    """packed (N,3072) int8 -> (N,32,32,3) float32: L 0 to 100, a and b in CIELAB units."""
    lab = packed.reshape(-1, CELLS, CELLS, 3).astype(np.float32)
    lab[..., 0] = (lab[..., 0] + 128) / _STEPS_PER_L
    return lab


def _pack_lab(rgb: npt.NDArray[np.uint8]) -> bytes:
    lab = _cielab(rgb)
    lab[..., 0] = lab[..., 0] * _STEPS_PER_L - 128
    return np.rint(lab).astype(np.int8).tobytes()


def _cielab(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """sRGB (...,3) uint8 -> CIELAB (...,3) under D65 (CIE 15:2004)."""
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _SRGB_TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
