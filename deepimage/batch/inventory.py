"""Inventory: what INPUT holds now; and which of it the index already knows."""

from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from deepimage.batch.job import Job
from deepimage.batch.tables import ROWS_PER_PART, Known, Table, digests
from deepimage.stages.base import Row, Rows
from deepimage.storage.sources import inventory

IDENTITY = ("input", "size", "version")  # a file with the same three has not changed


def take_inventory(job: Job) -> Iterator[Rows]:
    """List INPUT afresh, streaming, into the inventory table; the rows pass by as they are written."""
    before = job.inventory.parts()
    listed = job.listing() if job.listing else inventory(job.input, job.recipe.storage)
    for rows in _chunks(listed, ROWS_PER_PART):
        job.inventory.append(rows)
        yield rows
    job.inventory.drop(before)


class Unknown:
    """Picks the inventory rows that no index row describes yet; rows that cannot be read have none."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def __call__(self, table: pa.Table) -> pa.Table:
        new = ~self._known.holds(digests(table, IDENTITY)) & table["problem"].is_null().to_numpy()
        return table.filter(pa.array(new))


def unknown(job: Job) -> Unknown:
    """What the probe has left to do: new and changed files, and those that storage withheld or older limits judged."""
    known = []
    for table in job.index.latest([*IDENTITY, "status", "limits_digest"]):
        settled = [
            status != "failed" and (status is None or digest == job.limits_digest)
            for status, digest in zip(table["status"].to_pylist(), table["limits_digest"].to_pylist(), strict=True)
        ]
        known.append(digests(table.filter(pa.array(settled)), IDENTITY))
    return Unknown(Known(known))


def present(listed: Table, index: Table, columns: list[str]) -> Iterator[pa.Table]:
    """The newest index rows of what the inventory holds now."""
    here = Known(digests(table, IDENTITY) for table in listed.scan(IDENTITY))
    for table in index.latest(columns):
        yield table.filter(pa.array(here.holds(digests(table, IDENTITY))))


def _chunks(rows: Iterator[Row], size: int) -> Iterator[Rows]:
    while chunk := list(islice(rows, size)):
        yield chunk
