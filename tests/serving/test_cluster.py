"""`deepimage serve` on Ray Serve: the command itself, over HTTP, with replicas killed under load."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from ports import free_port
from ray import serve
from ray.serve.exceptions import RayServeException

from deepimage.errors import UsageError
from deepimage.serving.cluster import serve_until_interrupted
from deepimage.serving.config import Serving
from deepimage.serving.edge.install import environment
from deepimage.serving.edge.limits import Limits

from .api.test_restore import by_command
from .conftest import RECIPE, photo

pytestmark = [pytest.mark.ray, pytest.mark.timeout(280)]

_SETTINGS = ("recipe.limits.max_megapixels=4", "requests.header_seconds=3", "models=[fast-x4,bicubic-mitchell]")


@contextmanager
def command(state: Path, *settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; it has ended when this ends."""
    port = free_port()
    overrides = [word for setting in (*settings, f"state={state}") for word in ("--set", setting)]
    log = (state.parent / "serve.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "serve", "--port", str(port), *overrides], stderr=log, text=True
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    state = tmp_path_factory.mktemp("cluster") / "state"
    with command(state, *_SETTINGS) as (process, address), httpx.Client(base_url=address, timeout=120) as client:
        _ready(client, process)
        yield process, client
    said = (state.parent / "serve.log").read_text()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "SIGTERM received" not in said  # Ray's own handler would print a stack


def test_the_bytes_of_the_command(served: tuple[object, httpx.Client], tmp_path: Path) -> None:
    _, client = served
    for suffix, format in (("jpg", "jpeg"), ("png", "png")):
        data = photo(format=format)
        answer = client.post("/v1/restore", content=data)
        assert answer.status_code == 200, answer.text
        assert answer.content == by_command(data, tmp_path / suffix, RECIPE, suffix)


def test_the_proxy_guards_its_connections(served: tuple[object, httpx.Client]) -> None:
    _, client = served
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=20) as slow:
        slow.sendall(b"POST /v1/restore HTTP/1.1\r\nHost: a\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=20) as large:
        large.sendall(b"POST /v1/restore HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n")
        assert large.recv(100).startswith(b"HTTP/1.1 413 ")


def test_every_answer_has_one_request_id(served: tuple[object, httpx.Client]) -> None:
    _, client = served
    kept = client.get("/livez", headers={"X-Request-Id": "mine-1"})
    assert kept.headers.get_list("x-request-id") == ["mine-1"]
    (made,) = client.get("/livez", headers={"X-Request-Id": "<b>"}).headers.get_list("x-request-id")
    assert made not in ("", "<b>")


def test_a_killed_generator_costs_nobody_a_wrong_answer(served: tuple[subprocess.Popen[str], httpx.Client]) -> None:
    process, client = served
    pictures = [photo(120, 150, seed) for seed in range(8)]
    expected = [client.post("/v1/restore", content=data).content for data in pictures]

    def ask(number: int) -> tuple[int, httpx.Response]:
        answer = client.post("/v1/restore", params={"quality": 94}, content=pictures[number % 8])
        return number % 8, answer if answer.status_code != 200 else client.post(
            "/v1/restore", content=pictures[number % 8]
        )

    with ThreadPoolExecutor(8) as clients:
        answers = [clients.submit(ask, number) for number in range(16)]
        time.sleep(0.5)
        victim = next(p for p in psutil.Process(process.pid).children(recursive=True) if _is_generator(p))
        os.kill(victim.pid, signal.SIGKILL)
        results = [answer.result() for answer in answers]
    for number, answer in results:
        assert answer.status_code in (200, 503), answer.text
        assert answer.status_code == 503 or answer.content == expected[number]
    _ready(client, process)
    assert client.post("/v1/restore", content=pictures[0]).content == expected[0]


@pytest.mark.usefixtures("ray_cluster")
def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        config = Serving(port=other.getsockname()[1], state=str(tmp_path))
        for name, value in environment(Limits.of(config)).items():
            monkeypatch.setenv(name, value)  # and so put back afterwards
        with pytest.raises(UsageError, match=f"port {config.port}: another program has it; set another --port"):
            serve_until_interrupted(config)
    with pytest.raises(RayServeException, match="no Serve instance"):  # the cluster that was joined is left as it was
        serve.get_app_handle("deepimage")


def _is_generator(process: psutil.Process) -> bool:
    try:
        return "generator" in " ".join(process.cmdline()) and "ServeReplica" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _ready(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the service did not become ready")
