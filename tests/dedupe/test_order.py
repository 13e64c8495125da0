import numpy as np
import pytest

from deepimage.dedupe.order import canonical_order, run_starts

from .catalogue import index_of, shuffled


def best(*rows):
    table = index_of(*rows)
    return table["input"][canonical_order(table)[0].as_py()].as_py()


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"width": 601}, {"width": 600, "lossless": True}),
        ({"lossless": True, "jpeg_quality": None}, {"jpeg_quality": 100}),
        ({"jpeg_quality": 81}, {"jpeg_quality": 80, "bits": 16}),
        ({"jpeg_quality": 10}, {"jpeg_quality": None}),
        ({"bits": 16}, {"size": 2000}),
        ({"size": 1001}, {"size": 1000}),
    ],
)
def test_each_rule_outweighs_those_after_it(better, worse):
    assert best({"input": "z", **better}, {"input": "a", **worse}) == "z"


def test_the_name_decides_between_equals():
    assert best({"input": "b"}, {"input": "a"}, {"input": "c"}) == "a"


def test_the_order_does_not_depend_on_the_order_of_the_rows():
    rows = index_of(*({"input": f"{i}", "width": 100 + i % 3, "size": i % 5} for i in range(40)))
    orders = [t.take(canonical_order(t))["input"].to_pylist() for t in (shuffled(rows, seed) for seed in range(5))]
    assert all(order == orders[0] for order in orders)


def test_very_large_pictures_are_counted_without_overflow():
    assert best({"input": "small"}, {"input": "large", "width": 70_000, "height": 70_000}) == "large"


def test_run_starts_point_to_the_first_of_equals():
    assert run_starts(np.array([5, 5, 7, 9, 9, 9])).tolist() == [0, 0, 2, 3, 3, 3]
    assert run_starts(np.array([])).tolist() == []
