"""The service on Ray Serve: apps that decode, encode and answer, generators that restore, one office with the books.

clients ─▶ proxy ─▶ App ─▶ Generator      pixels travel through the object store
                     └───▶ Office ─▶ Generator
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from ray import serve
from ray.serve.handle import DeploymentHandle

from deepimage.config import Recipe
from deepimage.errors import UsageError
from deepimage.serving.api.app import build
from deepimage.serving.api.parts import Parts
from deepimage.serving.assembly import bench
from deepimage.serving.config import Serving
from deepimage.serving.exported import Exported
from deepimage.serving.metrics import Metrics
from deepimage.serving.offices import Office as Books
from deepimage.serving.remote import RemoteGenerator, RemoteOffice
from deepimage.serving.scaling import METRIC, autoscaling

_ROOM = 1000  # calls that a replica may have in work; what limits them is the queue of the apps
_DRAIN = 30  # seconds that work in hand has to end when a replica is replaced


class Generator:
    """A Studio; its replica counts as started once its models are loaded and proven."""

    async def __init__(self, config: Serving) -> None:  # type: ignore[misc]  # Serve awaits it
        from deepimage.serving.work.proof import prove_all
        from deepimage.serving.work.studio import Studio

        metrics = Metrics()
        self._studio = studio = Studio(config.recipe.runtime.threads, metrics.batch_fill.observe)
        metrics.waiting_tiles.set_function(lambda: studio.waiting)
        self._exported = Exported(metrics)
        await prove_all(self._studio, config.recipe, config.models, Path(config.state) / "proof")

    async def ready(self) -> bool:
        """A replica that answers is ready."""
        return True

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What ByMegapixels goes by."""
        return {METRIC: self._studio.waiting_megapixels}

    async def restore(self, recipe: Recipe, lr: np.ndarray) -> AsyncIterator[tuple[int, int] | np.ndarray]:
        """(tiles done, tiles in all) as it goes, at last sr."""
        loop, told = asyncio.get_running_loop(), asyncio.Queue[tuple[int, int] | None]()

        def tell(done: int, total: int) -> None:
            loop.call_soon_threadsafe(told.put_nowait, (done, total))

        working = asyncio.create_task(self._studio.restore(recipe, lr, tell))
        working.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while at := await told.get():
                yield at
            yield working.result()
        finally:
            working.cancel()


class App:
    """The API."""

    async def __init__(  # type: ignore[misc]
        self, config: Serving, generator: DeploymentHandle, office: DeploymentHandle
    ) -> None:
        metrics = Metrics()
        remote = RemoteGenerator(generator, metrics)
        work = bench(config, remote, metrics)
        books: Any = RemoteOffice(office)  # all that Office has, by name
        self._exported = Exported(metrics)
        self._parts = Parts(config, work.workshop, books, metrics, remote.ready)
        await work.codec.warm_up()

    def __serve_build_asgi_app__(self) -> FastAPI:
        return build(self._parts)


class Office:
    """The one owner of keys, jobs and results."""

    async def __init__(self, config: Serving, generator: DeploymentHandle) -> None:  # type: ignore[misc]
        metrics = Metrics()
        self._exported = Exported(metrics)
        work = bench(config, RemoteGenerator(generator, metrics), metrics)
        self._office = Books(config, work.patient)
        await self._office.__aenter__()

    async def call(self, method: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """One method of the office."""
        return await getattr(self._office, method)(*arguments, **named)


def application(config: Serving) -> serve.Application:
    """What `import_path` of a Serve config file names; its `args` are the settings of the service.

    Raises UsageError without keys: where such a service listens is not known here.
    """
    if config.keys != "always" and not config.insecure:
        raise UsageError("args.keys: expected always (deepimage keys create makes one), or args.insecure: true")
    return bound(config)


def bound(config: Serving) -> serve.Application:
    """The deployments, each with the handles that it calls."""
    needs = {"num_cpus": 1, "num_gpus": config.gpus}
    many = config.max_generators > config.generators
    number = {"autoscaling_config": autoscaling(config)} if many else {"num_replicas": config.generators}
    generator = _deployed(Generator, ray_actor_options=needs, **number).bind(config)
    office = _deployed(Office, num_replicas=1).bind(config, generator)
    return _deployed(serve.ingress()(App), num_replicas=config.apps).bind(config, generator, office)


def _deployed(kind: type, **options: Any) -> serve.Deployment:
    common = {"max_ongoing_requests": _ROOM, "graceful_shutdown_timeout_s": _DRAIN}
    return serve.deployment(name=kind.__name__.lower(), **common, **options)(kind)
