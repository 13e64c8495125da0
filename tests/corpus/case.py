"""One file of the corpus and what has to become of it."""

from dataclasses import dataclass
from pathlib import PurePath

import numpy as np


@dataclass(frozen=True)
class Case:
    """Bytes under a name, and the verdict they must get under the default limits."""

    name: str
    data: bytes
    filename: str
    status: str = "done"
    """done or quarantined"""
    error_code: str | None = None
    pixels: np.ndarray | None = None
    """(H, W, 3) uint8 that decoding must give, to within `tolerance` steps."""
    tolerance: int = 0
    alpha: np.ndarray | None = None
    """(H, W) uint8; None = opaque."""
    note: str | None = None
    """Words that the decoded picture's note must hold."""

    def __str__(self) -> str:
        return self.name


def restorable(
    name: str,
    data: bytes,
    suffix: str,
    pixels: np.ndarray | None = None,
    tolerance: int = 0,
    alpha: np.ndarray | None = None,
    note: str | None = None,
) -> Case:
    """A file that must be restored; its file name is its name with `suffix`."""
    return Case(name, data, _filename(name, suffix), "done", None, pixels, tolerance, alpha, note)


def refused(name: str, data: bytes, suffix: str, code: str) -> Case:
    """A file that must be quarantined with `code`."""
    return Case(name, data, _filename(name, suffix), "quarantined", code)


def _filename(name: str, suffix: str) -> str:
    return str(PurePath(name.replace(" ", "-") + suffix))
