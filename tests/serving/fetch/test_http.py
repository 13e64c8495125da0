"""Pictures by URL, as a client of the real service asks for them."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deepimage.serving.config import Serving, Urls

from ..conftest import RECIPE, photo, serving
from .source import Source, source


@pytest.fixture(scope="module")
def server() -> Iterator[Source]:
    with source() as server:
        server.picture = photo()
        yield server


@pytest.fixture(scope="module")
def client(server: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    state: Path = tmp_path_factory.mktemp("state")
    urls = Urls(enabled=True, private=True, prefixes=(f"http://127.0.0.1:{server.port}/open/",), seconds=1)
    config = Serving(models=("bicubic-mitchell",), recipe=RECIPE, state=str(state), urls=urls)
    with serving(config) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_the_bytes_of_an_upload(client: httpx.Client, server: Source) -> None:
    answer = client.post("/v1/restore", json={"url": f"http://127.0.0.1:{server.port}/open/photo.jpg"})
    assert answer.status_code == 200, answer.text
    assert answer.content == client.post("/v1/restore", content=server.picture).content
    assert 'filename="photo.jpg"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("closed/photo.jpg", 422, "url-refused"),
        ("open/../closed/photo.jpg", 422, "url-refused"),
        ("open/%2e%2e/closed/photo.jpg", 422, "url-refused"),
        ("open/moved?to=/closed/photo.jpg", 422, "url-refused"),
        ("open/loop", 422, "url-refused"),
        ("open/lying", 413, "too-large"),
        ("open/status?of=404", 502, "source-failed"),
        ("open/garbage", 502, "source-failed"),
        ("open/silent", 504, "source-timeout"),
        ("open/status?of=200", 422, "picture"),
    ],
)
def test_faults(client: httpx.Client, server: Source, path: str, status: int, code: str) -> None:
    answer = client.post("/v1/restore", json={"url": f"http://127.0.0.1:{server.port}/{path}"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(server.port) not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"http://a/"',
        b"{}",
        b'{"url": 1}',
        b'{"url": null}',
        b'{"url": ["http://a/"]}',
        b'{"url": "http://a/", "url": "http://b/"}',
        b'{"url": "http://a/", "headers": {}}',
        b"[" * 5000,
        b"\xff",
    ],
)
def test_bodies_that_name_no_url(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/v1/restore", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    "url", ["", "http://", "http://127.0.0.1/", "file:///etc/passwd", "http://a/\ud800", "http://xn--/"]
)
def test_urls_that_are_refused(client: httpx.Client, url: str) -> None:
    answer = client.post("/v1/restore", content=json.dumps({"url": url}), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "url-refused")


def test_off_by_default(service: str, server: Source) -> None:
    hits = server.hits
    answer = httpx.post(f"{service}/v1/restore", json={"url": f"http://127.0.0.1:{server.port}/open/photo.jpg"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert server.hits == hits
