"""The search for near copies: in one process for a catalogue, as a shuffle over hashes for an archive."""

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from deepimage.dedupe.candidates import Sampling, emit, reduce, search
from deepimage.dedupe.components import LINKS
from deepimage.dedupe.groups import Thumbnails, near_duplicates

Pick = Callable[[pa.Table], pa.Table]
Shuffle = Callable[[Iterator[pa.Table], Pick, str, Pick], Iterator[pa.Table]]

_ROWS = 100_000  # hashes that one map task takes


def near_copies(index: pa.Table, thumbnails: Thumbnails, shuffle: Shuffle, shuffle_above: int) -> pa.Table:
    """See `near_duplicates`; the same rows either way."""
    return near_duplicates(
        index, thumbnails, search if index.num_rows <= shuffle_above else partial(_shuffled, shuffle)
    )


def _shuffled(shuffle: Shuffle, hashes: pa.Table, sampling: Sampling) -> pa.Table:
    slices = (hashes.slice(start, _ROWS) for start in range(0, hashes.num_rows, _ROWS))
    found = shuffle(slices, partial(emit, sampling=sampling), "key", partial(reduce, sampling=sampling))
    return pa.concat_tables([LINKS.empty_table(), *found])
