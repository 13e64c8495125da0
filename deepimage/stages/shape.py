"""What is to be made of a picture: format and size, known from its header; refused before any work."""

from dataclasses import dataclass
from typing import cast

from deepimage.config import Format, Recipe
from deepimage.errors import ImageError
from deepimage.image.codec.encode import check_fits
from deepimage.image.size import Frame, Target

_READ_ONLY: dict[str, Format] = {"gif": "png", "bmp": "png"}


@dataclass(frozen=True)
class Shape:
    """A result before it is made."""

    format: str
    height: int
    width: int

    @property
    def megapixels(self) -> float:
        return self.height * self.width / 1e6

    def check(self, recipe: Recipe) -> None:
        """Raise ImageError for what the format cannot hold or the limits do not allow."""
        check_fits(self.format, self.width, self.height)
        if self.megapixels > recipe.limits.max_output_megapixels:
            limit = f"limits.max_output_megapixels={recipe.limits.max_output_megapixels:g}"
            raise ImageError("E_BOMB", f"result of {self.width}x{self.height} is above {limit}: choose a smaller scale")


def shape(recipe: Recipe, format: str, height: int, width: int, native: int) -> Shape:
    """Of the result for an input in `format` of (height, width), by a model that enlarges `native` times."""
    target = Target(recipe.scale, recipe.width, recipe.height, recipe.max_side, recipe.fit, recipe.padding)
    chosen = recipe.output.format
    return Shape(written_as(format) if chosen == "auto" else chosen, *target.size(height, width, native))


def frame(recipe: Recipe) -> Frame:
    """How the picture lies in the result; only a box, width and height both, can be of another shape than it."""
    fit = recipe.fit if recipe.width and recipe.height else "fill"
    return Frame(fit, recipe.padding, recipe.output.background)


def written_as(format: str) -> Format:
    """The family of a result for an input in `format`, where no other is wished."""
    return _READ_ONLY.get(format) or cast(Format, format)
