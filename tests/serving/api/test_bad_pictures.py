"""Every bad and odd picture that the batch job knows, sent to a real service one after another and at once."""

import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
import pytest
from corpus import Case, cases
from PIL import Image

from deepimage.config import Limits, Recipe, Runtime
from deepimage.image.codec.decode import decode
from deepimage.serving.config import Serving

from ..conftest import photo, serving

AS_IT_IS = {"model": "nearest", "scale": "1", "format": "png"}
MEMBERS = {"type", "title", "status", "detail", "code", "retryable"}
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service with the limits of the batch job."""
    recipe = Recipe(limits=Limits(max_bytes=50 * MEGABYTE), runtime=Runtime(engine="local"))
    config = Serving(models=("nearest",), recipe=recipe, state=str(tmp_path_factory.mktemp("state")))
    with serving(config) as address, httpx.Client(base_url=address, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def answers(wide: httpx.Client) -> dict[str, httpx.Response]:
    """All of them, eight at a time, with good pictures in between that must come out right."""
    good = photo(seed=7)
    expected = wide.post("/v1/restore", params=AS_IT_IS, content=good).content

    def ask(case: Case) -> httpx.Response:
        answer = wide.post("/v1/restore", params=AS_IT_IS, content=case.data)
        if hash(case.filename) % 4 == 0:
            assert wide.post("/v1/restore", params=AS_IT_IS, content=good).content == expected
        return answer

    with ThreadPoolExecutor(8) as clients:
        return dict(zip((case.filename for case in cases()), clients.map(ask, cases()), strict=True))


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_case_ends_as_it_must(answers: dict[str, httpx.Response], case: Case) -> None:
    answer = answers[case.filename]
    if case.error_code:
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().keys() >= MEMBERS
        assert (answer.json()["code"], answer.json()["picture"]) == ("picture", case.error_code)
        return
    assert answer.status_code == 200, answer.text
    if case.pixels is not None and case.alpha is None:
        result = decode(answer.content, Limits())
        assert np.abs(result.pixels.astype(int) - case.pixels).max(initial=0) <= case.tolerance


def test_there_are_many_bad_ones() -> None:
    assert sum(bool(case.error_code) for case in cases()) >= 60


def grown(address: str, act: threading.Thread) -> float:
    """Megabytes that this process and its children grow by while `act` runs."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    before = most = sum(map(resident, processes))
    act.start()
    while act.is_alive():
        most = max(most, sum(map(resident, processes)))
        time.sleep(0.005)
    return (most - before) / MEGABYTE


def resident(process: psutil.Process) -> int:
    """Bytes; none of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


@pytest.mark.parametrize("framing", ["Content-Length: 500000000", "Transfer-Encoding: chunked"])
def test_an_enormous_upload_costs_little(wide: httpx.Client, framing: str) -> None:
    host, port = urlsplit(str(wide.base_url)).hostname, urlsplit(str(wide.base_url)).port
    seen: list[bytes] = []

    def upload() -> None:
        piece = os.urandom(MEGABYTE)
        framed = b"%x\r\n" % MEGABYTE + piece + b"\r\n" if "chunked" in framing else piece
        with socket.create_connection((host, port or 0), timeout=30) as client:
            client.sendall(f"POST /v1/restore HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n".encode())
            try:
                for _ in range(500):
                    client.sendall(framed)
            except OSError:
                pass  # the service has closed: that is the point
            try:
                seen.append(client.recv(200))
            except OSError:
                seen.append(b"closed")

    assert grown(str(wide.base_url), threading.Thread(target=upload)) < 100
    assert seen[0].startswith(b"HTTP/1.1 413 ") or seen[0] == b"closed"
    assert wide.get("/readyz").status_code == 200


def test_an_answer_is_not_larger_than_it_may_be(wide: httpx.Client) -> None:
    buffer = io.BytesIO()
    Image.new("L", (9000, 9000)).save(buffer, "png")
    answer = wide.post("/v1/restore", params={"model": "nearest", "scale": "16"}, content=buffer.getvalue())
    assert (answer.status_code, answer.json()["picture"]) == (422, "E_BOMB")
