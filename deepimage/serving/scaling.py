"""How many generator replicas there should be: by the megapixels that wait, not by the number of requests."""

import math
from typing import Any

from ray.serve.config import AutoscalingConfig, AutoscalingContext, AutoscalingPolicy

from deepimage.serving.config import Serving

METRIC = "waiting_megapixels"
_SECONDS_UP, _SECONDS_DOWN = 10, 300


def autoscaling(config: Serving) -> AutoscalingConfig:
    """From `generators` to `max_generators` replicas."""
    per_replica = {"per_replica": config.megapixels_per_generator}
    return AutoscalingConfig(
        min_replicas=config.generators,
        max_replicas=config.max_generators,
        upscale_delay_s=_SECONDS_UP,
        downscale_delay_s=_SECONDS_DOWN,
        policy=AutoscalingPolicy(policy_function=f"{__name__}:ByMegapixels", policy_kwargs=per_replica),
    )


class ByMegapixels:
    """Serve's autoscaling policy: as many replicas as the waiting megapixels fill, `per_replica` each."""

    def __init__(self, per_replica: float) -> None:
        self._per_replica = per_replica

    def __call__(self, context: AutoscalingContext) -> tuple[int, dict[str, Any]]:
        """(replicas wanted, state to keep: none)."""
        waiting = sum(((context.aggregated_metrics or {}).get(METRIC) or {}).values())
        wanted = math.ceil(waiting / self._per_replica)
        lowest, highest = context.capacity_adjusted_min_replicas, context.capacity_adjusted_max_replicas
        return min(max(wanted, lowest), highest), {}
