"""The same stage list on Ray Data: the only module that knows it.

A row is a picture; encoded bytes travel between stages, pixels never do. A stage with workers becomes an
actor pool, one without becomes tasks. Errors are columns of rows, so nothing here may drop a block.
"""

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import cached_property
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Dataset, TaskPoolStrategy
from ray.exceptions import RayError

from deepimage.batch.tables import Table
from deepimage.config import Runtime
from deepimage.errors import DeepimageError
from deepimage.runtime.balance import balanced
from deepimage.runtime.cluster import connect
from deepimage.runtime.engine import Pick, T, Width
from deepimage.runtime.watch import Busy, Ends
from deepimage.runtime.width import own_machine, read_nodes, width_of
from deepimage.stages.base import Rows, Stage
from deepimage.storage.schema import ROW

_DEATHS = 3  # times a dead worker is replaced before the run stops: a poison picture cannot loop it
_ANY = -1  # calls of a worker: until Ray has noticed that a node is gone, each try fails within milliseconds


class RayEngine:
    """Joins the cluster at `runtime.address`, or starts an embedded one and stops it again; not before it is needed."""

    def __init__(self, runtime: Runtime) -> None:
        here = {} if runtime.address else {"memory": 0, "restore_on": {}, "others_on": {}}  # one node, and it is ours
        self._runtime = runtime.model_copy(update=here)
        self._starter = ThreadPoolExecutor(1, "ray-start")
        self._started: Future[bool] | None = None

    def __enter__(self) -> "RayEngine":
        return self

    def __exit__(self, *error: object) -> None:
        if self._started and self._started.result():
            ray.shutdown()

    def warm_up(self) -> None:
        """Start or join the cluster in the background."""
        self._started = self._started or self._starter.submit(
            connect, self._runtime.address, cpus=2 * (self._runtime.actors or 0)
        )

    @cached_property
    def width(self) -> Width:
        """How wide the cluster is."""
        self._join()
        _configure(DataContext.get_current())
        return width_of(read_nodes() if self._runtime.address else own_machine(), self._runtime)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """See `Engine.call`: on a node that could hold a generator."""
        width = self.width
        needs = {"num_cpus": 1, "num_gpus": width.gpus, "memory": width.memory, "label_selector": dict(width.labels)}
        try:
            answer: T = ray.get(ray.remote(max_retries=_DEATHS, **needs)(function).remote(*arguments))
        except RayError as error:
            raise _broken(error) from error
        return answer

    def tell(self, rows: Rows, left: int) -> None:
        """See `Engine.tell`."""
        if self._watched:
            with suppress(Exception):  # a figure that is lost stops no run
                self._ends.tell(rows, left)

    def run(self, table: Table, pick: Pick, stages: Sequence[Stage]) -> Iterator[Rows]:
        """See `Engine.run`."""
        parts = table.parts()
        if not parts:
            return
        unit = min(stage.resources.rows for stage in stages)
        dataset = ray.data.from_arrow([pa.table({"part": [part]}) for part in parts])
        dataset = dataset.map_batches(
            _read,
            fn_args=(table, pick, unit),
            batch_size=1,
            batch_format="pyarrow",
            num_cpus=0.1,
            compute=TaskPoolStrategy(self._cores),
            udf_modifying_row_count=True,
        )
        dataset = dataset.repartition(target_num_rows_per_block=unit)
        for stage in stages:
            dataset = apply(dataset, stage, self._runtime.others_on, self._watched, self._cores)
        try:
            for batch in dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                yield batch.to_pylist()
        except RayError as error:
            raise _broken(error) from error

    def shuffle(self, tables: Iterator[pa.Table], emit: Pick, key: str, reduce: Pick) -> Iterator[pa.Table]:
        """See `Engine.shuffle`: a hash shuffle, one group at a time in memory."""
        dataset = ray.data.from_arrow(list(tables)).map_batches(
            emit, batch_size=None, batch_format="pyarrow", num_cpus=0.5, udf_modifying_row_count=True
        )
        groups = dataset.groupby(key, num_partitions=self.width.workers * 8)
        yield from groups.map_groups(reduce, batch_format="pyarrow").iter_batches(
            batch_size=None, batch_format="pyarrow"
        )

    def _join(self) -> None:
        self.warm_up()
        assert self._started
        self._started.result()

    @property
    def _cores(self) -> int | None:
        """Tasks of one stage at a time: every one is a process that takes seconds to start. None = as many as fit."""
        return None if self._runtime.address else os.cpu_count()

    @property
    def _watched(self) -> bool:
        """Nobody looks at an embedded cluster."""
        return self._runtime.address is not None

    @cached_property
    def _ends(self) -> Ends:
        self._join()
        return Ends()


