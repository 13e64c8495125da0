"""Connected components: which hashes hang together, at once or through others."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.hamming import HASH

LINKS = pa.schema({"a": HASH, "b": HASH})
COMPONENTS = pa.schema({"pdq": HASH, "component": pa.int64()})


def components(links: pa.Table) -> pa.Table:
    """LINKS, in any order, repeated or not -> COMPONENTS: every linked hash and the number of its component."""
    ends = pc.dictionary_encode(pa.chunked_array([*links["a"].chunks, *links["b"].chunks], HASH)).combine_chunks()
    number = ends.indices.to_numpy()
    label = connected(len(ends.dictionary), number[: len(links)], number[len(links) :])
    return pa.table([ends.dictionary, label], schema=COMPONENTS)


def connected(count: int, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Nodes 0 to count - 1, links a (E,), b (E,) -> (count,): the least node of each one's component.

    Every label hooks on to its least neighbour and jumps to the end of its chain, until nothing moves
    (Shiloach and Vishkin 1982).
    """
    label = np.arange(count)
    while not np.array_equal(label[a], label[b]):
        least = np.minimum(label[a], label[b])
        np.minimum.at(label, label[a], least)
        np.minimum.at(label, label[b], least)
        while not np.array_equal(label, label[label]):
            label = label[label]
    return label
