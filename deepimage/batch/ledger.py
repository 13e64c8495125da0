"""Results become rows on storage within about a second, so that a killed run redoes only what was in flight."""

import time
from collections.abc import Iterable, Iterator

from deepimage.batch.tables import Table
from deepimage.stages.base import Rows

_SECONDS = 1.0  # a finished row waits at most this long for its part
_MERGE = 256  # parts of one run that are merged into one, so that a long run leaves few


def record(table: Table, results: Iterable[Rows]) -> Iterator[Rows]:
    """Pass `results` on, having written them to `table`; what is pending is written whatever ends the loop."""
    pending: Rows = []
    parts: list[str] = []
    written = time.monotonic()
    try:
        for rows in results:
            pending += rows
            if time.monotonic() - written > _SECONDS:
                parts += table.append(pending)
                pending, written = [], time.monotonic()
            if len(parts) >= _MERGE:
                parts = table.merge(parts)
            yield rows
    finally:
        if pending:
            table.append(pending)
