"""Both engines run the same list of stages over the same table and give the same rows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sample_stages import Count, Double, emit_pairs, even_names, everything, join_names

from deepimage.batch.tables import Table
from deepimage.config import Runtime, Storage
from deepimage.runtime import open_engine
from deepimage.runtime.engine import Engine
from deepimage.stages.base import Rows
from deepimage.storage.schema import INVENTORY
from deepimage.storage.store import Store

ENGINES = ["local", pytest.param("ray", marks=pytest.mark.ray)]


@pytest.fixture
def inventory(tmp_path: Path) -> Table:
    table = Table(Store.open(str(tmp_path), Storage()), "inventory", INVENTORY, "run")
    for part in range(3):
        table.append([{"input": f"{part}/{i:02d}", "uri": "u", "size": i} for i in range(20)])
    return table


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
    with open_engine(Runtime(engine=request.param)) as engine:
        yield engine


def compact(rows: Iterator[Rows]) -> list[tuple[object, ...]]:
    columns = ("input", "status", "error_code", "output_bytes", "output_sha256", "data")
    return sorted(tuple(row.get(name) for name in columns) for batch in rows for row in batch)


@pytest.mark.parametrize("workers", [1, 4])
def test_rows_are_those_of_the_plain_calls(engine: Engine, inventory: Table, workers: int) -> None:
    rows = [row for part in inventory.scan() for row in part.to_pylist()]
    stages = [Double(), Count(workers)]
    for stage in stages:
        stage.setup()
    expected = compact(iter([stages[1](stages[0](rows))]))
    assert len(expected) == 60
    assert compact(engine.run(inventory, everything, [Double(), Count(workers)])) == expected


def test_only_picked_rows_run(engine: Engine, inventory: Table) -> None:
    rows = [row for batch in engine.run(inventory, even_names, [Double()]) for row in batch]
    assert sorted(row["input"] for row in rows) == [f"{part}/{i}0" for part in range(3) for i in range(2)]


def test_an_empty_table_is_no_work(engine: Engine, tmp_path: Path) -> None:
    table = Table(Store.open(str(tmp_path / "none"), Storage()), "inventory", INVENTORY, "run")
    assert list(engine.run(table, everything, [Double()])) == []


def test_width_counts_the_machine(engine: Engine) -> None:
    assert engine.width.workers * engine.width.threads <= max(os.cpu_count() or 1, 1)


def test_shuffle_brings_equal_keys_together(engine: Engine, inventory: Table) -> None:
    engine.width  # noqa: B018  # starts what the engine needs
    groups = pa.concat_tables(engine.shuffle(inventory.scan(), emit_pairs, "key", join_names)).sort_by("key")
    assert groups["key"].to_pylist() == [str(i) for i in range(10)]
    assert groups["names"][3].as_py() == "0/03,0/13,1/03,1/13,2/03,2/13"
