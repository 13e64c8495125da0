"""A few decoder processes shared by all threads of one process."""

import queue
from typing import Any

import numpy as np

from deepimage.errors import ImageError
from deepimage.sandbox.worker import Died, Worker

_STRIKES = 2  # children that may die of one picture before it is to blame


class Sandbox:
    """Runs one function of (bytes, options) in killable child processes.

    `function` is "package.module:name"; it takes the bytes and a JSON-like dict and returns (facts, arrays): a
    JSON-like dict and a dict of numpy arrays. Children start at the first call that needs them, are replaced when
    they die, and end with their parent. Every call is bounded by `seconds` of wall time and `memory` bytes of
    address space.
    """

    def __init__(
        self,
        function: str = "deepimage.image.codec.decode:decode_arrays",
        children: int = 1,
        seconds: float = 30.0,
        memory: int = 4_000_000_000,
    ) -> None:
        self._workers = [Worker(function, seconds, memory) for _ in range(children)]
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()  # last in, first out: warm children stay warm
        for worker in self._workers:
            self._idle.put(worker)

    def call(self, data: bytes | memoryview, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """What the function returns for `data`; waits for a free child. Thread-safe.

        Raises the ImageError that the function raised, E_TIMEOUT past `seconds`, E_BOMB past `memory`, E_CRASH when
        two children died of these bytes; UsageError when no child can be started.
        """
        worker = self._idle.get()
        try:
            for _ in range(_STRIKES):
                try:
                    return worker.call(data, options)
                except Died as death:
                    cause = death
            raise ImageError("E_CRASH", f"its decoder process died {_STRIKES} times ({cause})")
        finally:
            self._idle.put(worker)

    def warm_up(self) -> None:
        """Start the children now instead of at the first call, and wait for them. Raises UsageError as `call` does."""
        held = [self._idle.get() for _ in self._workers]
        try:
            for worker in held:
                worker.start()
        finally:
            for worker in held:
                self._idle.put(worker)

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that have been started."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def close(self) -> None:
        """End all children, once their current calls are over; a later call would start them again."""
        held = [self._idle.get() for _ in self._workers]
        for worker in held:
            worker.stop()
            self._idle.put(worker)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()
