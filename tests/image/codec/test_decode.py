"""Whatever the bytes, decoding gives an upright sRGB picture or one ImageError, never anything else."""

import warnings

import numpy as np
import pytest
from corpus import Case, cases
from corpus.broken import FORMATS
from corpus.forge import display_p3, photo, save
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec.decode import decode, decode_arrays
from deepimage.image.codec.picture import Picture

from .test_metadata import camera

LIMITS = Limits()
WHOLE = {kind: save(photo(), kind) for kind in FORMATS} | {
    "progressive": save(photo(), "JPEG", progressive=True),
    "described": save(photo(), "PNG", icc_profile=display_p3(), exif=camera()),
}


def judged(data: bytes) -> Picture | str:
    """The picture, or the code of its refusal."""
    try:
        return decode(data, LIMITS)
    except ImageError as error:
        return error.code


def check(picture: Picture, case: Case) -> None:
    """`picture` is what the case expects, in every part that the case speaks of."""
    if case.pixels is not None:
        assert picture.pixels.shape == case.pixels.shape
        assert np.abs(picture.pixels.astype(int) - case.pixels).max() <= case.tolerance
    if case.alpha is None:
        assert picture.alpha is None
    else:
        assert picture.alpha is not None
        assert np.array_equal(picture.alpha, case.alpha)
    assert (case.note or "") in (picture.note or "")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_file_of_the_corpus_gets_its_verdict(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = judged(case.data)
    if isinstance(result, str):
        assert (result, "quarantined") == (case.error_code, case.status)
    else:
        assert (case.error_code, case.status) == (None, "done")
        check(result, case)


@pytest.mark.parametrize("case", [case for case in cases() if case.error_code], ids=str)
def test_a_refusal_is_one_printable_line(case: Case) -> None:
    with pytest.raises(ImageError) as caught:
        decode(case.data, LIMITS)
    assert caught.value.message.isprintable()
    assert 10 < len(caught.value.message) < 300


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_anywhere_is_refused_or_whole(kind: str) -> None:
    whole = decode(WHOLE[kind], LIMITS).pixels
    for length in range(0, len(WHOLE[kind]), max(1, len(WHOLE[kind]) // 120)):
        result = judged(WHOLE[kind][:length])
        assert isinstance(result, str) or np.array_equal(result.pixels, whole), length


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(WHOLE)), flips=st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
def test_flipped_bits_give_a_picture_or_a_refusal(kind: str, flips: list[int]) -> None:
    data = bytearray(WHOLE[kind])
    for flip in flips:
        data[flip // 8 % len(data)] ^= 1 << flip % 8
    result = judged(bytes(data))
    if isinstance(result, Picture):
        assert result.pixels.dtype == np.uint8
        assert result.pixels.ndim == 3
        assert result.alpha is None or result.alpha.shape == result.pixels.shape[:2]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", *(data[:12] for data in WHOLE.values())]))
def test_noise_behind_any_beginning_is_refused(noise: bytes, beginning: bytes) -> None:
    assert isinstance(judged(beginning + noise), str)


def test_decoding_is_repeatable() -> None:
    for data in WHOLE.values():
        assert np.array_equal(decode(data, LIMITS).pixels, decode(data, LIMITS).pixels)


def test_grey_stays_flagged_and_its_channels_are_equal() -> None:
    picture = decode(save(photo()[..., 0], "PNG"), LIMITS)
    assert picture.grey
    assert (picture.pixels == picture.pixels[..., :1]).all()
    assert not decode(save(photo(), "PNG"), LIMITS).grey


def test_the_process_function_gives_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # it is meant for a process of its own
    facts, arrays = decode_arrays(WHOLE["described"], {"limits": LIMITS.model_dump(mode="json")})
    picture = decode(WHOLE["described"], LIMITS)
    assert np.array_equal(arrays["pixels"], picture.pixels)
    assert arrays["exif"].tobytes() == picture.metadata.exif
    assert facts == {"grey": False, "note": None}
