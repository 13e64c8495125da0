"""The deployments of a cluster as those who call them see them: the same methods, wherever the replica is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import ReplicaUnavailableError
from ray.serve.handle import DeploymentHandle

from deepimage.config import Recipe
from deepimage.serving.metrics import Metrics
from deepimage.serving.order import Progress
from deepimage.serving.problems import Problem

_LIVES = 3  # generators that may die with one picture before its client is told to come back
_LATER = {"Retry-After": "5"}
_PATIENCE = 2.0  # seconds that a replica has to say that it is there


class RemoteGenerator:
    """The Generator replicas. A picture whose replica dies goes to another."""

    def __init__(self, handle: DeploymentHandle, metrics: Metrics) -> None:
        self._handle = handle
        self._streaming = handle.options(stream=True, method_name="restore")
        self._metrics = metrics

    async def ready(self) -> bool:
        """Whether a replica answers; it does once its models are loaded and proven."""
        try:
            return bool(await asyncio.wait_for(self._handle.ready.remote(), _PATIENCE))
        except (TimeoutError, RayActorError, ReplicaUnavailableError):
            return False

    async def restore(self, recipe: Recipe, lr: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """See work.generator.Generator. Raises Problem not-ready when replicas keep dying."""
        for _ in range(_LIVES):
            try:
                return await self._once(recipe, lr, progress)
            except (RayActorError, ReplicaUnavailableError):
                self._metrics.lost.inc()
            except RayTaskError as error:
                raise error.cause from None
        raise Problem("not-ready", "the generator has just been lost", headers=_LATER)

    async def _once(self, recipe: Recipe, lr: np.ndarray, progress: Progress | None) -> np.ndarray:
        answers = self._streaming.remote(recipe, lr)
        try:
            async for answer in answers:
                if isinstance(answer, np.ndarray):
                    return answer
                if progress:
                    progress(*answer)
        except asyncio.CancelledError:
            answers.cancel()
            raise
        raise Problem("not-ready", "the generator is being replaced", headers=_LATER)


class RemoteOffice:
    """The Office replica: every method of its own, by name."""

    def __init__(self, handle: DeploymentHandle) -> None:
        self._handle = handle

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        if method.startswith("_"):
            raise AttributeError(method)

        async def call(*arguments: Any, **named: Any) -> Any:
            try:
                return await self._handle.call.remote(method, arguments, named)
            except RayTaskError as error:
                raise error.cause from None
            except (RayActorError, ReplicaUnavailableError):
                raise Problem("not-ready", "the office is being replaced", headers=_LATER) from None

        return call
