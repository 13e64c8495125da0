"""What a stage is: rows in, rows out, and what it needs of a machine. No Ray here.

A row is a dict of columns, one picture. A row whose `status` is set has met its end (quarantined,
failed, ...) and passes through every later stage untouched.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from deepimage.errors import DeepimageError, ImageError

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True)
class Resources:
    """What one worker of a stage holds."""

    cpus: float = 1
    gpus: float = 0
    rows: int = 8  # rows handed over at once
    workers: int | None = None  # long-lived workers with a `setup`; none = stateless tasks
    most: int | None = None  # workers that there may be later, when there is room for more
    memory: int = 0  # bytes that each reserves on its node
    labels: Mapping[str, str] | None = None  # of the nodes that it may run on; none = those of all that hold nothing


class Stage(Protocol):
    """A picklable callable; `setup` runs once in each worker, before the first rows.

    Rows are those of `storage.schema.ROW`; a stage that answers with others names their columns as `schema`.
    """

    resources: Resources

    def setup(self) -> None: ...

    def __call__(self, rows: Rows) -> Rows: ...


def ended(row: Row) -> bool:
    """Has this row met its end in an earlier stage?"""
    return row.get("status") is not None


def verdict(error: DeepimageError) -> Row:
    """The columns that record an error: the picture's own fault is quarantined, any other is failed and retried."""
    if isinstance(error, ImageError):
        return _end("quarantined", error.code, error.message)
    return _end("failed", None, str(error))


def _end(status: str, code: str | None, reason: str) -> Row:
    """No output: what was planned is not going to stand there."""
    return {"status": status, "error_code": code, "error": reason[:500], "output": None}


def each(rows: Rows, act: Callable[[Row], Row]) -> Rows:
    """Apply `act` to every living row; a DeepimageError becomes that row's verdict."""
    return [row if ended(row) else attempt(row, act) for row in rows]


def attempt(row: Row, act: Callable[[Row], Row]) -> Row:
    """`row` with the columns that `act` adds, or with the verdict on its error; never raises."""
    try:
        return row | act(row)
    except DeepimageError as error:
        return row | verdict(error)
    except Exception as error:  # a fault of ours must not let one picture stop a million others, run after run
        reason = f"unexpected {type(error).__name__}: {error}"
        return row | _end("failed", None, " ".join(reason.split()))
