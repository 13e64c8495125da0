"""Bodies that arrive are in memory: there is a limit for all of them together."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.requests import Request

from deepimage.serving.api.receiving import Receiving
from deepimage.serving.config import Requests, Serving
from deepimage.serving.problems import Problem

from ..conftest import RECIPE, photo, serving


def request(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]})


def test_a_body_counts_as_what_it_says_or_as_the_largest() -> None:
    receiving = Receiving(Serving(recipe=RECIPE, requests=Requests(arriving=5_000_000)))
    with (
        receiving.place(request(**{"content-length": "2000000"})),
        receiving.place(request(**{"transfer-encoding": "chunked"})),
    ):
        with pytest.raises(Problem) as refused:
            receiving.place(request(**{"content-length": "1"})).__enter__()
        assert refused.value.code == "queue-full"
    linked = request(**{"content-length": "50", "content-type": "application/json"})
    with receiving.place(linked), pytest.raises(Problem):
        receiving.place(linked).__enter__()


def test_those_who_come_too_many_are_told_so_and_the_rest_go_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    tight = Serving(recipe=RECIPE, requests=Requests(arriving=3_000_000), state=str(tmp_path_factory.mktemp("state")))
    with serving(tight) as address:
        with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as slow:
            slow.sendall(b"POST /v1/restore HTTP/1.1\r\nHost: a\r\nContent-Length: 2999999\r\n\r\nstart")
            time.sleep(0.5)
            refused = httpx.post(f"{address}/v1/restore", content=photo())
            assert (refused.status_code, refused.json()["code"]) == (429, "queue-full")
            assert refused.headers["retry-after"] == "2"
        time.sleep(0.5)
        assert httpx.post(f"{address}/v1/restore", content=photo(), timeout=60).status_code == 200
