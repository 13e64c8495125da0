"""What a result will be is known from the header."""

import numpy as np
import pytest

from deepimage.config import Output, Recipe
from deepimage.errors import ImageError
from deepimage.image.codec.picture import Picture
from deepimage.image.finish import finish
from deepimage.stages.shape import frame, shape


def test_one_side_is_no_box_that_would_need_a_border() -> None:
    recipe = Recipe(width=1100, fit="contain")
    made = shape(recipe, "jpeg", 3, 1000, native=4)
    picture = Picture(np.zeros((3, 1000, 3), np.uint8))
    result = finish(picture, np.zeros((12, 4000, 3), np.uint8), made.height, made.width, frame(recipe)).pixels
    assert result.shape == (3, 1100, 3)
    assert not result.any(), "a white border"


def test_padding_counts() -> None:
    assert shape(Recipe(scale=2, padding=8), "png", 10, 20, native=4).megapixels == 36 * 56 / 1e6


def test_what_the_format_cannot_hold_is_refused() -> None:
    recipe = Recipe(scale=16, output=Output(format="webp"))
    with pytest.raises(ImageError, match="webp"):
        shape(recipe, "jpeg", 10, 2000, native=4).check(recipe)
