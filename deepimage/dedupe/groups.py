"""Near duplicates as stars round a canonical picture, never as chains.

A looks like B and B like C does not make C a copy of A. So within a connected component of hashes the best picture
becomes a head, every picture that is verified against it joins it, and the rest begin anew. Every near duplicate has
a canonical picture that it was itself compared with and that is no near duplicate in turn.

In one process: `near_duplicates`. As a shuffle: `candidates.emit` and `reduce` make links, their `components` (few) are
handed to `members`, and `stars` takes the rows of whole components.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.candidates import Sampling, search
from deepimage.dedupe.components import components
from deepimage.dedupe.exact import exact_duplicates
from deepimage.dedupe.fingerprint import GATE
from deepimage.dedupe.order import canonical_order, run_starts
from deepimage.dedupe.verify import Looks, Thresholds, verify

NEAR = pa.schema(
    {
        "input": pa.string(),
        "near_duplicate_of": pa.string(),
        "near_distance": pa.int32(),  # Hamming distance of the hashes
        "delta_e": pa.float32(),  # mean colour difference of the thumbnails, CIE 1976
    }
)


def near_duplicates(index: pa.Table, limits: Thresholds | None = None) -> pa.Table:
    """Rows of the index -> NEAR, sorted by `input`; the same for every order of the rows.

    `index` has `input`, `input_sha256`, `pdq`, `pdq_quality`, `lab`, `width`, `height`, `size`, `lossless`,
    `jpeg_quality`, `bits`. Of exact copies only the canonical one takes part.
    """
    limits = limits or Thresholds()
    copies = exact_duplicates(index)["input"]
    hashes = _without(index.select(["input", "pdq", "pdq_quality"]), copies)
    links = search(hashes, Sampling.of(len(hashes), limits.hamming))
    return stars(_without(members(index, components(links)), copies), limits).sort_by("input")


def members(rows: pa.Table, found: pa.Table) -> pa.Table:
    """Rows of the index, COMPONENTS -> the usable rows whose hash is in a component, with the column `component`."""
    position = pc.index_in(rows["pdq"], value_set=found["pdq"])
    taking_part = pc.and_(pc.is_valid(position), pc.greater_equal(rows["pdq_quality"], GATE))
    if "lab" in rows.column_names:  # an archive's thumbnails are read later, for these rows alone
        taking_part = pc.and_(taking_part, pc.is_valid(rows["lab"]))
    component = found["component"].take(position.filter(taking_part))
    return rows.filter(taking_part).append_column("component", component)


def stars(group: pa.Table, limits: Thresholds) -> pa.Table:
    """Rows of `members`, all of one or more components -> NEAR. All components advance one head at a time."""
    rows = group.take(canonical_order(group, within=["component"]))
    looks, component = Looks.of(rows), rows["component"].to_numpy()
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


def _without(rows: pa.Table, inputs: pa.ChunkedArray) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["input"], value_set=inputs)))
