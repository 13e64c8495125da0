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
    padding: int = 0
    """Border on each side, pixels; part of width, height and max_side, added to what a scale gives."""

    def size(self, height: int, width: int, native: float) -> tuple[int, int]:
        """(height, width) of the result for an input of (height, width); no side is 0."""
        border = 2 * self.padding
        if self.width and self.height:
            if self.fit in ("cover", "contain", "fill"):
                return self.height, self.width
            drawn = boxed(height, width, self.height - border, self.width - border, self.fit)
        else:
            factor = self._factor(height, width, border) or native
            drawn = max(round(height * factor), 1), max(round(width * factor), 1)
        return drawn[0] + border, drawn[1] + border

    def _factor(self, height: int, width: int, border: int) -> float | None:
        if self.width:
            return (self.width - border) / width
        if self.height:
            return (self.height - border) / height
        return (self.max_side - border) / max(height, width) if self.max_side else self.scale


@dataclass(frozen=True)
class Frame:
    """How a picture lies in the result: `fit`, a `padding` on each side in pixels, `background` "#rrggbb" behind it."""

    fit: Fit = "fill"
    padding: int = 0
    background: str = "#ffffff"

    @property
    def plain(self) -> bool:
        """Whether the picture is all there is: no border, nothing cut off."""
        return self.fit not in ("cover", "contain") and not self.padding


def boxed(height: int, width: int, box_height: int, box_width: int, fit: Fit) -> tuple[int, int]:
    """(height, width) of a picture drawn into a box: all of it shows, or the box is filled, or it is stretched."""
    if fit == "fill":
        return box_height, box_width
    factors = box_height / height, box_width / width
    factor = max(factors) if fit in ("outside", "cover") else min(factors)
    return max(round(height * factor), 1), max(round(width * factor), 1)
