"""How large a result is to be."""

from dataclasses import dataclass
from typing import Literal

Fit = Literal["inside", "outside", "cover", "contain", "fill"]


@dataclass(frozen=True)
class Target:
    """The wished size: scale, or max_side, or width, height or both (a box); none means the model's own factor."""

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    max_side: int | None = None
    fit: Fit = "inside"
    """What becomes of a picture whose shape is not that of the box."""

    def size(self, height: int, width: int, native: float) -> tuple[int, int]:
        """(height, width) of the result for an input of (height, width); no side is 0."""
        if self.width and self.height:
            exact = self.fit in ("cover", "contain", "fill")
            return (self.height, self.width) if exact else boxed(height, width, self.height, self.width, self.fit)
        factor = self.scale or native
        if self.width:
            factor = self.width / width
        elif self.height:
            factor = self.height / height
        elif self.max_side:
            factor = self.max_side / max(height, width)
        return max(round(height * factor), 1), max(round(width * factor), 1)


def boxed(height: int, width: int, box_height: int, box_width: int, fit: Fit) -> tuple[int, int]:
    """(height, width) of a picture drawn into a box: all of it shows, or the box is filled, or it is stretched."""
    if fit == "fill":
        return box_height, box_width
    factors = box_height / height, box_width / width
    factor = max(factors) if fit in ("outside", "cover") else min(factors)
    return max(round(height * factor), 1), max(round(width * factor), 1)
