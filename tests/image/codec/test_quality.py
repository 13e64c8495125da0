"""The estimate is exact on the scale it is defined by and near elsewhere."""

import numpy as np
import pytest
from corpus.forge import photo, save
from PIL.JpegImagePlugin import JpegImageFile

from deepimage.image.codec.opening import open_image
from deepimage.image.codec.quality import estimate_quality


def luma_table(**settings: object) -> list[int]:
    opened = open_image(save(photo(16, 16), "JPEG", **settings), "jpeg")
    assert isinstance(opened, JpegImageFile)
    return list(opened.quantization[0])


@pytest.mark.parametrize("quality", range(1, 101))
def test_libjpegs_own_tables_are_read_exactly(quality: int) -> None:
    assert estimate_quality(luma_table(quality=quality)) == quality


def test_foreign_tables_get_the_nearest_quality() -> None:
    assert 85 <= estimate_quality(luma_table(qtables="web_high")) <= 95
    assert estimate_quality([1] * 64) == 100
    assert estimate_quality([65535] * 64) == 1


def test_a_coarser_table_never_raises_the_estimate() -> None:
    table = np.asarray(luma_table(quality=80))
    estimates = [estimate_quality(list(table + step)) for step in range(0, 60, 5)]
    assert estimates == sorted(estimates, reverse=True)
