"""Exact copies: files whose bytes are the same, by their sha256."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.order import canonical_order, run_starts

COPIES = pa.schema({"input": pa.string(), "duplicate_of": pa.string()})

_COLUMNS = ["input", "input_sha256", "width", "height", "lossless", "jpeg_quality", "bits", "size"]


def exact_duplicates(index: pa.Table) -> pa.Table:
    """Rows of the index -> COPIES: each input that has a better-placed exact copy, and that canonical copy.

    `index` has `input`, `input_sha256` and the columns of the canonical order; rows without a sha256 have no copies.
    The result is sorted by `input` and does not depend on the order of the rows.
    """
    repeated = _repeated(index["input_sha256"])
    rows = index.select(_COLUMNS).filter(pc.is_in(index["input_sha256"], value_set=repeated))
    rows = rows.take(canonical_order(rows, within=["input_sha256"]))
    head = run_starts(pc.dictionary_encode(rows["input_sha256"]).combine_chunks().indices.to_numpy())
    copy = np.flatnonzero(head != np.arange(len(rows)))
    inputs = rows["input"]
    return pa.table([inputs.take(copy), inputs.take(head[copy])], schema=COPIES).sort_by("input")


def _repeated(sha256: pa.ChunkedArray) -> pa.ChunkedArray:
    counts = pc.value_counts(sha256.drop_null())
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))
