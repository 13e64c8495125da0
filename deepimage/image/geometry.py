"""Geometry is a value: a `Region` of an image, in pixels."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Array = TypeVar("Array", bound=np.ndarray)


@dataclass(frozen=True)
class Region:
    """A rectangle: top-left corner (y, x), height and width, in pixels."""

    y: int
    x: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def right(self) -> int:
        return self.x + self.width

    def scaled(self, factor: int) -> "Region":
        """The same place in an image enlarged by a whole factor."""
        return Region(self.y * factor, self.x * factor, self.height * factor, self.width * factor)

    def within(self, outer: "Region") -> "Region":
        """This region in the coordinates of an `outer` one that holds it."""
        return Region(self.y - outer.y, self.x - outer.x, self.height, self.width)

    def of(self, image: Array) -> Array:
        """View of (H, W, ...) `image`."""
        return image[self.y : self.bottom, self.x : self.right]  # type: ignore[return-value]
