"""Webhooks, received by a real server on loopback."""

import asyncio
import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from deepimage.serving.config import Serving, Urls
from deepimage.serving.jobs.book import Request
from deepimage.serving.jobs.webhooks import WAITS, Webhook, checked
from deepimage.serving.keys import ANONYMOUS
from deepimage.serving.offices import Office
from deepimage.serving.order import Order, Price, Progress, Result
from deepimage.serving.problems import Problem

from ..conftest import RECIPE, photo

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Receiver:
    """Answers with the statuses that it is given, the last one again and again; keeps what came."""

    def __init__(self, *statuses: int) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver, left = self, list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append((dict(self.headers), body))
                self.send_response(left.pop(0) if len(left) > 1 else left[0])
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Workshop:
    """The only thing that is not real here: it makes a result, or fails, at once."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    async def price(self, order: Order) -> Price:
        return Price(1, 1)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        if self._error:
            raise self._error
        return Result(b"sr", "jpeg", 4, 4, "model@0")


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    receiver = Receiver(*request.param)
    yield receiver
    receiver.close()


def settings(state: Path, receiver: Receiver) -> Serving:
    return Serving(state=str(state), recipe=RECIPE, urls=Urls(private=True, prefixes=(receiver.url,)))


def told(state: Path, receiver: Receiver, times: int, error: Exception | None = None) -> list[Any]:
    """What came once so many messages had, each verified."""

    async def act() -> None:
        config = settings(state, receiver)
        async with Office(config, Workshop(error), waits=(0, 0.05, 0.05, 0.05)) as office:
            webhook = checked(receiver.url, SECRET, config)
            await office.submit(Order(photo(), RECIPE), Request(ANONYMOUS, 1, webhook))
            deadline = time.monotonic() + 10
            while len(receiver.came) < times and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)  # no more than these

    asyncio.run(act())
    return [Verifier(SECRET).verify(body, headers) for headers, body in receiver.came]


@pytest.mark.parametrize("receiver", [(200,)], indirect=True)
def test_a_job_that_succeeds_is_told_once_and_signed(tmp_path: Path, receiver: Receiver) -> None:
    (message,) = told(tmp_path, receiver, 1)
    assert message["type"] == "job.succeeded"
    assert message["data"]["result"]["format"] == "jpeg"


@pytest.mark.parametrize("receiver", [(200,)], indirect=True)
def test_a_job_that_fails_is_told_too(tmp_path: Path, receiver: Receiver) -> None:
    (message,) = told(tmp_path, receiver, 1, Problem("picture", "broken"))
    assert (message["type"], message["data"]["problem"]["code"]) == ("job.failed", "picture")


@pytest.mark.parametrize("receiver", [(500, 301, 204)], indirect=True)
def test_it_is_tried_again_with_the_same_id_and_never_elsewhere(tmp_path: Path, receiver: Receiver) -> None:
    messages = told(tmp_path, receiver, 3)
    assert len(messages) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1


@pytest.mark.parametrize(("receiver", "times"), [((410,), 1), ((500,), 4)], indirect=["receiver"])
def test_it_ends(tmp_path: Path, receiver: Receiver, times: int) -> None:
    assert len(told(tmp_path, receiver, times)) == times  # 410: not wanted any more


@pytest.mark.parametrize("receiver", [(500,)], indirect=True)
def test_it_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    async def begin() -> None:
        config = settings(tmp_path, receiver)
        async with Office(config, Workshop(), waits=(0, 0.5, 60)) as office:
            await office.submit(Order(photo(), RECIPE), Request(ANONYMOUS, 1, Webhook(receiver.url, SECRET)))
            while not receiver.came:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)

    async def go_on() -> None:
        async with Office(settings(tmp_path, receiver), Workshop(), waits=(0, 0.5, 60)):
            for _ in range(200):
                if len(receiver.came) > 1:
                    return
                await asyncio.sleep(0.02)

    asyncio.run(begin())
    asyncio.run(go_on())
    first, second = (headers["webhook-id"] for headers, _ in receiver.came)
    assert first == second


def test_the_schedule_is_that_of_the_standard() -> None:
    assert WAITS[:3] == (0, 5, 300)
    assert sum(WAITS) > 3 * 86_400 * 0.9
