"""What `instagram` can be told: a recipe, and how the library is laid out."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from deepimage.config import Output, Recipe, Section
from deepimage.errors import UsageError
from deepimage.instagram.layout import PATTERN, check_pattern

_SCREEN = 2560  # pixels of the longer side
_POST = (1440, 1920)  # the largest that the platform itself shows today: 3:4, 1440 wide
_PRINT = "20x30cm"
_DPI = 300
_USE = re.compile(r"screen(:(?P<side>\d{2,5}))?|post|print(:(?P<paper>[\d.]+x[\d.]+(cm|mm|in))(@(?P<dpi>\d{2,4}))?)?")
_PER_INCH = {"cm": 2.54, "mm": 25.4, "in": 1.0}


def _known_use(text: str) -> str:
    if not _USE.fullmatch(text):
        raise ValueError("expected screen, screen:3840, post, print, print:20x30cm or print:8x10in@240")
    return text


def _known_pattern(text: str) -> str:
    try:
        return check_pattern(text)
    except UsageError as error:
        raise ValueError(str(error)) from None


def _known_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no such time zone: {text!r}; expected a name such as Europe/Warsaw") from None
    return text


class Layout(Section):
    """How results are named, described and sized."""

    use: Annotated[str, AfterValidator(_known_use)] = "screen"
    """What for: screen (2560 pixels the longer side), screen:3840, post, print (20x30cm), print:8x10in@240."""
    pattern: Annotated[str, AfterValidator(_known_pattern)] = PATTERN
    """Of names, without suffix."""
    gps: bool = True
    """Write the place where the export has it."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Of times that the export has in UTC; those that a camera wrote are local and stay as they are."""


class Archive(Recipe):
    """A recipe whose defaults suit what Instagram leaves of a photo."""

    fidelity: float = Field(0.2, ge=0, le=1)
    """Memories are to stay near: at 0.5 fewer photos come nearer to their original than Lanczos brings them."""
    output: Output = Output(format="jpeg", quality=92)
    faithful_below: float | None = Field(24.0, gt=0, lt=99)
    skip_large_enough: bool = True
    layout: Layout = Layout()

    @property
    def dpi(self) -> int | None:
        """Of a print."""
        match = _USE.fullmatch(self.layout.use)
        return int(match["dpi"] or _DPI) if match and self.layout.use.startswith("print") else None


def sized(recipe: Archive) -> Archive:
    """The recipe with the size that its use asks for, where it names none itself."""
    if any((recipe.scale, recipe.width, recipe.height, recipe.max_side)):
        return recipe
    if recipe.layout.use == "post":
        width, height = _POST
        return recipe.model_copy(update={"width": width, "height": height, "fit": "inside"})
    return recipe.model_copy(update={"max_side": _longer_side(recipe)})


def _longer_side(recipe: Archive) -> int:
    match = _USE.fullmatch(recipe.layout.use)
    if not match or not recipe.dpi:
        return int(match["side"] or _SCREEN) if match else _SCREEN
    paper = match["paper"] or _PRINT
    sides = (float(side) for side in paper[:-2].split("x"))
    return round(max(sides) / _PER_INCH[paper[-2:]] * recipe.dpi)
