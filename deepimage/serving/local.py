"""The service in one process, without a cluster."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from deepimage.serving.api.app import build
from deepimage.serving.api.parts import Parts
from deepimage.serving.assembly import bench
from deepimage.serving.config import Serving
from deepimage.serving.edge.limits import Limits
from deepimage.serving.edge.protocol import configure
from deepimage.serving.metrics import Metrics
from deepimage.serving.offices import Office
from deepimage.serving.work.proof import prove_all
from deepimage.serving.work.studio import Studio

log = logging.getLogger("deepimage.serving")

_DRAIN = 30  # seconds that requests in work have to end, once the service is told to


def server(config: Serving) -> uvicorn.Server:
    """The service behind a guarded listener; `run()` answers until it is told to end."""
    settings = uvicorn.Config(
        assemble(config),
        host=config.host,
        port=config.port,
        http=configure(Limits.of(config)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN,
    )
    return uvicorn.Server(settings)


def assemble(config: Serving) -> FastAPI:
    """The app; while it starts to answer it loads and proves its models."""
    metrics = Metrics()
    studio = Studio(config.recipe.runtime.threads, metrics.batch_fill.observe)
    metrics.waiting_tiles.set_function(lambda: studio.waiting)
    work = bench(config, studio, metrics)
    office = Office(config, work.patient)
    warming: list[asyncio.Future[tuple[None, None]]] = []

    async def ready() -> bool:
        return bool(warming) and warming[0].done() and not warming[0].exception()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        proof = prove_all(studio, config.recipe, config.models, Path(config.state) / "proof")
        warming.append(asyncio.gather(proof, work.codec.warm_up()))
        warming[0].add_done_callback(_tell_failure)
        async with office:
            yield
        warming[0].cancel()
        studio.close()
        work.codec.close()

    return build(Parts(config, work.workshop, office, metrics, ready), lifespan)


def _tell_failure(warming: asyncio.Future[tuple[None, None]]) -> None:
    """A service that never becomes ready says why."""
    if not warming.cancelled() and (error := warming.exception()):
        log.error("the models cannot be served: %s: %s", type(error).__name__, error)
