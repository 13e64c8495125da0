"""Who waits for a job hears of every change of it."""

import asyncio


class News:
    """Of one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def tell(self, id: str | None = None) -> None:
        """The job has changed; all have, where none is named: each has another place."""
        for told in [id] if id is not None else list(self._waiting):
            for waiter in self._waiting.pop(told, set()):
                if not waiter.done():
                    waiter.set_result(None)

    async def of(self, id: str, seconds: float) -> None:
        """Until the next change, or that long."""
        waiter = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(id, set())
        waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            waiters.discard(waiter)
            if not waiters and self._waiting.get(id) is waiters:
                del self._waiting[id]
