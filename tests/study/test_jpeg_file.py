"""Tables of a JPEG file: IJG's are recognised, others keep a name."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from deepimage.image.degradation.tables import scaled
from deepimage.study.jpeg_file import Stored, stored

from .dirt import ramp, saved


def of(**options: object) -> Stored:
    found = stored(JpegImageFile(io.BytesIO(saved(ramp(32, 32), "JPEG", **options))))
    assert found is not None
    return found


@pytest.mark.parametrize("quality", [1, 10, 49, 50, 75, 87, 95, 100])
def test_the_scale_of_ijg_is_exact(quality: int) -> None:
    found = of(quality=quality)
    assert (found.quality, found.digest) == (quality, None)
    assert found.steps == scaled("ijg", quality)


def test_own_tables_have_a_stable_name() -> None:
    luma, chroma = list(range(3, 67)), list(range(5, 69))
    found, again, other = of(qtables=[luma, chroma]), of(qtables=[luma, chroma]), of(qtables=[chroma, luma])
    assert found.digest == again.digest != other.digest
    assert found.digest is not None
    assert len(found.digest) == 8
    assert found.steps == (tuple(luma), tuple(chroma))


def test_two_qualities_in_one_file_are_not_ijgs() -> None:
    found = of(qtables=[list(scaled("ijg", 80)[0]), list(scaled("ijg", 60)[1])])
    assert found.quality == 80
    assert found.digest is not None


def test_a_grey_file_has_one_table() -> None:
    buffer = io.BytesIO()
    Image.fromarray(ramp(16, 16)[..., 0]).save(buffer, "JPEG", quality=66)
    found = stored(JpegImageFile(io.BytesIO(buffer.getvalue())))
    assert found is not None
    assert (found.quality, found.digest) == (66, None)
    assert found.steps[0] == found.steps[1] == tuple(np.array(scaled("ijg", 66)[0]))
