"""The whole service in this process, on a port of its own, and pictures to send."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
import uvicorn

from deepimage.config import Limits, Recipe, Runtime
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Picture
from deepimage.serving.config import Serving

RECIPE = Recipe(
    limits=Limits(max_megapixels=4, max_bytes=3_000_000, max_output_megapixels=40), runtime=Runtime(engine="local")
)
MODELS = ("fast-x4", "bicubic-mitchell")


@contextmanager
def serving(config: Serving) -> Iterator[str]:
    """Address of a ready service."""
    from deepimage.serving.local import server

    running = server(config.model_copy(update={"port": 0}))
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield _ready(running)
    finally:
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that all tests share."""
    with serving(Serving(models=MODELS, recipe=RECIPE, state=str(tmp_path_factory.mktemp("state")))) as address:
        yield address


@pytest.fixture
def client(service: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service, timeout=120) as client:
        yield client


def photo(height: int = 40, width: int = 56, seed: int = 0, format: str = "jpeg") -> bytes:
    """A small picture, of its own for each seed."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = 128 + 90 * np.sin(y / 7 + seed)[..., None] * np.cos(x[..., None] / rng.uniform(4, 14, 3))
    pixels = np.clip(waves + rng.normal(0, 8, waves.shape), 0, 255).astype(np.uint8)
    return encode(Picture(pixels), format, RECIPE.output)


def _ready(server: uvicorn.Server) -> str:
    for _ in range(1200):
        if server.started:
            port = server.servers[0].sockets[0].getsockname()[1]
            address = f"http://127.0.0.1:{port}"
            if httpx.get(f"{address}/readyz").status_code == 200:
                return address
        time.sleep(0.05)
    raise TimeoutError("the service did not become ready")
