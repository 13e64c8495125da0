"""Requests that are wrong around the picture: bodies, forms, headers, options, addresses, methods."""

import json

import httpx
import pytest

from ..conftest import photo

GOOD = photo(seed=3)
FORM = "multipart/form-data; boundary=B"
OPEN, CLOSE = b"--B\r\n", b"\r\n--B--\r\n"
PART = b'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'


def form(*parts: bytes) -> bytes:
    return b"".join(OPEN + part + b"\r\n" for part in parts)[:-2] + CLOSE


BODIES: dict[str, tuple[str, bytes, int, str]] = {
    "empty": ("image/jpeg", b"", 422, "picture"),
    "text": ("text/plain", b"hello", 415, "unsupported-media-type"),
    "html": ("text/html", b"<html>", 415, "unsupported-media-type"),
    "video": ("video/mp4", GOOD, 415, "unsupported-media-type"),
    "a picture that is none": ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "picture"),
    "form without boundary": ("multipart/form-data", form(PART + GOOD), 400, "malformed"),
    "form without end": (FORM, OPEN + PART + GOOD[:50], 400, "malformed"),
    "form with another boundary": ("multipart/form-data; boundary=C", form(PART + GOOD), 400, "malformed"),
    "form without image": (FORM, form(PART.replace(b"image", b"photo") + GOOD), 400, "malformed"),
    "form with two images": (FORM, form(PART + GOOD, PART + GOOD), 400, "malformed"),
    "form with a field": (
        FORM,
        form(b'Content-Disposition: form-data; name="scale"\r\n\r\n2', PART + GOOD),
        400,
        "malformed",
    ),
    "form with text as image": (
        FORM,
        form(b'Content-Disposition: form-data; name="image"\r\n\r\nhello'),
        400,
        "malformed",
    ),
    "form with a part without a name": (FORM, form(b"Content-Disposition: form-data\r\n\r\nhello"), 400, "malformed"),
    "form with an endless header": (FORM, OPEN + b"X: " + b"a" * 50_000 + b"\r\n\r\nhello" + CLOSE, 400, "malformed"),
    "form with nothing": (FORM, b"--B--\r\n", 400, "malformed"),
    "form of zeros": (FORM, bytes(5000), 400, "malformed"),
    "an empty image in a form": (FORM, form(PART), 422, "picture"),
    "json": ("application/json", b"{}", 415, "unsupported-media-type"),
    "a url, which is off": ("application/json", b'{"url": "http://127.0.0.1/"}', 415, "unsupported-media-type"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(client: httpx.Client, name: str) -> None:
    kind, body, status, code = BODIES[name]
    told(client.post("/v1/restore", content=body, headers={"Content-Type": kind}), status, code)
    told(client.post("/v1/jobs", content=body, headers={"Content-Type": kind}), status, code)


OPTIONS = {
    "unknown": "sclae=4",
    "twice": "scale=2&scale=3",
    "nan": "scale=nan",
    "inf": "scale=inf",
    "negative": "scale=-2",
    "zero": "scale=0",
    "too much": "scale=17",
    "hex": "scale=0x4",
    "underscore": "scale=1_0",
    "digits of another script": "scale=%D9%A2",
    "plus": "scale=%2B2",
    "blank": "scale=%202",
    "nothing": "scale=",
    "null byte": "scale=2%00",
    "not utf-8": "format=%ff%fe",
    "long": "scale=" + "1" * 400,
    "two sizes": "scale=2&width=100",
    "width zero": "width=0",
    "width half": "width=10.5",
    "width huge": "width=100001",
    "unknown fit": "width=10&height=10&fit=stretch",
    "unknown format": "format=gif",
    "format in capitals": "format=JPEG",
    "quality zero": "quality=0",
    "quality above": "quality=101",
    "unknown model": "model=fast-x5",
    "model as path": "model=../../etc/passwd",
    "model as url": "model=http://127.0.0.1/",
    "fidelity above": "fidelity=1.01",
    "denoise of a model that has none": "denoise=0.5",
    "chroma": "chroma=4:1:1",
    "flag": "progressive=yes",
    "colour": "background=red",
    "limits are no option": "limits.max_megapixels=1000",
    "output as a dict": "output=%7B%7D",
    "a webhook is for jobs": "webhook=https://example.com/",
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options(client: httpx.Client, name: str) -> None:
    told(client.post(f"/v1/restore?{OPTIONS[name]}", content=GOOD), 422, "invalid-options")


HEADERS: dict[str, tuple[dict[str, str], int, str]] = {
    "accept nothing that is made": ({"Accept": "image/heic"}, 406, "not-acceptable"),
    "accept refused by weight": ({"Accept": "image/*;q=0, text/html"}, 406, "not-acceptable"),
    "compressed": ({"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
    "compressed twice": ({"Content-Encoding": "gzip, br"}, 415, "unsupported-media-type"),
    "an endless header": ({"X-Long": "a" * 20_000}, 431, "headers-too-large"),
    "two hundred headers": ({f"X-{n}": "a" for n in range(200)}, 431, "headers-too-large"),
    "two credentials": ({"Authorization": "Bearer a", "X-API-Key": "b"}, 400, "malformed"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers(client: httpx.Client, name: str) -> None:
    headers, status, code = HEADERS[name]
    told(client.post("/v1/restore", content=GOOD, headers=headers), status, code)


def test_an_odd_accept_is_no_wish(client: httpx.Client) -> None:
    for accept in ("", "*", "image", ";;;", "image/jpeg;q=nonsense", "a" * 3000, "*/*;q=0.1"):
        assert client.post("/v1/restore", content=GOOD, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/restore", 405, "method-not-allowed"),
        ("PUT", "/v1/restore", 405, "method-not-allowed"),
        ("TRACE", "/v1/restore", 405, "method-not-allowed"),
        ("POST", "/v1/models", 405, "method-not-allowed"),
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/restore/", 404, "not-found"),
        ("GET", "/../../etc/passwd", 404, "not-found"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404, "not-found"),
        ("GET", "/v1/jobs/" + "a" * 65, 422, "invalid-options"),
        ("GET", "/v1/jobs/%00", 404, "not-found"),
        ("GET", "/v1/results/" + "0" * 64 + ".exe", 404, "not-found"),
        ("GET", "/v1/results/..%2f..%2fjobs.db", 404, "not-found"),
        ("POST", "/v1/shutdown", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/v1/limits?" + "a" * 5000, 414, "url-too-long"),
    ],
)
def test_addresses_and_methods(client: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    told(client.request(method, path), status, code)


def test_all_faults_are_told_at_once(client: httpx.Client) -> None:
    answer = client.post("/v1/restore?scale=0&format=gif&quality=x&colour=1", content=GOOD)
    assert {fault["name"] for fault in answer.json()["errors"]} == {"scale", "format", "quality", "colour"}


def told(answer: httpx.Response, status: int, code: str) -> None:
    """A whole problem document, and no more than that."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem.keys() >= {"type", "title", "status", "detail", "code", "retryable"}
    assert problem["status"] == status
    assert "Traceback" not in json.dumps(problem)
    assert "deepimage/" not in json.dumps(problem)
