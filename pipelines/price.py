"""What a run would cost, before it is run: the plan, what carries it out, and a short measured trial."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from deepimage.batch.job import Job
from deepimage.batch.plan import ToRestore
from deepimage.batch.planning import Plan
from deepimage.config import Prices
from deepimage.report.figures import duration
from deepimage.runtime.engine import Engine, Width
from deepimage.stages.base import Rows
from deepimage.stages.trial import Trial, trial
from pipelines.catalog import prepare

_SAMPLES = 4  # pictures of the plan that are restored in part
_EXAMPLES = 5  # names shown of each reason to refuse
_UNGROUPED = "default"


@dataclass(frozen=True)
class Cost:
    """Money for the whole run, all nodes that are there now paid for all the time."""

    currency: str
    total: float
    per_1000_pictures: float
    unpriced: tuple[str, ...]  # groups of nodes that have no price

    def lines(self) -> list[str]:
        """For a person."""
        each = f"{self.per_1000_pictures:,.2f} per 1,000 pictures"
        missing = f"; without the nodes of {', '.join(self.unpriced)}: no price" if self.unpriced else ""
        return [f"cost          {self.total:,.2f} {self.currency}, {each}{missing}"]


@dataclass(frozen=True)
class Forecast:
    """The plan in figures. Speed and time hold for the machines that are there now, start-up apart."""

    actions: dict[str, int]
    refused: dict[str, list[str]]
    collisions: int
    megapixels_in: float
    megapixels_out: float
    actors: int
    threads: int
    gpus: float
    nodes: dict[str, int]
    megapixels_per_second: float  # all actors, each as fast as the one that was measured
    seconds: float
    output_bytes: int
    cost: Cost | None

    def to_json(self) -> str:
        """All figures, all refused names."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def lines(self) -> list[str]:
        """For a person."""
        counts = ", ".join(f"{number} {action}" for action, number in sorted(self.actions.items())) or "nothing"
        lines = [
            f"plan          {counts}",
            f"megapixels    {self.megapixels_in:,.1f} in, {self.megapixels_out:,.1f} out",
            f"actors        {self.actors}, each {self._each()}; nodes: {self._groups()}",
            f"time          {duration(self.seconds)} at {self.megapixels_per_second:.1f} output MP/s: "
            "one actor measured now, times actors",
            *(self.cost.lines() if self.cost else []),
            f"output        about {self.output_bytes / 1e6:,.1f} MB",
            f"collisions    {self.collisions} outputs get another name",
        ]
        for code, names in sorted(self.refused.items()):
            shown = ", ".join(map(repr, names[:_EXAMPLES])) + (", ..." if len(names) > _EXAMPLES else "")
            lines.append(f"{code:<13} {len(names)}: {shown}")
        return lines

    def _each(self) -> str:
        return f"{self.gpus:g} GPU" if self.gpus else f"{self.threads} threads"

    def _groups(self) -> str:
        return ", ".join(f"{number} {group}" for group, number in sorted(self.nodes.items()))


def forecast(job: Job, engine: Engine, quiet: bool = False) -> Forecast:
    """Look and plan as a run would, then measure what a worker does with a few of the planned pictures."""
    plan = prepare(job, engine, quiet)
    width = engine.width
    measured = engine.call(trial, job.recipe, _samples(job), width.threads)
    speed = measured.megapixels_per_second * width.workers
    return _foretell(plan, width, speed, measured, job.recipe.prices)


def _samples(job: Job) -> Rows:
    rows = [row for part in job.plan.scan() for row in ToRestore()(part).to_pylist()]
    return rows[:: max(len(rows) // _SAMPLES, 1)][:_SAMPLES]


def _foretell(plan: Plan, width: Width, speed: float, measured: Trial, prices: Prices) -> Forecast:
    seconds = plan.megapixels_out / speed if speed else 0.0
    nodes = {group or _UNGROUPED: number for group, number in width.nodes.items()}
    return Forecast(
        actions=plan.actions,
        refused=plan.refused,
        collisions=plan.collisions,
        megapixels_in=plan.megapixels_in,
        megapixels_out=plan.megapixels_out,
        actors=width.workers,
        threads=width.threads,
        gpus=width.gpus,
        nodes=nodes,
        megapixels_per_second=speed,
        seconds=seconds,
        output_bytes=int(plan.megapixels_out * 1e6 * measured.bytes_per_pixel),
        cost=cost(nodes, seconds, plan.whole + plan.strips, prices) if prices.node_hour else None,
    )


def cost(nodes: Mapping[str, int], seconds: float, pictures: int, prices: Prices) -> Cost:
    """Of `nodes` (group -> how many) for so long."""
    hourly = sum(prices.node_hour.get(group, 0) * number for group, number in nodes.items())
    total = hourly * seconds / 3600
    unpriced = tuple(sorted(group for group in nodes if group not in prices.node_hour))
    return Cost(prices.currency, total, 1000 * total / pictures if pictures else 0.0, unpriced)
