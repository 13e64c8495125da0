"""Units of like size: nothing is lost, none is much heavier than the others, large ones come first."""

import numpy as np
import pyarrow as pa
import pytest

from deepimage.runtime.balance import balanced


def units(table: pa.Table, rows: int) -> list[list[float]]:
    weights = table["megapixels"].to_pylist()
    return [weights[start : start + rows] for start in range(0, len(weights), rows)]


@pytest.mark.parametrize(("count", "rows"), [(0, 8), (1, 8), (8, 8), (17, 8), (1000, 8), (999, 3), (40, 1)])
def test_it_is_an_order_of_the_same_rows(count: int, rows: int) -> None:
    chance = np.random.default_rng(count)
    table = pa.table({"input": [str(i) for i in range(count)], "megapixels": chance.random(count)})
    dealt = balanced(table, rows)
    assert dealt.sort_by("input") == table.sort_by("input")
    assert dealt == balanced(table, rows)


def test_units_weigh_about_the_same() -> None:
    megapixels = np.random.default_rng(0).lognormal(0, 1, 800)
    table = pa.table({"megapixels": np.sort(megapixels)})  # as a listing by folders might come
    before = [sum(unit) for unit in units(table, 8)]
    after = [sum(unit) for unit in units(balanced(table, 8), 8)]
    assert max(before) / np.mean(before) > 3
    assert max(after) < max(megapixels) + np.mean(after)  # the largest picture is what no order can part
    assert np.percentile(after, 90) / np.mean(after) < 1.25


def test_the_largest_come_first_and_the_last_units_are_no_stragglers() -> None:
    dealt = units(balanced(pa.table({"megapixels": np.arange(1.0, 65.0)}), 8), 8)
    assert dealt[0][0] == 64
    assert [sum(unit) for unit in dealt] == [260] * 8


def test_bytes_stand_in_for_megapixels_and_unknown_ones_are_small() -> None:
    sizes = balanced(pa.table({"size": [1, 9, None, 5]}), 1)["size"].to_pylist()
    assert sizes == [9, 5, 1, None]
    assert balanced(pa.table({"input": ["a", "b"]}), 2)["input"].to_pylist() == ["a", "b"]
