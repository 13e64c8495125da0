"""A replica's figures through Ray, which shows those of all replicas: /metrics is of the one that happens to answer."""

import asyncio
import logging

from ray.util.metrics import Gauge

from deepimage.serving.metrics import Metrics

_SECONDS = 5.0

log = logging.getLogger(__name__)


class Exported:
    """Each sample of `metrics` under its own name, as a gauge: totals and buckets are counted already."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._gauges: dict[str, Gauge] = {}
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                self._tell()
            except Exception:
                log.exception("figures are not told")
            await asyncio.sleep(_SECONDS)

    def _tell(self) -> None:
        for name, labels, value in self._metrics.samples():
            if name not in self._gauges:
                self._gauges[name] = Gauge(name, "See deepimage/serving/metrics.py", tuple(labels))
            self._gauges[name].set(value, labels)
