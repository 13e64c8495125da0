"""How the parts of one app process fit together round a generator."""

from dataclasses import dataclass

from deepimage.serving.config import Serving
from deepimage.serving.metrics import Metrics
from deepimage.serving.order import Workshop
from deepimage.serving.work.admission import Admission
from deepimage.serving.work.codec import Codec
from deepimage.serving.work.flights import Flights
from deepimage.serving.work.generator import Generator
from deepimage.serving.work.restoration import Restoration

_DECODERS = 2


@dataclass(frozen=True)
class Bench:
    """A workshop for waiting clients, another one for jobs, which wait elsewhere, and the codec they share."""

    workshop: Workshop
    patient: Workshop
    codec: Codec


def bench(config: Serving, generator: Generator, metrics: Metrics) -> Bench:
    """Round `generator`, watched by `metrics`."""
    codec = Codec(config.recipe, _DECODERS)
    restoration = Restoration(generator, codec)
    admission = Admission(restoration, config.queue)
    metrics.waiting_requests.set_function(lambda: admission.requests)
    metrics.waiting_megapixels.set_function(lambda: admission.megapixels)
    return Bench(Flights(admission), Flights(restoration), codec)
