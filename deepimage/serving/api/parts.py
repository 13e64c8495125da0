"""What the routers are built from: the settings, and doors to the generator, the books and the metrics."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from deepimage.serving.api.receiving import Receiving
from deepimage.serving.config import Serving
from deepimage.serving.metrics import Metrics
from deepimage.serving.offices import Office
from deepimage.serving.order import Workshop


@dataclass(frozen=True)
class Parts:
    """One app's surroundings; `router(parts)` of each module of this package builds its routes from it."""

    config: Serving
    workshop: Workshop
    office: Office
    """In this process, or a handle on the replica that has it."""
    metrics: Metrics
    ready: Callable[[], Awaitable[bool]]
    """Whether the models are loaded and proven."""

    @cached_property
    def receiving(self) -> Receiving:
        """The bodies on their way in."""
        return Receiving(self.config)
