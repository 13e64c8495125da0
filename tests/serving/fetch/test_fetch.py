"""Fetching from a real server on loopback, which `urls.private` opens."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from deepimage.serving.config import Urls
from deepimage.serving.fetch import fetch
from deepimage.serving.problems import Problem

from .source import PICTURE, Source, source

MAX = 1_000_000


@pytest.fixture
def server() -> Iterator[Source]:
    with source() as server:
        yield server


def rules(server: Source, **more: object) -> Urls:
    return Urls.model_validate(
        {"private": True, "prefixes": (f"http://127.0.0.1:{server.port}/",), "seconds": 2} | more
    )


def get(server: Source, path: str, max_bytes: int = MAX, **more: object) -> bytes:
    return asyncio.run(fetch(f"http://127.0.0.1:{server.port}/{path}", rules(server, **more), max_bytes))


def problem(server: Source, path: str, **more: object) -> Problem:
    with pytest.raises(Problem) as caught:
        get(server, path, **more)
    assert "127.0.0.1" not in caught.value.detail
    return caught.value


def test_a_picture(server: Source) -> None:
    assert get(server, "photo.jpg") == PICTURE


def test_nothing_of_ours_is_sent(server: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # must not be taken
    folder = f"http://localhost:{server.port}/"  # an address would be given no cookies anyway
    told = Urls(private=True, prefixes=(folder,))
    assert asyncio.run(fetch(f"{folder}moved?to=/photo.jpg", told, MAX)) == PICTURE
    assert len(server.asked) == 2
    for _, headers in server.asked:
        assert headers["Accept-Encoding"] == "identity"
        assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_redirects_are_followed_up_to_a_limit(server: Source) -> None:
    thrice = "/photo.jpg"
    for _ in range(3):
        thrice = f"moved?to={quote(thrice, safe='')}"
    assert get(server, thrice) == PICTURE
    assert problem(server, thrice, max_redirects=2).code == "url-refused"
    hits = server.hits
    assert problem(server, "loop").code == "url-refused"
    assert server.hits == hits + 4


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 404, 500, 503])
def test_the_source_s_own_status_is_named(server: Source, status: int) -> None:
    told = problem(server, f"status?of={status}")
    assert (told.code, told.extra) == ("source-failed", {"source_status": status})


@pytest.mark.parametrize("path", ["short", "gzip", "garbage", "headers_without_end"])
def test_a_source_that_fails(server: Source, path: str) -> None:
    assert problem(server, path).code == "source-failed"


def test_nobody_listens() -> None:
    with source() as server:
        pass
    assert problem(server, "photo.jpg").code == "source-failed"


@pytest.mark.parametrize("path", ["slow", "silent"])
def test_a_source_that_takes_its_time(server: Source, path: str) -> None:
    assert problem(server, path, seconds=0.5).code == "source-timeout"


@pytest.mark.parametrize("path", ["lying", "endless"])
def test_a_source_that_sends_too_much(server: Source, path: str) -> None:
    tracemalloc.start()
    try:
        told = problem(server, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (told.code, told.extra) == ("too-large", {"limit": MAX})
    assert peak < 6 * MAX


def test_the_largest_that_is_allowed(server: Source) -> None:
    assert get(server, "photo.jpg", max_bytes=len(PICTURE)) == PICTURE
    with pytest.raises(Problem, match="too-large"):
        get(server, "photo.jpg", max_bytes=len(PICTURE) - 1)
