"""Accept: what clients really send, and what nobody should."""

import pytest

from deepimage.serving.api.negotiate import negotiate
from deepimage.serving.problems import Problem

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        (None, "jpeg"),
        ("", "jpeg"),
        ("*/*", "jpeg"),
        ("image/*", "jpeg"),
        (CHROME, "avif"),
        ("image/webp, */*", "webp"),
        ("image/webp;q=0.1, image/png;q=0.9", "png"),
        ("image/avif;q=0, image/*", "jpeg"),
        ("image/jpeg;q=0, */*", "avif"),
        ("IMAGE/PNG; q=1.0", "png"),
        ("image/png;level=1;q=0.5, image/webp;q=0.4", "png"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "jpeg"),
        ("garbage", "jpeg"),
        (";;;,,,", "jpeg"),
        ("image/png;q=..", "png"),
    ],
)
def test_wishes(accept: str | None, format: str) -> None:
    assert negotiate(accept, "jpeg") == format


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "image/gif", "image/*;q=0.0"])
def test_nothing_acceptable(accept: str) -> None:
    with pytest.raises(Problem) as caught:
        negotiate(accept, "jpeg")
    assert caught.value.status == 406


def test_hostile_headers_cost_nothing() -> None:
    assert negotiate("a/" + ";" * 10_000, "png") in ("png", "avif")
