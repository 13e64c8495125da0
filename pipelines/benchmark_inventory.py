"""How the books scale: a made-up inventory goes through listing, looking up, deduplication and planning.

No picture is made or read: what the probe would have found is drawn at random, a tenth of the pictures are exact and
another tenth near copies of others, all of one colour. Every phase runs on the real tables, in this process.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from deepimage.batch.inventory import take_inventory, unknown
from deepimage.batch.job import Job
from deepimage.batch.near import near_copies
from deepimage.batch.planning import make_plan
from deepimage.batch.tables import ROWS_PER_PART
from deepimage.config import load
from deepimage.errors import DeepimageError
from deepimage.runtime.local import LocalEngine
from deepimage.stages.base import Row
from deepimage.stages.opening import find_model
from deepimage.storage.schema import INDEX

_COPIES = 10  # one picture of so many is an exact copy of its forerunner, another one a near copy
_FLIPPED = 8  # bits of its hash that a near copy has changed
_LAB = 32 * 32 * 3


def measure(keys: int) -> Iterator[str]:
    """The phases in their order, as lines: CPU seconds and this process's largest size so far, per million keys."""
    with tempfile.TemporaryDirectory(prefix="deepimage-inventory-") as folder:
        job = _open(Path(folder), keys)
        yield f"{keys:,} keys; memory is this process's largest so far"
        yield _timed("listing", keys, lambda: sum(len(rows) for rows in take_inventory(job)))
        yield _timed("looking up", keys, lambda: sum(unknown(job)(part).num_rows for part in job.inventory.scan()))
        _look(job)
        yield _timed("looking up again", keys, lambda: _nothing_left(job))
        engine = LocalEngine(job.recipe.runtime)
        search = partial(near_copies, shuffle=engine.shuffle, shuffle_above=keys)
        yield _timed("deduplication, plan", keys, lambda: make_plan(job, search))


def _open(folder: Path, keys: int) -> Job:
    (folder / "in").mkdir()
    recipe = load(None, shortcuts={"model": "lanczos", "scale": 2})
    job = Job.open(str(folder / "in"), str(folder / "out"), recipe, find_model(recipe))
    return replace(job, listing=lambda: (_listed(number) for number in range(keys)))


def _listed(number: int) -> Row:
    key = f"shop-{number % 97:02d}/season-{number % 13:02d}/product-{number:09d}/front.jpg"
    return {"input": key, "uri": f"s3://catalogue-of-a-shop/{key}", "size": 90_000 + number % 9973, "version": "1"}


def _look(job: Job) -> None:
    """An index as the probe would have written it."""
    for turn, part in enumerate(job.inventory.scan()):
        job.index.append(_seen(part, np.random.default_rng(turn), job.limits_digest))


def _seen(part: pa.Table, chance: np.random.Generator, limits: str) -> pa.Table:
    rows = part.num_rows
    number = np.arange(rows)
    content = np.where(number % _COPIES == 1, number - 1, number)
    sha256 = chance.integers(0, 256, (rows, 32), dtype=np.uint8)[content]
    pdq = chance.integers(0, 256, (rows, 32), dtype=np.uint8)
    near = np.flatnonzero(number % _COPIES == 2)
    pdq[near] = pdq[near - 2]
    pdq[near, 0] ^= np.uint8(2**_FLIPPED - 1)
    pdq = pdq[content]
    width, height = (chance.integers(400, 900, rows // _COPIES + 1).repeat(_COPIES)[:rows] for _ in range(2))
    facts = {
        "input_sha256": [digest.tobytes().hex() for digest in sha256],
        "width": width,
        "height": height,
        "megapixels": width * height / 1e6,
        "pdq": [mark.tobytes() for mark in pdq],
        "lab": pa.repeat(bytes(_LAB), rows),
        "pdq_quality": np.full(rows, 100),
        "format": pa.repeat("jpeg", rows),
        "lossless": np.zeros(rows, bool),
        "jpeg_quality": np.full(rows, 75),
        "bits": np.full(rows, 8),
        "limits_digest": pa.repeat(limits, rows),
    }
    for name, column in facts.items():
        part = part.append_column(name, pa.array(column, INDEX.field(name).type))
    return part


def _nothing_left(job: Job) -> None:
    pick = unknown(job)
    if any(pick(part).num_rows for part in job.inventory.scan()):
        raise DeepimageError("the index does not know what it was told")


def _timed(phase: str, keys: int, act: Callable[[], object]) -> str:
    started = time.process_time()
    act()
    seconds = (time.process_time() - started) / keys * 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6 / keys * 1e6
    return f"{phase:<20} {seconds:8.1f} CPU s   {peak:6.2f} GB   per million"


assert ROWS_PER_PART % _COPIES == 0
