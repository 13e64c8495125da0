"""A Workshop whose work lasts until it is told to end."""

import asyncio

from deepimage.serving.order import Order, Price, Progress, Result


class Slow:
    """Answers with the order's own bytes, one megapixel each."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = 0
        self.cancelled = 0

    async def price(self, order: Order) -> Price:
        return Price(1, 1)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        self.begun += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if progress:
            progress(1, 1)
        return Result(order.data, "png", 1000, 1000, "slow", seconds={"restore": 1.0})
