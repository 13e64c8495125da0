"""What a pipeline asks of whatever runs it: rows of a table through a list of stages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from deepimage.batch.tables import Table
from deepimage.stages.base import Rows, Stage

Pick = Callable[[pa.Table], pa.Table]
S = TypeVar("S", bound=Stage)
T = TypeVar("T")


@dataclass(frozen=True)
class Width:
    """How wide a machine or cluster is for the generator."""

    workers: int  # generator workers
    threads: int  # CPU threads of each
    gpus: float  # GPUs of each
    probes: int  # probing workers
    most: int | None = None  # generator workers that there may be later
    memory: int = 0  # bytes that each generator worker reserves on its node
    labels: Mapping[str, str] = field(default_factory=dict)  # of the nodes that may hold one
    nodes: Mapping[str, int] = field(default_factory=lambda: {"": 1})  # group -> nodes of it, all that are paid for


def placed(stage: S, width: Width) -> S:
    """`stage`, which holds a generator, with the node and the memory that `width` gives each."""
    stage.resources = replace(stage.resources, most=width.most, memory=width.memory, labels=width.labels)
    return stage


class Engine(Protocol):
    """Runs stages; `with` opens and closes what it needs."""

    @property
    def width(self) -> Width:
        """How wide it is; the first look starts what is not running yet."""
        ...

    def warm_up(self) -> None:
        """Begin to start what `run` needs, without waiting for it."""
        ...

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """`function` of `arguments`, where and with what a generator worker would run."""
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
