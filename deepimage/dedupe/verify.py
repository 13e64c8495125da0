"""Whether two pictures that hash alike are one picture: structure, shape and colour must all agree.

A hash of luma does not see colour: the red and the blue jacket of one photo session hash alike. The thumbnails do.
Recompressing, resizing and sharpening move single cells, mostly along edges and in both directions, so the difference
of a whole patch of cells stays small; another dye moves all cells of a patch in one direction. The difference of
patches therefore separates the two where neither the mean (a garment is a small part of a product photo) nor the
largest cell (edges) does.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.fingerprint import CELLS, unpack_lab
from deepimage.dedupe.hamming import HASH_BYTES, Words, fixed_bytes, hamming

_PAIRS_AT_ONCE = 1024


@dataclass(frozen=True)
class Thresholds:
    """How far two copies of one picture may be apart; colour distances are CIE 1976 delta E."""

    hamming: int = 31
    """Bits of 256, as PDQ's authors advise."""
    log_aspect: float = 0.02
    """Difference of ln(width / height)."""
    mean_delta_e: float = 6.5
    """Mean of the cells' differences."""
    cell_delta_e: float = 33.0
    """Largest difference of one cell: a badge, a logo."""
    patch_delta_e: float = 6.0
    """Largest difference of the mean colour of 4 x 4 cells: another dye. On 90 product photos, copies down to JPEG 20
    and quarter size reach 5.3; the same garments in colours 15 units or more away begin at 12.5."""


@dataclass(frozen=True)
class Looks:
    """N pictures as arrays: hashes (N,4) uint64, log_aspect (N,) float64, lab (N,3072) int8."""

    hashes: Words
    log_aspect: npt.NDArray[np.float64]
    lab: npt.NDArray[np.int8]

    @classmethod
    def of(cls, rows: pa.Table, labs: npt.NDArray[np.uint8]) -> "Looks":
        """From rows with `pdq`, `width`, `height`, none of them null, and their thumbnails (N,3072)."""
        ratio = pc.divide(rows["width"].cast(pa.float64()), rows["height"].cast(pa.float64()))
        return cls(
            fixed_bytes(rows["pdq"], HASH_BYTES).view(np.uint64),
            np.log(ratio.to_numpy()),
            labs.view(np.int8),
        )


class Verdict(NamedTuple):
    """Per pair: `same` bool; `distance` int32, bits; `delta_e` float32, the mean, NaN where it was not needed."""

    same: npt.NDArray[np.bool_]
    distance: npt.NDArray[np.int32]
    delta_e: npt.NDArray[np.float32]


def verify(looks: Looks, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], limits: Thresholds) -> Verdict:
    """Pairs of pictures by their indices left (P,), right (P,) -> Verdict; cheap tests first."""
    distance = hamming(looks.hashes[left], looks.hashes[right])
    stretch = np.abs(looks.log_aspect[left] - looks.log_aspect[right])
    same = (distance <= limits.hamming) & (stretch <= limits.log_aspect)
    delta_e = np.full(len(left), np.nan, dtype=np.float32)
    alike = np.flatnonzero(same)
    for some in np.array_split(alike, len(alike) // _PAIRS_AT_ONCE + 1):
        mean, cell, patch = colour_difference(looks.lab[left[some]], looks.lab[right[some]])
        delta_e[some] = mean
        same[some] = (mean <= limits.mean_delta_e) & (cell <= limits.cell_delta_e) & (patch <= limits.patch_delta_e)
    return Verdict(same, distance, delta_e)


def colour_difference(left: npt.NDArray[np.int8], right: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
    """Thumbnails (P,3072) int8 -> (3,P) float32 delta E: mean of cells, largest cell, largest 4 x 4 patch."""
    difference = unpack_lab(left) - unpack_lab(right)
    cells = np.linalg.norm(difference, axis=-1)
    patches = np.linalg.norm(_patch_means(difference), axis=-1)
    return np.stack([cells.mean(axis=(1, 2)), cells.max(axis=(1, 2)), patches.max(axis=(1, 2))])


def _patch_means(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """cells (P,32,32,3) -> (P,15,15,3): means of 4 x 4 cells, every second position."""
    half = CELLS // 2
    blocks = cells.reshape(-1, half, 2, half, 2, 3).mean(axis=(2, 4))
    return (blocks[:, 1:, 1:] + blocks[:, 1:, :-1] + blocks[:, :-1, 1:] + blocks[:, :-1, :-1]) / 4
