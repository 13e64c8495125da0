"""The whole corpus through a killable process: the same verdicts, in bounded time and memory."""

from collections.abc import Iterator

import numpy as np
import pytest
from corpus import Case, cases
from corpus.forge import photo, save
from corpus.reaper import Reaper, hungry_picture

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec import remote
from deepimage.image.codec.decode import decode
from deepimage.image.codec.picture import Picture
from deepimage.sandbox import Sandbox

from .test_decode import check

LIMITS = Limits()


def judged(sandbox: Sandbox, data: bytes) -> Picture | str:
    """The picture, or the code of its refusal."""
    try:
        return remote.decode(sandbox, data, LIMITS)
    except ImageError as error:
        return error.code


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(remote.FUNCTION, seconds=10, memory=1_000_000_000) as shared:
        yield shared


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_corpus_gets_its_verdicts_within_a_gigabyte(sandbox: Sandbox, case: Case) -> None:
    result = judged(sandbox, case.data)
    if isinstance(result, Picture):
        assert case.error_code is None
        check(result, case)
    else:
        assert result == case.error_code


def test_no_file_of_the_corpus_kills_a_decoder(sandbox: Sandbox) -> None:
    judged(sandbox, save(photo(), "PNG"))
    before = sandbox.pids
    verdicts = {judged(sandbox, case.data) for case in cases() if case.error_code}
    assert not verdicts & {"E_CRASH", "E_TIMEOUT"}
    assert sandbox.pids == before


def test_a_picture_is_the_same_as_without_a_process(sandbox: Sandbox) -> None:
    rgba = np.dstack([photo(), photo()[..., 0]])
    for data in (save(rgba, "PNG"), save(photo()[..., 0], "JPEG"), save(photo(), "WEBP")):
        near, far = decode(data, LIMITS), remote.decode(sandbox, data, LIMITS)
        assert np.array_equal(near.pixels, far.pixels)
        assert (near.alpha is None) == (far.alpha is None)
        assert near.alpha is None or far.alpha is None or np.array_equal(near.alpha, far.alpha)
        assert (near.grey, near.note, near.metadata) == (far.grey, far.note, far.metadata)


def test_the_limits_travel(sandbox: Sandbox) -> None:
    with pytest.raises(ImageError, match=r"limits\.max_side is 10") as caught:
        remote.decode(sandbox, save(photo(), "PNG"), Limits(max_side=10))
    assert caught.value.code == "E_BOMB"


def test_a_legal_picture_beyond_the_memory_limit_is_a_bomb() -> None:
    large = save(np.tile(photo(), (75, 80, 1)), "PNG", compress_level=1)
    with Sandbox(remote.FUNCTION, memory=220_000_000) as tight, pytest.raises(ImageError) as caught:
        remote.decode(tight, large, LIMITS)
    assert caught.value.code == "E_BOMB"


def test_a_slow_picture_is_a_timeout() -> None:
    large = save(np.tile(photo(), (50, 50, 1)), "PNG", compress_level=1)
    with Sandbox(remote.FUNCTION, seconds=0.03) as hasty, pytest.raises(ImageError) as caught:
        remote.decode(hasty, large, LIMITS)
    assert caught.value.code == "E_TIMEOUT"


def test_a_picture_that_gets_its_decoder_killed_is_a_crash_and_harms_no_other() -> None:
    hungry = hungry_picture()
    with Sandbox(remote.FUNCTION) as sandbox, Reaper() as reaper:
        assert isinstance(judged(sandbox, save(photo(), "PNG")), Picture)
        assert judged(sandbox, hungry.data) == hungry.error_code
        assert reaper.killed == 2
        assert isinstance(judged(sandbox, save(photo(), "PNG")), Picture)


def test_an_answer_that_is_no_picture_is_a_crash() -> None:
    with (
        Sandbox(f"{__package__}.functions:no_picture") as liar,
        pytest.raises(ImageError, match="no picture") as caught,
    ):
        remote.decode(liar, b"", LIMITS)
    assert caught.value.code == "E_CRASH"
