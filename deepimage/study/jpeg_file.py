"""The last JPEG pass of a file that still is that JPEG: exact, from its header."""

import hashlib
from dataclasses import dataclass

from PIL.JpegImagePlugin import JpegImageFile

from deepimage.image.codec.quality import estimate_quality
from deepimage.image.degradation.tables import Pair, scaled


@dataclass(frozen=True)
class Stored:
    """Quantisation of a JPEG file."""

    quality: int
    """IJG's; exact where `digest` is None, else the nearest by luma."""
    steps: Pair
    """Luma and chroma, 64 steps each, row by row; a grey file has the luma twice."""
    digest: str | None
    """Eight hexadecimal digits that stand for tables of the encoder's own."""


def stored(image: JpegImageFile) -> Stored | None:
    """The tables of an opened JPEG; None where it names none."""
    used = [image.quantization.get(layer[3]) for layer in image.layer]
    if not used or used[0] is None:
        return None
    luma = tuple(used[0])
    chroma = tuple(used[1]) if len(used) == 3 and used[1] else luma
    quality = estimate_quality(luma)
    ijg = scaled("ijg", quality)
    exact = luma == ijg[0] and (len(used) == 1 or chroma == ijg[1])
    digest = None if exact else hashlib.sha256(bytes(min(step, 255) for step in luma + chroma)).hexdigest()[:8]
    return Stored(quality, (luma, chroma), digest)
