"""The search for near copies: in one process for a catalogue, as a shuffle over hashes for an archive."""

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.candidates import Sampling, emit, reduce, search
from deepimage.dedupe.components import LINKS, components
from deepimage.dedupe.groups import members, stars
from deepimage.dedupe.verify import Thresholds

Pick = Callable[[pa.Table], pa.Table]
Thumbnails = Callable[[pa.ChunkedArray], pa.Table]
Shuffle = Callable[[Iterator[pa.Table], Pick, str, Pick], Iterator[pa.Table]]

_ROWS = 100_000  # hashes that one map task takes


def near_copies(index: pa.Table, thumbnails: Thumbnails, shuffle: Shuffle, shuffle_above: int) -> pa.Table:
    """Index rows of canonical pictures -> those that look like a better one; the same rows either way.

    Only of pictures whose hashes hang together are the `thumbnails` asked for: inputs -> rows of `input`, `lab`.
    """
    limits = Thresholds()
    sampling = Sampling.of(index.num_rows, limits.hamming)
    hashes = index.select(["pdq", "pdq_quality"])
    if index.num_rows <= shuffle_above:
        links = search(hashes, sampling)
    else:
        slices = (hashes.slice(start, _ROWS) for start in range(0, index.num_rows, _ROWS))
        found = shuffle(slices, partial(emit, sampling=sampling), "key", partial(reduce, sampling=sampling))
        links = pa.concat_tables([LINKS.empty_table(), *found])
    alike = members(index, components(links))
    return stars(_seen(alike, thumbnails(alike["input"])), limits).sort_by("input")


def _seen(rows: pa.Table, thumbnails: pa.Table) -> pa.Table:
    """`rows` with their `lab`; those without one are left out."""
    position = pc.index_in(rows["input"], value_set=thumbnails["input"])
    lab = thumbnails["lab"].take(position)
    return rows.append_column("lab", lab).filter(lab.is_valid())
