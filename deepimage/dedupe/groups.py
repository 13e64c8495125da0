"""Near duplicates as stars round a canonical picture, never as chains.

A looks like B and B like C does not make C a copy of A. So within a connected component of hashes the best picture
becomes a head, every picture that is verified against it joins it, and the rest begin anew. Every near duplicate has
a canonical picture that it was itself compared with and that is no near duplicate in turn.

`candidates` links hashes, in one process or as a shuffle; their `components` (few) are handed to `members`, and `stars`
takes the rows of whole components.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.candidates import Sampling, search
from deepimage.dedupe.components import components
from deepimage.dedupe.fingerprint import GATE, LAB_BYTES
from deepimage.dedupe.hamming import fixed_bytes
from deepimage.dedupe.order import canonical_order, run_starts
from deepimage.dedupe.verify import Looks, Thresholds, verify

_ROWS = 300_000  # thumbnails of 3 kB in memory at once

Thumbnails = Callable[[pa.ChunkedArray], Iterable[pa.Table]]
"""Inputs -> `input`, `lab` of those that have one, some at a time."""
Link = Callable[[pa.Table, Sampling], pa.Table]
"""Rows of `pdq`, `pdq_quality` -> LINKS."""
NEAR = pa.schema(
    {
        "input": pa.string(),
        "near_duplicate_of": pa.string(),
        "near_distance": pa.int32(),  # Hamming distance of the hashes
        "delta_e": pa.float32(),  # mean colour difference of the thumbnails, CIE 1976
    }
)


def near_duplicates(index: pa.Table, thumbnails: Thumbnails, link: Link = search) -> pa.Table:
    """Rows of the index, without exact copies -> NEAR, sorted by `input`; the same for every order of the rows.

    `index` has `input`, `pdq`, `pdq_quality`, `width`, `height`, `size`, `lossless`, `jpeg_quality`, `bits`. Only of
    pictures whose hashes hang together are the `thumbnails` asked for.
    """
    limits = Thresholds()
    links = link(index.select(["pdq", "pdq_quality"]), Sampling.of(index.num_rows, limits.hamming))
    found = [_within(part, thumbnails, limits) for part in _parts(members(index, components(links)))]
    return pa.concat_tables([NEAR.empty_table(), *found]).sort_by("input")


def _parts(alike: pa.Table) -> Iterator[pa.Table]:
    """Rows of `members`, whole components, so many at once as their thumbnails may fill memory."""
    rows = alike.sort_by("component")
    whole = np.append(np.unique(run_starts(rows["component"].to_numpy())), len(rows))
    cuts = np.unique(whole[np.searchsorted(whole, np.arange(0, len(rows) + _ROWS, _ROWS).clip(max=len(rows)))])
    for first, last in pairwise(cuts.tolist()):
        yield rows.slice(first, last - first)


def _within(part: pa.Table, thumbnails: Thumbnails, limits: Thresholds) -> pa.Table:
    rows = part.take(canonical_order(part, within=["component"]))
    labs = np.empty((len(rows), LAB_BYTES), np.uint8)
    seen = np.zeros(len(rows), dtype=bool)
    for table in thumbnails(rows["input"]):
        place = pc.index_in(table["input"], value_set=rows["input"]).to_numpy()
        labs[place], seen[place] = fixed_bytes(table["lab"], LAB_BYTES), True
    return stars(rows.filter(seen), Looks.of(rows.filter(seen), labs if seen.all() else labs[seen]), limits)


def members(rows: pa.Table, found: pa.Table) -> pa.Table:
    """Rows of the index, COMPONENTS -> the usable rows whose hash is in a component, with the column `component`."""
    position = pc.index_in(rows["pdq"], value_set=found["pdq"])
    taking_part = pc.and_(pc.is_valid(position), pc.greater_equal(rows["pdq_quality"], GATE))
    component = found["component"].take(position.filter(taking_part))
    return rows.filter(taking_part).append_column("component", component)


def stars(rows: pa.Table, looks: Looks, limits: Thresholds) -> pa.Table:
    """Rows of `members`, whole components, the best copy first, and their looks -> NEAR. All components advance one
    head at a time."""
    component = rows["component"].to_numpy()
    waiting = np.arange(len(rows))
    found = [(waiting[:0], waiting[:0], np.empty(0, np.int32), np.empty(0, np.float32))]
    while waiting.size:
        head = waiting[run_starts(component[waiting])]
        waiting, head = waiting[waiting != head], head[waiting != head]
        verdict = verify(looks, head, waiting, limits)
        same = verdict.same
        found.append((waiting[same], head[same], verdict.distance[same], verdict.delta_e[same]))
        waiting = waiting[~same]
    copy, head, distance, delta_e = (np.concatenate(column) for column in zip(*found, strict=True))
    return pa.table([rows["input"].take(copy), rows["input"].take(head), distance, delta_e], schema=NEAR)
