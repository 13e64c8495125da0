"""The search for near copies: in one process for a catalogue, as a shuffle over hashes for an archive."""

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from deepimage.dedupe.candidates import Sampling, emit, reduce
from deepimage.dedupe.groups import components, members, near_duplicates, stars
from deepimage.dedupe.verify import Thresholds

Pick = Callable[[pa.Table], pa.Table]
Shuffle = Callable[[Iterator[pa.Table], Pick, str, Pick], Iterator[pa.Table]]

_ROWS = 100_000  # hashes that one map task takes


def near_copies(index: pa.Table, shuffle: Shuffle, shuffle_above: int) -> pa.Table:
    """Index rows of canonical pictures -> those that look like a better one; the same rows either way."""
    if index.num_rows <= shuffle_above:
        return near_duplicates(index)
    limits = Thresholds()
    sampling = Sampling.of(index.num_rows, limits.hamming)
    hashes = index.select(["pdq", "pdq_quality"])
    slices = (hashes.slice(start, _ROWS) for start in range(0, index.num_rows, _ROWS))
    found = shuffle(slices, partial(emit, sampling=sampling), "key", partial(reduce, sampling=sampling))
    return stars(members(index, components(pa.concat_tables(found))), limits).sort_by("input")
