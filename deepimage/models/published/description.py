"""The facts of a published file: kept from a measurement, told by its shapes, or measured now."""

from pathlib import Path

from deepimage.errors import CheckpointError
from deepimage.models.facts import Facts
from deepimage.models.published import cache, files
from deepimage.models.published.deduction import deduce

_WHOLE_RADIUS = 64  # lr pixels of halo that are taken as they are; above, measuring what the net feels pays


def describe(path: Path, sha256: str) -> Facts:
    """Needs torch for a pickle, and for a file that is measured. Raises CheckpointError."""
    if kept := cache.read(path, sha256):
        return kept
    facts = deduce(files.shapes(path))
    if facts and facts.channels != 3:
        raise CheckpointError(f"model {path}: made for {facts.channels} channels; expected one for RGB photos")
    if facts and facts.halo <= _WHOLE_RADIUS:
        return facts
    from deepimage.models.published.calibration import calibrate

    return calibrate(path, sha256)[0]
