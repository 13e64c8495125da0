"""The JPEG passes that a picture went through, from its file where that still tells, else from its pixels."""

from dataclasses import dataclass

import numpy as np

from deepimage.image.degradation.tables import Pair, scaled
from deepimage.study.earlier import earlier_pass
from deepimage.study.jpeg_file import Stored
from deepimage.study.lattice import Pass, count, last_pass


@dataclass(frozen=True)
class History:
    """The last pass, its quantisation steps (luma, chroma), and a weaker one before it; None where none shows."""

    last: Pass | None
    steps: Pair | None
    earlier: Pass | None


def history(luma: np.ndarray, spoiled: np.ndarray, stored: Stored | None, lossless: bool) -> History:
    """luma (H, W) float32 of a window cut on multiples of 8, `spoiled` from `blocks.spoiled`; `stored`: its own JPEG.

    Behind a lossy codec other than JPEG no last pass can show, only an earlier one.
    """
    counts = count(luma, spoiled)
    if stored:
        last: Pass | None = Pass(stored.quality, top=0, left=0, score=float("inf"))
        steps: Pair | None = stored.steps
    else:
        last = last_pass(luma, spoiled, counts) if lossless else None
        steps = scaled("ijg", last.quality) if last else None
    place = 8 * last.top + last.left if last else None
    return History(last, steps, earlier_pass(counts, np.array(steps[0]) if steps else None, place))
