"""A queue that ends."""

import asyncio

import pytest

from deepimage.config import Recipe
from deepimage.serving.config import Queue
from deepimage.serving.order import Order, Price
from deepimage.serving.problems import Problem
from deepimage.serving.work.admission import Admission

from .slow import Slow

ORDER = Order(b"a", Recipe())


@pytest.mark.parametrize("queue", [Queue(megapixels=2, requests=9), Queue(megapixels=9, requests=2)])
def test_what_does_not_fit_is_told_so_and_a_cancelled_one_makes_room(queue: Queue) -> None:
    async def story() -> None:
        slow = Slow()
        admission = Admission(slow, queue)
        first, second = (asyncio.create_task(admission.restore(ORDER)) for _ in range(2))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as caught:
            await admission.restore(ORDER)
        assert caught.value.code == "queue-full"
        assert int(caught.value.headers["Retry-After"]) >= 1
        first.cancel()
        await asyncio.sleep(0.01)
        third = asyncio.create_task(admission.restore(ORDER))
        await asyncio.sleep(0.01)
        slow.go.set()
        await asyncio.gather(second, third)
        assert slow.begun == 3
        assert (admission.requests, admission.megapixels) == (0, 0)

    asyncio.run(story())


def test_one_larger_than_the_queue_is_taken_alone() -> None:
    class Large(Slow):
        async def price(self, order: Order) -> Price:
            return Price(1, 99)

    async def story() -> None:
        large = Large()
        admission = Admission(large, Queue(megapixels=10))
        alone = asyncio.create_task(admission.restore(ORDER))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem):
            await admission.restore(ORDER)
        large.go.set()
        await alone

    asyncio.run(story())
