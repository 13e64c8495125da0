"""The main job: a dirty catalogue goes in, a restored one comes out, and a manifest accounts for every file.

    inventory -> probe -> dedupe, plan -> restore -> copy the duplicates -> finalize

Every phase leaves Parquet under OUTPUT/_deepimage and takes up where a killed run left it.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pyarrow.compute as pc

from deepimage.batch.aliases import with_twins
from deepimage.batch.finalize import finalize
from deepimage.batch.inventory import take_inventory, unknown
from deepimage.batch.job import REPORT, SUCCESS, SUMMARY, Job
from deepimage.batch.ledger import record
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
from deepimage.stages.base import Stage
from deepimage.stages.copy import Copy
from deepimage.stages.fetch import Fetch
from deepimage.stages.opening import find_model, open_viewer
from deepimage.stages.probe import Probe
from deepimage.stages.restore import Restore
from deepimage.stages.strips import RestoreStrips
from deepimage.stages.write import Write
from deepimage.storage.lock import exclusive
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

    def carry_out(pick: Pick, stages: Sequence[Stage], progress: Progress) -> None:
        for rows in record(job.manifest, engine.run(job.plan, pick, stages)):
            progress.update(row | {"megapixels": output_megapixels(row)} for row in rows)

    for part in job.plan.scan():
        job.manifest.append(part.filter(pc.equal(part["action"], "record")))
    with Progress(plan.whole + plan.strips, plan.megapixels_out, phase="restore", quiet=quiet) as progress:
        if plan.whole:
            carry_out(ToRestore(strips=False), restoring(job, engine.width), progress)
        if plan.strips:
            carry_out(ToRestore(strips=True), restoring_in_strips(job, engine.width), progress)
    if plan.aliases:
        with Progress(plan.aliases, phase="copy", quiet=quiet) as progress:
            carry_out(with_twins(job), [Copy(job.output)], progress)


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
