"""How large a result is to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The wished size: at most one of the four is set, none means the model's own factor."""

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    max_side: int | None = None

    def size(self, height: int, width: int, native: float) -> tuple[int, int]:
        """(height, width) of the result for an input of (height, width); the aspect ratio is kept, no side is 0."""
        factor = self.scale or native
        if self.width:
            factor = self.width / width
        elif self.height:
            factor = self.height / height
        elif self.max_side:
            factor = self.max_side / max(height, width)
        return max(round(height * factor), 1), max(round(width * factor), 1)
