"""Equal orders are one call."""

import asyncio

import pytest

from deepimage.config import Recipe
from deepimage.serving.order import Order
from deepimage.serving.work.flights import Flights

from .slow import Slow

ORDER = Order(b"a", Recipe())


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_equal_orders_run_once_and_all_hear_of_it() -> None:
    async def story() -> None:
        slow, told = Slow(), []
        flights = Flights(slow)
        calls = [
            asyncio.create_task(flights.restore(Order(b"a", Recipe(), name), lambda *at: told.append(at)))
            for name in ("x", "y", "z")
        ]
        other = asyncio.create_task(flights.restore(Order(b"a", Recipe(scale=2))))
        await _settle()
        slow.go.set()
        assert {result.data for result in await asyncio.gather(*calls, other)} == {b"a"}
        assert slow.begun == 2
        assert told == [(1, 1)] * 3
        assert (await flights.restore(ORDER)).data == b"a"
        assert slow.begun == 3

    asyncio.run(story())


def test_the_work_ends_with_the_last_who_waits_for_it() -> None:
    async def story() -> None:
        slow = Slow()
        flights = Flights(slow)
        first, second = (asyncio.create_task(flights.restore(ORDER)) for _ in range(2))
        await _settle()
        first.cancel()
        await _settle()
        assert (slow.begun, slow.cancelled) == (1, 0)
        second.cancel()
        await _settle()
        assert slow.cancelled == 1
        slow.go.set()
        assert (await flights.restore(ORDER)).data == b"a"  # nobody joins a flight that was given up

    asyncio.run(story())


def test_an_error_reaches_all() -> None:
    class Broken(Slow):
        async def restore(self, order, progress=None):  # type: ignore[no-untyped-def]
            await super().restore(order)
            raise ValueError("broken")

    async def story() -> None:
        broken = Broken()
        flights = Flights(broken)
        calls = [asyncio.create_task(flights.restore(ORDER)) for _ in range(2)]
        await _settle()
        broken.go.set()
        for call in calls:
            with pytest.raises(ValueError, match="broken"):
                await call

    asyncio.run(story())
