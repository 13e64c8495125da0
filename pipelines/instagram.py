"""An Instagram export goes in; a restored, dated, captioned library comes out, with a page to look at it.

    read the export -> [inventory -> probe -> dedupe, plan -> restore -> copy] -> publish -> finalize

What is between the brackets is the main job, as for every catalogue; so is the manifest, and so is taking it up again.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from deepimage.batch.job import SUCCESS, Job
from deepimage.instagram.layout import Place, arranged, description
from deepimage.instagram.publish import PAGE, publish
from deepimage.instagram.read import read_export
from deepimage.instagram.records import Export, Media
from deepimage.instagram.settings import Archive, sized
from deepimage.report.figures import count
from deepimage.report.progress import Progress
from deepimage.report.summary import Summary, summarize
from deepimage.runtime import open_engine
from deepimage.runtime.engine import Engine
from deepimage.stages.base import Row
from deepimage.stages.opening import find_model
from deepimage.storage.lock import exclusive
from deepimage.storage.roots import check_apart
from deepimage.storage.store import Entry
from pipelines import catalog

_VIDEO = "a video: left as it is"
_MISSING = "named by the export, and in none of its parts: give all of them"


@dataclass
class Library:
    """A job together with what the export told of its pictures."""

    job: Job
    engine: Engine
    export: Export
    places: dict[str, Place]


@contextmanager
def opened(parts: Sequence[str], output: str, recipe: Archive) -> Iterator[Library]:
    """The export, read, and the job that is to be done. Raises UsageError."""
    recipe = sized(recipe)
    for part in parts:
        check_apart(part, output)
    export = read_export(parts, recipe.storage, ZoneInfo(recipe.layout.timezone))
    known = export.media + [Media(mention, Entry(mention.path, mention.path)) for mention in export.missing]
    places = {place.key: place for place in arranged(known, recipe.layout.pattern)}
    told = {key: description(place.media, recipe.layout.gps, recipe.dpi) for key, place in places.items()}
    missing = {id(mention) for mention in export.missing}
    rows = [_row(place, id(place.media.mention) in missing) for place in places.values()]
    job = Job.open(parts[0], output, recipe, find_model(recipe), lambda: iter(rows), told)
    with exclusive(job.output), open_engine(recipe.runtime) as engine:
        yield Library(job, engine, export, places)


def run(library: Library, quiet: bool = False) -> Summary:
    """All of it; a run that was interrupted goes on, and one that was finished costs little."""
    job, started = library.job, time.monotonic()
    plan = catalog.prepare(job, library.engine, quiet)
    if plan.is_done and job.output.exists(SUCCESS):
        return summarize(job.manifest.batches, job.run_id, time.monotonic() - started)
    catalog.restore(job, library.engine, plan, quiet)
    with Progress(len(library.places), phase="publish", quiet=quiet) as progress:
        publish(job, library.places, lambda row: progress.update([row]))
    return catalog.close(job, time.monotonic() - started)


def show(library: Library, summary: Summary) -> None:
    """The closing words, and what was wrong with the export itself."""
    for document, why in library.export.problems.items():
        sys.stdout.write(f"unreadable   {document}: {why}; what it names was taken without its words\n")
    if library.export.missing:
        sys.stdout.write(f"missing      {count(len(library.export.missing), 'file')}: {_MISSING}\n")
    catalog.show(library.job, summary)
    sys.stdout.write(f"library      {library.job.output.url}/{PAGE}\n")


def _row(place: Place, missing: bool) -> Row:
    """As the inventory lists it: under its name in the library, with the reason where it is not to be restored."""
    entry = place.media.entry
    problem = _MISSING if missing else entry.problem or (_VIDEO if place.media.is_video else None)
    return {
        "input": place.key,
        "uri": entry.uri,
        "size": entry.size,
        "version": entry.version,
        "external_id": place.media.mention.path,
        "problem": problem,
    }