def apply(
    dataset: Dataset,
    stage: Stage,
    elsewhere: Mapping[str, str] | None = None,
    watched: bool = False,
    tasks: int | None = None,
) -> Dataset:
    """`stage` as an operator: the one place where resources become Ray's arguments.

    `elsewhere`: labels of the nodes for what holds no generator; `tasks`: at most so many at once, none = no limit.
    """
    needs = stage.resources
    common: dict[str, Any] = {
        "batch_size": needs.rows,
        "batch_format": "pyarrow",
        "num_cpus": needs.cpus,
        "num_gpus": needs.gpus or None,
        "memory": needs.memory or None,
        "label_selector": dict(needs.labels if needs.labels is not None else elsewhere or {}) or None,
        "udf_modifying_row_count": False,
    }
    if needs.workers is None:
        return dataset.map_batches(_Task(stage), compute=TaskPoolStrategy(tasks), **common)
    pool = ActorPoolStrategy(
        min_size=needs.workers,
        max_size=max(needs.workers, needs.most or 0),
        max_concurrent_calls_per_actor=2,
        enable_true_multi_threading=True,
    )
    with warnings.catch_warnings():  # finite retries have no named parameter yet
        warnings.simplefilter("ignore", category=DeprecationWarning)
        return dataset.map_batches(
            _actor_of(stage, watched), compute=pool, max_restarts=_DEATHS, max_task_retries=_ANY, **common
        )


class _Actor:
    """A long-lived worker of one stage, which its subclass carries: arguments of a constructor can get lost."""

    stage: Stage
    watched: bool

    def __init__(self) -> None:
        self.stage.setup()
        self._busy = Busy(type(self.stage).__name__, self.stage.resources.rows) if self.watched else None

    def __call__(self, batch: pa.Table) -> pa.Table:
        with self._busy.with_batch(batch.num_rows) if self._busy else nullcontext():
            return _through(self.stage, batch)


def _actor_of(stage: Stage, watched: bool) -> type[_Actor]:
    return type(type(stage).__name__, (_Actor,), {"stage": stage, "watched": watched})


class _Task:
    """A stateless stage as a picklable function."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __call__(self, batch: pa.Table) -> pa.Table:
        self._stage.setup()
        return _through(self._stage, batch)


def _through(stage: Callable[[Rows], Rows], batch: pa.Table) -> pa.Table:
    """A stage's rows come back in one fixed schema: blocks with a column all null must still fit the others."""
    return pa.Table.from_pylist(stage(batch.to_pylist()), schema=getattr(stage, "schema", ROW))


def _read(batch: pa.Table, table: Table, pick: Pick, unit: int) -> pa.Table:
    rows = [pick(table.read(part)) for part in batch["part"].to_pylist()]
    return balanced(pa.concat_tables(rows), unit)


def _broken(error: RayError) -> DeepimageError:
    """One line: a worker's own error, which is a fault of ours or of the machine, never of a picture."""
    cause = getattr(error, "cause", None) or error
    last = str(cause).strip().splitlines()[-1]
    return DeepimageError(f"a worker broke and the run stopped, resumable: {type(cause).__name__}: {last}")


def _configure(context: DataContext) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", "The maximum number of concurrent tasks")  # ... is more than there is to do
    context.memory_usage_poll_interval_s = None  # reading the page tables of a generator costs as much as a decode
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = False
    context.max_errored_blocks = 0
    context.actor_task_retry_on_errors = False
    context.execution_no_progress_timeout_s = 3600
