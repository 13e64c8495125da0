"""What a run would cost, before it is run: the plan, and a short measured probe of this machine."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from deepimage.batch.job import Job
from deepimage.batch.plan import ToRestore
from deepimage.errors import DeepimageError
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Picture
from deepimage.image.codec.remote import decode
from deepimage.image.finish import finish
from deepimage.runtime.engine import Engine
from deepimage.stages.base import Row, Rows
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.storage.uri import fetch
from pipelines.catalog import prepare

_SAMPLES = 4  # pictures of the plan that are restored in part
_CROP = 320  # lr pixels
_EXAMPLES = 5  # names shown of each reason to refuse


@dataclass(frozen=True)
class Forecast:
    """The plan in figures. Speed and time hold for this machine alone, start-up apart."""

    actions: dict[str, int]
    refused: dict[str, list[str]]
    collisions: int
    megapixels_in: float
    megapixels_out: float
    megapixels_per_second: float
    seconds: float
    output_bytes: int

    def to_json(self) -> str:
        """All figures, all refused names."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def lines(self) -> list[str]:
        """For a person."""
        counts = ", ".join(f"{number} {action}" for action, number in sorted(self.actions.items())) or "nothing"
        lines = [
            f"plan          {counts}",
            f"megapixels    {self.megapixels_in:,.1f} in, {self.megapixels_out:,.1f} out",
            f"time          {self.seconds:,.0f} s at {self.megapixels_per_second:.1f} output MP/s, measured here now",
            f"output        about {self.output_bytes / 1e6:,.1f} MB",
            f"collisions    {self.collisions} outputs get another name",
        ]
        for code, names in sorted(self.refused.items()):
            shown = ", ".join(map(repr, names[:_EXAMPLES])) + (", ..." if len(names) > _EXAMPLES else "")
            lines.append(f"{code:<13} {len(names)}: {shown}")
        return lines


def forecast(job: Job, engine: Engine, quiet: bool = False) -> Forecast:
    """Look and plan as a run would, then measure this machine on a few of the planned pictures."""
    plan = prepare(job, engine, quiet)
    rows = [row for part in job.plan.scan() for row in ToRestore()(part).to_pylist()]
    step = max(len(rows) // _SAMPLES, 1)
    speed, bytes_per_pixel = _measure(job, rows[::step][:_SAMPLES])
    return Forecast(
        actions=plan.actions,
        refused=plan.refused,
        collisions=plan.collisions,
        megapixels_in=plan.megapixels_in,
        megapixels_out=plan.megapixels_out,
        megapixels_per_second=speed,
        seconds=plan.megapixels_out / speed if speed else 0.0,
        output_bytes=int(plan.megapixels_out * 1e6 * bytes_per_pixel),
    )


def _measure(job: Job, rows: Rows) -> tuple[float, float]:
    """(output MP/s, bytes per output pixel) of restoring and encoding a crop of each of `rows`."""
    restorer = open_restorer(job.recipe)
    made: list[tuple[int, int, float]] = []
    for row, picture in _crops(job, rows[:1] + rows):  # the first one warms up
        started = time.perf_counter()
        result = finish(picture, restorer.restore(picture.pixels), *_result_size(row, picture))
        encoded = encode(result, row["output_format"], job.recipe.output)
        made.append((result.pixels[..., 0].size, len(encoded), time.perf_counter() - started))
    pixels, size, seconds = (sum(column) for column in zip(*made[1:], strict=True)) if made[1:] else (0, 0, 0.0)
    return (pixels / 1e6 / seconds, size / pixels) if pixels else (0.0, 0.0)


def _crops(job: Job, rows: Rows) -> Iterator[tuple[Row, Picture]]:
    with open_decoders(job.recipe) as decoders:
        for row in rows:
            try:
                picture = decode(
                    decoders, fetch(row["uri"], job.recipe.storage, job.recipe.limits.max_bytes), job.recipe.limits
                )
            except DeepimageError:
                continue
            alpha = None if picture.alpha is None else picture.alpha[:_CROP, :_CROP]
            yield row, replace(picture, pixels=picture.pixels[:_CROP, :_CROP], alpha=alpha)


def _result_size(row: Row, crop: Picture) -> tuple[int, int]:
    height, width = crop.pixels.shape[:2]
    factor = row["output_height"] / row["height"]
    return max(round(height * factor), 1), max(round(width * factor), 1)
