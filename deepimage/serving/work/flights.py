"""Identical orders that arrive while the first is in work are one flight: restored once, answered to all."""

import asyncio
from dataclasses import dataclass, field

from deepimage.serving.order import Order, Price, Progress, Result, Workshop


@dataclass(eq=False)
class _Flight:
    task: asyncio.Task[Result]
    passengers: int = 0
    listeners: list[Progress] = field(default_factory=list)


class Flights:
    """A Workshop that lets equal orders share one call; it is cancelled when the last of its callers has gone."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._flights: dict[str, _Flight] = {}

    async def price(self, order: Order) -> Price:
        """See Workshop."""
        return await self._workshop.price(order)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        """See Workshop."""
        flight = self._flights.get(order.digest) or self._start(order)
        flight.passengers += 1
        if progress:
            flight.listeners.append(progress)
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.passengers -= 1
            if not flight.passengers:
                self._end(order, flight)

    def _start(self, order: Order) -> _Flight:
        listeners: list[Progress] = []

        def tell(done: int, total: int) -> None:
            for listener in listeners:
                listener(done, total)

        task = asyncio.create_task(self._workshop.restore(order, tell))
        flight = self._flights[order.digest] = _Flight(task, listeners=listeners)
        task.add_done_callback(lambda _: self._end(order, flight))
        return flight

    def _end(self, order: Order, flight: _Flight) -> None:
        """Nobody joins a flight that is over or has been given up."""
        flight.task.cancel()
        if self._flights.get(order.digest) is flight:
            del self._flights[order.digest]
