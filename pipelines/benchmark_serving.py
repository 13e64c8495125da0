"""The service under load, beside servers as others would build them and the Restorer itself: one run, taking turns."""

import asyncio
import io
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from deepimage.config import load
from deepimage.errors import DeepimageError
from deepimage.stages.opening import open_restorer
from pipelines.serving_load import Load, Photo, at_once, open_loop

_SIZES = ((600, 450),) * 6 + ((300, 225),) * 3 + ((1200, 900),)  # of the mixed load: a feed, its thumbs, an original
_CLIENTS = 20
_ROUNDS = 3
_STEADY = 0.6  # of what it can do: the load whose latencies are told
_OVERLOAD = 3.0
_START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """One that runs."""

    name: str
    url: str


def measure(model: str, seconds: float) -> Iterator[str]:
    """Lines as they are known."""
    with tempfile.TemporaryDirectory(prefix="deepimage-serving-") as folder, ExitStack() as stack:
        servers = [stack.enter_context(server) for server in _servers(model, Path(folder))]
        yield f"mixed sizes, {_CLIENTS} clients at once, {_ROUNDS} rounds, {model}"
        loads, own = _mixed(servers, model)
        yield from (_throughput(server, loads[server.name], own) for server in servers)
        ours = servers[0]
        capacity = statistics.median(load.per_second for load in loads[ours.name])
        yield from _latencies(servers, capacity, seconds)
        yield from _overload(ours, capacity, seconds)


def _mixed(servers: Sequence[Server], model: str) -> tuple[dict[str, list[Load]], list[float]]:
    photos = _photos(_SIZES * 2)
    loads: dict[str, list[Load]] = {server.name: [] for server in servers}
    own = []
    for _ in range(_ROUNDS):
        for server in servers:
            loads[server.name].append(asyncio.run(at_once(server.url, photos, _CLIENTS)))
        own.append(_restorer_alone(photos, model))
    return loads, own


def _restorer_alone(photos: Sequence[Photo], model: str) -> float:
    """Megapixels per second of pixels to pixels, without decoding, encoding or a network."""
    generator = open_restorer(load(None, shortcuts={"model": model}))
    lrs = [np.asarray(Image.open(io.BytesIO(photo.data))) for photo in photos]
    generator.restore(lrs[0])
    began = time.perf_counter()
    for _ in generator.restore_many(lrs):
        pass
    return sum(photo.megapixels for photo in photos) / (time.perf_counter() - began)


def _throughput(server: Server, loads: Sequence[Load], own: Sequence[float]) -> str:
    share = statistics.median(load.per_second / alone for load, alone in zip(loads, own, strict=True))
    speed = statistics.median(load.per_second for load in loads)
    slowest = statistics.median(load.percentile(0.95) for load in loads)
    small = statistics.median(_small(load) for load in loads)
    return (
        f"  {server.name:<22} {speed:6.2f} MP/s  {share:5.2f} of the Restorer alone"
        f"   p95 {slowest:5.1f} s, small pictures' median {small:5.1f} s"
    )


def _small(load: Load) -> float:
    least = min(answer.megapixels for answer in load.accepted)
    return statistics.median(answer.seconds for answer in load.accepted if answer.megapixels == least)


def _latencies(servers: Sequence[Server], capacity: float, seconds: float) -> Iterator[str]:
    width, height = _SIZES[0]
    rate = _STEADY * capacity / _megapixels(width, height)
    yield f"open loop, {width}x{height}, {rate:.2f} requests/s (Poisson, {_STEADY:.0%} of ours), {seconds:.0f} s"
    for server in servers:
        load = asyncio.run(open_loop(server.url, _stream(rate, seconds), rate, seconds))
        p50, p95, p99 = (load.percentile(share) for share in (0.5, 0.95, 0.99))
        yield f"  {server.name:<22} p50 {p50:5.2f} s  p95 {p95:5.2f} s  p99 {p99:5.2f} s"


def _overload(ours: Server, capacity: float, seconds: float) -> Iterator[str]:
    rate = _OVERLOAD * capacity / _megapixels(*_SIZES[0])
    load = asyncio.run(open_loop(ours.url, _stream(rate, seconds), rate, seconds))
    statuses = sorted({answer.status for answer in load.answers})
    counts = ", ".join(f"{sum(a.status == s for a in load.answers)} x {s}" for s in statuses)
    yield f"overload, {rate:.1f} requests/s ({_OVERLOAD:g} times capacity), {seconds:.0f} s: {counts}"
    refused = load.percentile(0.99, 429) * 1000
    share = load.per_second / capacity
    yield f"  429 within {refused:.0f} ms (p99); accepted {load.per_second:.2f} MP/s, {share:.2f} of capacity"


def _servers(model: str, folder: Path) -> Iterator[AbstractContextManager[Server]]:
    ours = ("-m", "pipelines", "serve", "--model", model, "--set", "queue.requests=24")
    yield _started("deepimage serve", (*ours, "--set", f"state={folder}/ray", "--port"), (), "/v1/restore")
    local = (*ours, "--engine", "local", "--set", f"state={folder}/local", "--port")
    yield _started("  --engine local", local, (), "/v1/restore")
    yield _started("FastAPI + Restorer", ("-m", "pipelines.peers.plain"), (model,), "/restore")
    yield _started("LitServe + Restorer", ("-m", "pipelines.peers.lit"), (model,), "/restore")


@contextmanager
def _started(name: str, before: Sequence[str], after: Sequence[str], path: str) -> Iterator[Server]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, *before, str(port), *after],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        server = Server(name, f"http://127.0.0.1:{port}{path}")
        _await(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # LitServe leaves its workers behind


def _await(server: Server, process: subprocess.Popen[str]) -> None:
    """Until it restores. Raises DeepimageError for one that does not."""
    photos = _photos(_SIZES[1:2])
    for _ in range(_START_SECONDS * 4):
        if process.poll() is not None:
            raise DeepimageError(f"{server.name} ended: {process.stderr.read()[-500:] if process.stderr else ''}")
        try:
            if asyncio.run(at_once(server.url, photos, 1)).accepted:
                return
        except OSError:
            pass
        time.sleep(0.25)
    raise DeepimageError(f"{server.name} did not answer within {_START_SECONDS} s")


def _stream(rate: float, seconds: float) -> list[Photo]:
    """More of one size than an open loop is likely to send."""
    return _photos(_SIZES[:1] * round(1.5 * rate * seconds + 10))


def _photos(sizes: Sequence[tuple[int, int]]) -> list[Photo]:
    """Each its own picture: nothing can be answered from what was made before."""
    return [_photo(width, height, number) for number, (width, height) in enumerate(sizes)]


def _photo(width: int, height: int, seed: int) -> Photo:
    rng = np.random.default_rng((seed, time.time_ns()))
    small = rng.integers(0, 255, (height // 12, width // 12, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(buffer, "jpeg", quality=75)
    return Photo(buffer.getvalue(), _megapixels(width, height))


def _megapixels(width: int, height: int) -> float:
    return width * height * 16 / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
