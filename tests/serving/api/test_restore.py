"""POST /v1/restore of the real service."""

import base64
import hashlib
import io
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from deepimage.config import Recipe
from pipelines.restore import restore as command

from ..conftest import RECIPE, photo


def by_command(data: bytes, folder: Path, recipe: Recipe, suffix: str = "jpg") -> bytes:
    """What `deepimage restore` makes of it."""
    (folder / "in").mkdir(exist_ok=True, parents=True)
    (folder / "in" / f"photo.{suffix}").write_bytes(data)
    (row,) = command([folder / "in" / f"photo.{suffix}"], folder / "out", recipe)
    return (folder / "out" / row["output"]).read_bytes()


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ({}, {}),
        ({"scale": "2", "quality": "80"}, {"scale": 2, "output": {"quality": 80}}),
        (
            {"width": "90", "height": "90", "fit": "cover", "format": "png"},
            {"width": 90, "height": 90, "fit": "cover", "output": {"format": "png"}},
        ),
        ({"fidelity": "0", "format": "webp"}, {"fidelity": 0, "output": {"format": "webp"}}),
        ({"model": "bicubic-mitchell", "scale": "3"}, {"model": "bicubic-mitchell", "scale": 3}),
    ],
)
def test_the_bytes_of_the_command(client: httpx.Client, tmp_path: Path, query: dict, changes: dict) -> None:  # type: ignore[type-arg]
    data = photo()
    answer = client.post("/v1/restore", params=query, content=data)
    assert answer.status_code == 200, answer.text
    recipe = Recipe.model_validate(RECIPE.model_dump() | {"output": RECIPE.output.model_dump()} | changes)
    assert answer.content == by_command(data, tmp_path, recipe)


def test_what_the_headers_say(client: httpx.Client) -> None:
    files = {"image": ('../my\r\n"photo" ü.png', photo(format="png"), "image/x-lie")}
    answer = client.post("/v1/restore", files=files)
    assert answer.status_code == 200, answer.text
    digest = hashlib.sha256(answer.content)
    assert answer.headers["etag"] == f'"{digest.hexdigest()}"'
    assert answer.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["deepimage-model"].startswith("fast-x4@")
    assert "decode;dur=" in answer.headers["server-timing"]
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert ".." not in answer.headers["content-disposition"]
    assert Image.open(io.BytesIO(answer.content)).size == (56 * 4, 40 * 4)


def test_accept_chooses_the_format(client: httpx.Client) -> None:
    answer = client.post("/v1/restore", content=photo(), headers={"Accept": "image/webp"})
    assert answer.headers["content-type"] == "image/webp"
    assert client.post("/v1/restore", content=photo(), headers={"Accept": "text/html"}).status_code == 406


def test_twenty_at_once_each_get_their_own(client: httpx.Client) -> None:
    pictures = [photo(40 + i, 50 + 3 * i, seed=i) for i in range(20)]
    alone = [client.post("/v1/restore", content=data).content for data in pictures]
    with ThreadPoolExecutor(20) as pool:
        together = list(pool.map(lambda data: client.post("/v1/restore", content=data).content, pictures))
    assert together == alone
    assert len(set(alone)) == 20


def test_a_small_one_does_not_wait_for_a_large_one(client: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as pool:
        large = pool.submit(client.post, "/v1/restore", content=photo(700, 700))
        while metric(client, "deepimage_waiting_tiles") == 0:
            time.sleep(0.01)
        assert client.post("/v1/restore", content=photo()).status_code == 200
        assert not large.done()
        assert large.result().status_code == 200


def test_equal_requests_run_once(client: httpx.Client) -> None:
    before = metric(client, "deepimage_batch_fill_count")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/restore", content=photo(299, 299, seed=77)), range(4)))
    assert len({answer.content for answer in answers}) == 1
    assert metric(client, "deepimage_batch_fill_count") == before + 1  # one tile


def test_who_hangs_up_frees_the_place(service: str, client: httpx.Client) -> None:
    address, data = urlsplit(service), photo(800, 800, seed=5)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /v1/restore HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        while metric(client, "deepimage_waiting_tiles") == 0:
            time.sleep(0.01)
    deadline = time.monotonic() + 5
    while metric(client, "deepimage_waiting_requests"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert metric(client, "deepimage_waiting_tiles") == 0


@pytest.mark.parametrize(
    ("send", "status", "code"),
    [
        ({"content": b""}, 422, "picture"),
        ({"content": b"no picture"}, 422, "picture"),
        ({"content": photo()[:300]}, 422, "picture"),
        ({"content": photo(), "params": {"scale": "9", "nonsense": "1"}}, 422, "invalid-options"),
        ({"content": photo(), "params": {"scale": "16", "max_side": "3"}}, 422, "invalid-options"),
        ({"content": photo(1000, 1000), "params": {"scale": "16"}}, 422, "picture"),
        ({"content": bytes(3_000_001)}, 413, "too-large"),
        ({"content": iter([bytes(1_000_000)] * 4)}, 413, "too-large"),
        ({"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 415, "unsupported-media-type"),
        ({"json": {"url": "http://127.0.0.1/"}}, 415, "unsupported-media-type"),
        ({"content": photo(), "headers": {"Content-Type": "multipart/form-data"}}, 400, "malformed"),
        ({"content": photo(), "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "malformed"),
        ({"files": {"photo": photo()}}, 400, "malformed"),
        ({"files": [("image", photo()), ("image", photo())]}, 400, "malformed"),
        ({"files": {"image": photo()}, "data": {"scale": "2"}}, 400, "malformed"),
        ({"files": {"image": bytes(3_000_001)}}, 413, "too-large"),
        ({"content": photo(), "params": {"model": "lanczos3"}}, 422, "invalid-options"),
        ({"content": photo(), "params": {"model": "bicubic-mitchell", "fidelity": "0.1"}}, 422, "invalid-options"),
    ],
)
def test_what_cannot_be_done_is_said(client: httpx.Client, send: dict, status: int, code: str) -> None:  # type: ignore[type-arg]
    answer = client.post("/v1/restore", **send)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def metric(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))
