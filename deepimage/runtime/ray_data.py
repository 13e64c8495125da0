"""The same stage list on Ray Data: the only module that knows it.

A row is a picture; encoded bytes travel between stages, pixels never do. A stage with workers becomes an
actor pool, one without becomes tasks. Errors are columns of rows, so nothing here may drop a block.
"""

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import cached_property
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Dataset
from ray.exceptions import RayError

from deepimage.batch.tables import Table
from deepimage.config import Runtime
from deepimage.errors import DeepimageError
from deepimage.runtime.cluster import connect
from deepimage.runtime.engine import Pick, Width
from deepimage.runtime.watch import Busy, Ends
from deepimage.stages.base import Rows, Stage
from deepimage.storage.schema import ROW

_DEATHS = 3  # times a dead worker is replaced before the run stops: a poison picture cannot loop it


class RayEngine:
    """Joins the cluster at `runtime.address`, or starts an embedded one and stops it again; not before it is needed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._starter = ThreadPoolExecutor(1, "ray-start")
        self._started: Future[bool] | None = None

    def __enter__(self) -> "RayEngine":
        return self

    def __exit__(self, *error: object) -> None:
        if self._started and self._started.result():
            ray.shutdown()

    def warm_up(self) -> None:
        """Start or join the cluster in the background."""
        self._started = self._started or self._starter.submit(connect, self._runtime.address)

    @cached_property
    def width(self) -> Width:
        """How wide the cluster is."""
        self._join()
        _configure(DataContext.get_current())
        return _width(self._runtime)

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
        dataset = ray.data.from_arrow([pa.table({"part": [part]}) for part in parts])
        dataset = dataset.map_batches(
            _read,
            fn_args=(table, pick),
            batch_size=1,
            batch_format="pyarrow",
            num_cpus=0.1,
            udf_modifying_row_count=True,
        )
        dataset = dataset.repartition(target_num_rows_per_block=min(stage.resources.rows for stage in stages))
        for stage in stages:
            dataset = apply(dataset, stage, self._watched)
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
    def _watched(self) -> bool:
        """Nobody looks at an embedded cluster."""
        return self._runtime.address is not None

    @cached_property
    def _ends(self) -> Ends:
        self._join()
        return Ends()


def apply(dataset: Dataset, stage: Stage, watched: bool = False) -> Dataset:
    """`stage` as an operator: the one place where resources become Ray's arguments."""
    needs = stage.resources
    common: dict[str, Any] = {
        "batch_size": needs.rows,
        "batch_format": "pyarrow",
        "num_cpus": needs.cpus,
        "num_gpus": needs.gpus or None,
        "udf_modifying_row_count": False,
    }
    if needs.workers is None:
        return dataset.map_batches(_Task(stage), **common)
    pool = ActorPoolStrategy(size=needs.workers, max_concurrent_calls_per_actor=2, enable_true_multi_threading=True)
    with warnings.catch_warnings():  # finite retries have no named parameter yet
        warnings.simplefilter("ignore", category=DeprecationWarning)
        return dataset.map_batches(
            _actor_of(stage, watched), compute=pool, max_restarts=_DEATHS, max_task_retries=_DEATHS, **common
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


def _read(batch: pa.Table, table: Table, pick: Pick) -> pa.Table:
    rows = [pick(table.read(part)) for part in batch["part"].to_pylist()]
    return pa.concat_tables(rows)


def _broken(error: RayError) -> DeepimageError:
    """One line: a worker's own error, which is a fault of ours or of the machine, never of a picture."""
    cause = getattr(error, "cause", None) or error
    last = str(cause).strip().splitlines()[-1]
    return DeepimageError(f"a worker broke and the run stopped, resumable: {type(cause).__name__}: {last}")


def _configure(context: DataContext) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context.memory_usage_poll_interval_s = None  # reading the page tables of a generator costs as much as a decode
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = False
    context.max_errored_blocks = 0
    context.actor_task_retry_on_errors = False
    context.execution_no_progress_timeout_s = 3600


def _width(runtime: Runtime) -> Width:
    """One generator worker per GPU; on CPUs one per four cores, which they share."""
    resources = ray.cluster_resources()
    cores = int(resources.get("CPU", 1)) if runtime.address else os.cpu_count() or 1
    gpus = int(resources.get("GPU", 0)) if runtime.device != "cpu" else 0
    workers = runtime.actors or gpus or max(cores // 4, 1)
    threads = runtime.threads or max(cores // workers, 1)
    return Width(workers, threads, min(gpus / workers, 1) if gpus else 0, probes=max(cores // 2, 1))
