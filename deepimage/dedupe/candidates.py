"""Which hashes are worth comparing: locality-sensitive hashing by sampled bits, the same however the rows are cut.

Each of several tables samples 64 of the 256 bits, in an order of its own. Hashes that agree in the first `bits` of
them share a bucket; two hashes d bits apart do so in at least one table with probability
1 - (1 - (1 - d/256)^bits)^tables (Indyk and Motwani 1998). Within a bucket, sorted by the remaining sampled bits, a
hash is compared with the next `window` ones (Charikar 2002): with all of an ordinary bucket and with only the
likeliest of a crowded one. Of what is close, only who hangs together is passed on. So a catalogue of near-identical
pictures costs no square, neither in comparisons nor in rows.

`emit` and `reduce` are the two halves of a shuffle over hashes alone; `search` runs them in one process.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepimage.dedupe.components import LINKS, connected
from deepimage.dedupe.fingerprint import GATE
from deepimage.dedupe.hamming import HASH, HASH_BYTES, Words, fixed_bytes, hamming

SAMPLES = pa.schema({"key": pa.int64(), "sample": pa.uint64(), "pdq": HASH, "copies": pa.int64()})

_SAMPLED = 64
_FEWEST_BITS, _MOST_BITS = 8, 32
_HASHES_PER_BUCKET = 4  # fewer tables and a few idle comparisons: the quickest from 10,000 to 100,000 hashes
_HASHES_PER_GROUP = 2**20


@dataclass(frozen=True)
class Sampling:
    """The size of a search: `tables`, the `bits` of a bucket, and the first `split` of them that part the shuffle."""

    tables: int
    bits: int
    split: int = 0
    limit: int = 31
    """Hashes further apart than this many bits are not linked."""
    window: int = 32
    """How many of its bucket a hash is compared with."""

    @classmethod
    def of(cls, count: int, limit: int = 31, recall: float = 0.99) -> "Sampling":
        """For `count` hashes: a few unrelated hashes to a bucket, and tables enough that two hashes `limit` bits
        apart, the hardest to find, are found with probability `recall`."""
        bits = min(max(_bits_for(count / _HASHES_PER_BUCKET), _FEWEST_BITS), _MOST_BITS)
        missed_by_one = 1 - (1 - limit / 256) ** bits
        tables = math.ceil(math.log(1 - recall) / math.log(missed_by_one))
        return cls(tables, bits, _bits_for(count / _HASHES_PER_GROUP), limit)


def emit(batch: pa.Table, sampling: Sampling) -> pa.Table:
    """Rows with `pdq`, `pdq_quality` -> SAMPLES: a row per table and distinct hash, to be grouped by `key`."""
    return _samples(_distinct(batch), range(sampling.tables), sampling)


def reduce(group: pa.Table, sampling: Sampling) -> pa.Table:
    """SAMPLES, all rows of one or more keys -> LINKS: hashes at most `limit` bits apart, at once or through others.

    A hash of several pictures is linked to itself. Two keys may bring the same link.
    """
    rows = group.group_by(["key", "sample", "pdq"]).aggregate([("copies", "sum")]).sort_by("pdq")
    key, sample, pdq = rows["key"].to_numpy(), rows["sample"].to_numpy(), rows["pdq"]
    table, order = key >> sampling.split, np.lexsort((sample, key))
    bucket = (table.astype(np.uint64) << np.uint64(sampling.bits)) | sample >> np.uint64(_SAMPLED - sampling.bits)
    hashes = fixed_bytes(pdq, HASH_BYTES).view(np.uint64)
    left, right = _neighbours(bucket[order], hashes[order], sampling)
    first = connected(len(rows), order[left], order[right])
    linked = (first != np.arange(len(rows))) | ((table == 0) & (rows["copies_sum"].to_numpy() > 1))
    return pa.table([pdq.take(first[linked]), pdq.filter(linked)], schema=LINKS)


def search(rows: pa.Table, sampling: Sampling) -> pa.Table:
    """Rows with `pdq`, `pdq_quality` -> distinct LINKS, one table after the other, so that memory stays small."""
    hashes = _distinct(rows)
    found = [reduce(_samples(hashes, [table], sampling), sampling) for table in range(sampling.tables)]
    return pa.concat_tables(found).group_by(["a", "b"]).aggregate([])


def _distinct(rows: pa.Table) -> pa.Table:
    """The distinct usable hashes `pdq` and how many `copies` each has: equal ones are the usual skew of a catalogue."""
    usable = rows.filter(pc.and_(pc.is_valid(rows["pdq"]), pc.greater_equal(rows["pdq_quality"], GATE)))
    counts = pc.value_counts(usable["pdq"].cast(HASH))
    return pa.table({"pdq": counts.field("values"), "copies": counts.field("counts")})


def _samples(hashes: pa.Table, tables: Iterable[int], sampling: Sampling) -> pa.Table:
    bits = np.unpackbits(fixed_bytes(hashes["pdq"], HASH_BYTES), axis=1)
    parts = []
    for table in tables:
        sample = _sample(bits, table)
        prefix = (sample >> np.uint64(_SAMPLED - sampling.split)).astype(np.int64) if sampling.split else 0
        key = np.full(len(sample), table << sampling.split, dtype=np.int64) | prefix
        parts.append(pa.table([key, sample, hashes["pdq"], hashes["copies"]], schema=SAMPLES))
    return pa.concat_tables(parts)


def _sample(bits: npt.NDArray[np.uint8], table: int) -> npt.NDArray[np.uint64]:
    """bits (N,256) of 0 and 1 -> (N,) uint64: the table's 64 bits, its bucket in the highest ones.

    RandomState's stream is frozen by numpy's policy, so every machine and release samples the same bits.
    """
    chosen = np.random.RandomState(table).permutation(bits.shape[1])[:_SAMPLED]
    return np.packbits(np.take(bits, chosen, axis=1), axis=1).view(">u8")[:, 0].astype(np.uint64)


def _neighbours(
    bucket: npt.NDArray[np.uint64], hashes: Words, sampling: Sampling
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows sorted by bucket (N,), their hashes (N,4) -> indices (P,), (P,) of close rows of one bucket."""
    row = np.arange(len(bucket))
    lefts, rights = [row[:0]], [row[:0]]
    for step in range(1, sampling.window + 1):
        row = row[: np.searchsorted(row, len(bucket) - step)]
        row = row[bucket[row] == bucket[row + step]]
        close = row[hamming(hashes[row], hashes[row + step]) <= sampling.limit]
        lefts.append(close)
        rights.append(close + step)
    return np.concatenate(lefts), np.concatenate(rights)


def _bits_for(parts: float) -> int:
    return math.ceil(math.log2(max(parts, 1)))
