"""A picture survives the journey as facts and arrays; what is no picture is refused."""

import json

import numpy as np
import pytest
from corpus.forge import photo

from deepimage.image.codec.picture import Metadata, Picture, from_arrays, to_arrays

GREY = np.dstack([photo()[..., 0]] * 3)


@pytest.mark.parametrize(
    "picture",
    [
        Picture(photo()),
        Picture(photo(), alpha=photo()[..., 1], note="a; b"),
        Picture(GREY, grey=True, metadata=Metadata(b"exif", None, b"iptc")),
        Picture(GREY, grey=True, alpha=photo()[..., 1]),
    ],
)
def test_round_trip(picture: Picture) -> None:
    facts, arrays = to_arrays(picture)
    back = from_arrays(json.loads(json.dumps(facts)), arrays)
    assert np.array_equal(back.pixels, picture.pixels)
    if picture.alpha is None or back.alpha is None:
        assert back.alpha is picture.alpha
    else:
        assert np.array_equal(back.alpha, picture.alpha)
    assert (back.grey, back.note, back.metadata) == (picture.grey, picture.note, picture.metadata)


def test_grey_travels_as_one_channel() -> None:
    assert to_arrays(Picture(GREY, grey=True))[1]["pixels"].shape == (40, 48)


@pytest.mark.parametrize(
    ("facts", "arrays"),
    [
        ({}, {}),
        ({}, {"pixels": photo()[..., 0]}),
        ({"grey": True}, {"pixels": photo()}),
        ({}, {"pixels": photo().astype(np.float32)}),
        ({}, {"pixels": photo(), "alpha": photo()}),
    ],
)
def test_what_is_no_picture_is_refused(facts: dict[str, bool], arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        from_arrays(facts, arrays)
