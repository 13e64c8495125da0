"""A fair sample of INPUT, small enough to travel with the work: nothing has to be written anywhere."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator

from deepimage.stages.base import Row


def draw(rows: Iterable[Row], limit: int, seed: int = 0) -> Iterator[Row]:
    """At most `limit` rows, each as likely as any other; the same names and seed draw the same, in whatever order."""

    def chance(row: Row) -> bytes:
        return hashlib.blake2b(f"{seed}/{row['input']}".encode(), digest_size=8).digest()

    yield from heapq.nsmallest(limit, rows, key=chance)
