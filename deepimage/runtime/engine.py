"""What a pipeline asks of whatever runs it: rows of a table through a list of stages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from deepimage.batch.tables import Table
from deepimage.stages.base import Rows, Stage

Pick = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Width:
    """How wide a machine or cluster is for the generator."""

    workers: int  # generator workers
    threads: int  # CPU threads of each
    gpus: float  # GPUs of each
    probes: int  # probing workers


class Engine(Protocol):
    """Runs stages; `with` opens and closes what it needs."""

    @property
    def width(self) -> Width:
        """How wide it is; the first look starts what is not running yet."""
        ...

    def warm_up(self) -> None:
        """Begin to start what `run` needs, without waiting for it."""
        ...

    def __enter__(self) -> "Engine": ...

    def __exit__(self, *error: object) -> None: ...

    def run(self, table: Table, pick: Pick, stages: Sequence[Stage]) -> Iterator[Rows]:
        """The picked rows of `table` through `stages`, in batches as they are ready, in no particular order."""
        ...

    def tell(self, rows: Rows, left: int) -> None:
        """Pictures that have met their end, and how many have not: for those who watch a cluster."""
        ...

    def shuffle(self, tables: Iterator[pa.Table], emit: Pick, key: str, reduce: Pick) -> Iterator[pa.Table]:
        """Map `emit` over `tables`, bring rows of one `key` together, map `reduce` over each group."""
        ...
