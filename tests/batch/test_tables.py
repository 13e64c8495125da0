"""Tables: parts are appended whole, the newest row of a key wins, nothing is lost in between."""

from pathlib import Path

import pyarrow as pa
import pytest

from deepimage.batch import tables
from deepimage.batch.ledger import record
from deepimage.batch.tables import Table
from deepimage.config import Storage
from deepimage.stages.base import Rows
from deepimage.storage.store import Store

SCHEMA = pa.schema({"input": pa.string(), "value": pa.int64()})


def table(folder: Path, run_id: str = "run1") -> Table:
    return Table(Store.open(str(folder), Storage()), "things", SCHEMA, run_id)


def rows_of(parts: object) -> Rows:
    return pa.concat_tables([SCHEMA.empty_table(), *parts]).sort_by("input").to_pylist()  # type: ignore[misc]


def test_rows_come_back(tmp_path: Path) -> None:
    things = table(tmp_path)
    things.append([{"input": "a", "value": 1, "beyond": "left out"}, {"input": "b"}])
    assert rows_of(things.scan()) == [{"input": "a", "value": 1}, {"input": "b", "value": None}]
    assert rows_of(table(tmp_path / "none").scan()) == []


def test_the_newest_row_of_a_key_wins(tmp_path: Path) -> None:
    things = table(tmp_path)
    things.append([{"input": "a", "value": 1}, {"input": "b", "value": 1}])
    things.append([{"input": "a", "value": 2}])
    table(tmp_path, "run2").append([{"input": "a", "value": 3}])
    assert rows_of(things.latest()) == [{"input": "a", "value": 3}, {"input": "b", "value": 1}]
    assert rows_of(things.latest(["input", "value"], key=["input", "value"])) == rows_of(things.scan())


def test_replace_leaves_one_row_per_key(tmp_path: Path) -> None:
    table(tmp_path).append([{"input": "a", "value": 1}])
    things = table(tmp_path, "run2")
    things.append([{"input": "a", "value": 2}])
    things.replace(list(things.latest()))
    assert rows_of(things.scan()) == [{"input": "a", "value": 2}]


def test_large_tables_are_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_PER_PART", 10)
    things = table(tmp_path)
    things.append([{"input": str(i), "value": i} for i in range(35)])
    assert len(things.parts()) == 4
    assert len(rows_of(things.scan())) == 35


def test_a_column_that_an_older_version_did_not_write_is_null(tmp_path: Path) -> None:
    Table(Store.open(str(tmp_path), Storage()), "things", pa.schema({"input": pa.string()}), "old").append(
        [{"input": "a"}]
    )
    assert rows_of(table(tmp_path).scan()) == [{"input": "a", "value": None}]


def test_recorded_rows_survive_whatever_ends_the_loop(tmp_path: Path) -> None:
    things = table(tmp_path)

    def results() -> object:
        yield [{"input": "a", "value": 1}]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(record(things, results()))  # type: ignore[arg-type]
    assert rows_of(things.scan()) == [{"input": "a", "value": 1}]


def test_many_small_parts_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepimage.batch.ledger._SECONDS", -1)
    monkeypatch.setattr("deepimage.batch.ledger._MERGE", 5)
    things = table(tmp_path)
    for _ in record(things, ([{"input": str(i), "value": i}] for i in range(23))):
        pass
    assert len(things.parts()) <= 5 + 1
    assert len(rows_of(things.scan())) == 23
