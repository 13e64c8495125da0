"""Order -> Result: the bytes that `deepimage restore` makes with the same recipe."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np

from deepimage.image.codec.magic import sniff
from deepimage.image.codec.picture import Picture
from deepimage.image.finish import finish
from deepimage.metrics.consistency import consistency_db
from deepimage.models.catalog import Model
from deepimage.serving.order import Order, Price, Progress, Result
from deepimage.serving.work.codec import Codec
from deepimage.serving.work.generator import Generator, weights
from deepimage.stages.faithful import Judged, drifted, faithful, notes, redone
from deepimage.stages.opening import find_model
from deepimage.stages.shape import Shape, frame, shape


class Restoration:
    """Decodes in killable children, has the pixels restored by `generator`, encodes in a thread. A Workshop."""

    def __init__(self, generator: Generator, codec: Codec) -> None:
        self._generator = generator
        self._codec = codec
        self._find = lru_cache(64)(find_model)  # it reads the whole file for its digest

    async def price(self, order: Order) -> Price:
        """See Workshop."""
        height, width = await self._codec.size(order.data, order.recipe)
        scale = self._model(order).facts.scale
        return Price(self._shape(order, height, width).megapixels, height * width * scale**2 / 1e6)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        """See Workshop."""
        seconds: dict[str, float] = {}
        with _timed(seconds, "decode"):
            picture = await self._codec.decode(order.data, order.recipe)
        result = self._shape(order, *picture.pixels.shape[:2])
        with _timed(seconds, "restore"):
            sr = await self._generator.restore(order.recipe, picture.pixels, progress)
            judged = await self._judged(order, picture.pixels, sr, progress)

        def finished() -> Picture:
            return finish(picture, judged.sr, result.height, result.width, frame(order.recipe))

        with _timed(seconds, "encode"):
            data = await self._codec.encode(finished, result.format, order.recipe)
        model = self._model(order)
        return Result(
            data=data,
            format=result.format,
            width=result.width,
            height=result.height,
            model=f"{model.name}@{model.sha256[:12]}",
            consistency_db=judged.consistency_db,
            note=notes(picture.note, judged.note) or "",
            seconds=seconds,
        )

    async def _judged(self, order: Order, lr: np.ndarray, sr: np.ndarray, progress: Progress | None) -> Judged:
        first = Judged(sr, await asyncio.to_thread(consistency_db, lr, sr))
        if not drifted(order.recipe, first.consistency_db):
            return first
        again = await self._generator.restore(faithful(order.recipe), lr, progress)
        return await asyncio.to_thread(redone, lr, again, first)

    def _model(self, order: Order) -> Model:
        return self._find(weights(order.recipe))

    def _shape(self, order: Order, height: int, width: int) -> Shape:
        native = self._model(order).facts.scale
        result = shape(order.recipe, sniff(order.data), height, width, native)
        result.check(order.recipe)
        return result


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
