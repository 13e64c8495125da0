"""The main job: a dirty catalogue goes in, a restored one comes out, and a manifest accounts for every file.

    inventory -> probe -> dedupe, plan -> restore -> copy the duplicates -> finalize

Every phase leaves Parquet under OUTPUT/_deepimage and takes up where a killed run left it.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pyarrow.compute as pc

from deepimage.batch.aliases import with_twins
from deepimage.batch.bands import judged, missing_bands, remove_bands, waves
from deepimage.batch.finalize import finalize
from deepimage.batch.inventory import take_inventory, unknown
from deepimage.batch.job import REPORT, SUCCESS, SUMMARY, Job
from deepimage.batch.ledger import record
from deepimage.batch.memory import MemoryTable, every_row
from deepimage.batch.near import near_copies
from deepimage.batch.plan import ToRestore, output_megapixels
from deepimage.batch.planning import Plan, make_plan
from deepimage.config import Recipe
from deepimage.report.gallery import Pictures
from deepimage.report.page import report
from deepimage.report.progress import Progress
from deepimage.report.summary import Summary, summarize
from deepimage.report.summary import show as show_summary
from deepimage.runtime import open_engine
from deepimage.runtime.engine import Engine, Pick, Width, placed
from deepimage.runtime.local import LocalEngine
from deepimage.stages.bands import RestoreBand
from deepimage.stages.base import Rows, Stage
from deepimage.stages.copy import Copy
from deepimage.stages.fetch import Fetch
from deepimage.stages.opening import find_model, open_viewer
from deepimage.stages.probe import Probe
from deepimage.stages.restore import Restore
from deepimage.stages.stitch import Stitch
from deepimage.stages.strips import RestoreStrips
from deepimage.stages.write import Write
from deepimage.storage.lock import exclusive
from deepimage.storage.schema import ROW
from deepimage.storage.uri import fetch


def probing(job: Job, width: Width) -> Sequence[Stage]:
    """What a picture is: facts, fingerprint, or why it is none."""
    recipe = job.recipe
    return [Fetch(recipe, rows=16), Probe(recipe.limits, width.probes, recipe.runtime.decoders)]


def restoring(job: Job, width: Width) -> Sequence[Stage]:
    """The work itself; only the middle stage holds a generator."""
    recipe, rows = job.recipe, job.recipe.runtime.batch_rows
    generator = Restore(recipe, width.workers, width.threads, width.gpus, job.descriptions)
    return [Fetch(recipe, rows), placed(generator, width), Write(job.output, rows)]


def restoring_in_strips(job: Job, width: Width) -> Sequence[Stage]:
    """The same for pictures too large to be held whole; the result goes straight to the store."""
    generator = RestoreStrips(job.recipe, job.output, width.workers, width.threads, width.gpus)
    return [placed(generator, width)]


def restoring_bands(job: Job, width: Width) -> Sequence[Stage]:
    """A band a row of pictures too large for one worker; the bands wait in the store."""
    return [placed(RestoreBand(job.recipe, job.output, width.workers, width.threads, width.gpus), width)]


def stitching(job: Job) -> Sequence[Stage]:
    """Bands to results."""
    return [Stitch(job.recipe, job.output, job.scale)]


@contextmanager
def opened(input: str, output: str, recipe: Recipe) -> Iterator[tuple[Job, Engine]]:
    """The job and what runs it; refuses what cannot work before anything is started. Raises UsageError."""
    job = Job.open(input, output, recipe, find_model(recipe))
    with exclusive(job.output), open_engine(recipe.runtime) as engine:
        yield job, engine


def run(job: Job, engine: Engine, quiet: bool = False) -> Summary:
    """All phases. An interrupted run leaves OUTPUT so that the same command goes on."""
    started = time.monotonic()
    plan = prepare(job, engine, quiet)
    if plan.is_done and job.output.exists(SUCCESS):
        return summarize(job.manifest.batches, job.run_id, time.monotonic() - started)
    restore(job, engine, plan, quiet)
    return close(job, time.monotonic() - started)


def prepare(job: Job, engine: Engine, quiet: bool = False) -> Plan:
    """List INPUT, look at every new picture, decide. Makes no picture."""
    job.output.sweep_temporary()
    with Progress(phase="list", quiet=quiet) as progress:
        for rows in take_inventory(job):
            progress.update(rows)
    pick = unknown(job)
    total = sum(pick(part).num_rows for part in job.inventory.scan())
    if total:
        engine.warm_up()
        runtime = job.recipe.runtime
        looker = engine if total >= runtime.look_here_below else LocalEngine(runtime)
        with Progress(total, phase="look", quiet=quiet) as progress:
            looked = looker.run(job.inventory, pick, probing(job, looker.width))
            stamped = ([row | {"limits_digest": job.limits_digest} for row in rows] for rows in looked)
            for rows in record(job.index, stamped):
                progress.update(rows)
    search = partial(near_copies, shuffle=engine.shuffle, shuffle_above=job.recipe.runtime.shuffle_above)
    return make_plan(job, search)


def restore(job: Job, engine: Engine, plan: Plan, quiet: bool = False) -> None:
    """Carry out the plan; a finished picture has its manifest row within about a second."""
    pictures = plan.whole + plan.strips + plan.bands
    closing = Closing(job, engine, pictures + plan.aliases)

    def carry_out(pick: Pick, stages: Sequence[Stage], progress: Progress) -> None:
        for rows in closing.record(engine.run(job.plan, pick, stages)):
            progress.update(row | {"megapixels": output_megapixels(row)} for row in rows)

    for part in job.plan.scan():
        only_rows = part.filter(pc.equal(part["action"], "record"))
        job.manifest.append(only_rows)
        engine.tell(only_rows.select(["status", "output_width", "output_height"]).to_pylist(), closing.left)
    with Progress(pictures, plan.megapixels_out, phase="restore", quiet=quiet) as progress:
        if plan.whole:
            carry_out(ToRestore(strips=False), restoring(job, engine.width), progress)
        if plan.strips:
            carry_out(ToRestore(strips=True, bands=False), restoring_in_strips(job, engine.width), progress)
        if plan.bands:
            for wave in waves(job.plan, engine.width.workers):
                restore_in_bands(closing, wave, progress)
    if plan.aliases:
        with Progress(plan.aliases, phase="copy", quiet=quiet) as progress:
            carry_out(with_twins(job), [Copy(job.output)], progress)


@dataclass
class Closing:
    """Pictures that meet their end: written into the manifest, and told to those who watch a cluster."""

    job: Job
    engine: Engine
    left: int

    def record(self, batches: Iterable[Rows]) -> Iterator[Rows]:
        """Pass the batches on; their rows are written within about a second."""
        for rows in record(self.job.manifest, batches):
            self.left -= len(rows)
            self.engine.tell(rows, self.left)
            yield rows


def restore_in_bands(closing: Closing, wave: Rows, progress: Progress) -> None:
    """Every band of some pictures, except what a killed run has left of them, and then the pictures."""
    job, engine = closing.job, closing.engine
    bands: Rows = []
    missing = MemoryTable(missing_bands(wave, job.output), ROW)
    for rows in engine.run(missing, every_row, restoring_bands(job, engine.width)):
        bands += rows
        progress.update({"images": 0, "megapixels": output_megapixels(row) / row["bands"]} for row in rows)
    pictures = MemoryTable(judged(wave, bands), ROW)
    for rows in closing.record(engine.run(pictures, every_row, stitching(job))):
        progress.update({"status": row["status"]} for row in rows)
    remove_bands(wave, job.output)


def close(job: Job, seconds: float) -> Summary:
    """Reconcile, tell, and only then say `_SUCCESS`."""
    finalize(job)
    summary = summarize(job.manifest.batches, job.run_id, seconds)
    job.output.write(SUMMARY, summary.to_json().encode())
    pictures = Pictures(partial(fetch, settings=job.recipe.storage), job.output.read, open_viewer(job.recipe))
    page = report(job.manifest.batches, summary, describe(job), job.output.url, pictures)
    job.output.write(REPORT, page.encode())
    job.output.write(SUCCESS, b"")
    return summary


def describe(job: Job) -> dict[str, str]:
    """What the report tells of the recipe."""
    settings = job.recipe.model_dump(mode="json", exclude_defaults=True, exclude={"runtime", "storage", "prices"})
    return {"model": job.model.name} | {key: str(value) for key, value in settings.items()}


def show(job: Job, summary: Summary) -> None:
    """The closing words: figures, and where to look."""
    show_summary(summary, sys.stdout)
    sys.stdout.write(f"manifest     {job.output.url}/{job.manifest.folder}\nreport       {job.output.url}/{REPORT}\n")
