"""What an operator watches, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from deepimage.serving.order import Result

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
_SHARES = (0.125, 0.25, 0.5, 0.75, 1)


class Metrics:
    """Of one process: an App replica, or a Generator replica. Thread-safe."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter("deepimage_requests", "Answers", ["route", "status"], registry=registry)
        self.errors = Counter("deepimage_errors", "Problems by code", ["code"], registry=registry)
        self.request_seconds = Histogram(
            "deepimage_request_seconds", "Request to answer", ["route"], buckets=_SECONDS, registry=registry
        )
        self.step_seconds = Histogram(
            "deepimage_step_seconds", "decode, restore, encode", ["step"], buckets=_SECONDS, registry=registry
        )
        self.megapixels = Counter("deepimage_megapixels", "Of results", ["model"], registry=registry)
        self.waiting_requests = Gauge("deepimage_waiting_requests", "Admitted, not answered", registry=registry)
        self.waiting_megapixels = Gauge("deepimage_waiting_megapixels", "Of these", registry=registry)
        self.waiting_tiles = Gauge("deepimage_waiting_tiles", "Not begun", registry=registry)
        self.batch_fill = Histogram(
            "deepimage_batch_fill", "How full batches are, 0 to 1", buckets=_SHARES, registry=registry
        )
        self.lost = Counter("deepimage_generators_lost", "Replicas that died with work in hand", registry=registry)

    def restored(self, result: Result) -> None:
        """One picture was made."""
        self.megapixels.labels(result.model).inc(result.megapixels)
        for step, seconds in result.seconds.items():
            self.step_seconds.labels(step).observe(seconds)

    def samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        """(name, labels, value) of all that there is now; without the times at which counting began."""
        for family in self._registry.collect():
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    yield sample.name, sample.labels, sample.value

    def text(self) -> bytes:
        """In Prometheus' exposition format, CONTENT_TYPE."""
        return generate_latest(self._registry)
