"""Rows are read by column and by value."""

import pyarrow as pa

from deepimage.report.rows import having, rows

BATCH = pa.RecordBatch.from_pydict({"a": ["x", "y", None, "x"], "b": [1, 2, 3, 4], "c": [0, 0, 0, 0]})


def test_only_the_named_columns_are_read() -> None:
    assert next(rows(BATCH, ("b", "a"))) == {"b": 1, "a": "x"}


def test_having_keeps_rows_with_one_of_the_values_and_never_null() -> None:
    assert having(BATCH, "a", "x").column("b").to_pylist() == [1, 4]
    assert having(BATCH, "a", "x", "y", "z").num_rows == 3
    assert having(BATCH, "a").num_rows == 0
