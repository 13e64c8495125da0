"""The forecast: what a run costs at the user's prices, and what could not be priced."""

from pathlib import Path

import pytest
from catalogue import LOCAL, make, recipe

from deepimage.config import Prices
from pipelines import catalog, price

PRICES = Prices(currency="EUR", node_hour={"head": 0.2, "gpu": 1.0})


def test_all_nodes_are_paid_for_as_long_as_it_takes() -> None:
    cost = price.cost({"head": 1, "gpu": 4}, 7200, 500, PRICES)
    assert (cost.total, cost.per_1000_pictures, cost.unpriced) == (pytest.approx(8.4), pytest.approx(16.8), ())
    assert cost.lines() == ["cost          8.40 EUR, 16.80 per 1,000 pictures"]


def test_nodes_without_a_price_are_named() -> None:
    cost = price.cost({"cpu": 2, "gpu": 1, "default": 1}, 3600, 0, PRICES)
    assert (cost.total, cost.per_1000_pictures, cost.unpriced) == (1.0, 0.0, ("cpu", "default"))
    assert cost.lines()[0].endswith("without the nodes of cpu, default: no price")


def test_a_forecast_tells_actors_speed_time_and_money(tmp_path: Path) -> None:
    settings = recipe(LOCAL, "runtime.threads=1", "prices.node_hour={default: 3.6}")
    with catalog.opened(str(make(tmp_path / "in", 5)), str(tmp_path / "out"), settings) as (job, engine):
        forecast = price.forecast(job, engine, quiet=True)
    assert (forecast.actors, forecast.threads, forecast.nodes) == (1, 1, {"default": 1})
    assert forecast.seconds == pytest.approx(forecast.megapixels_out / forecast.megapixels_per_second)
    assert forecast.cost
    assert forecast.cost.total == pytest.approx(forecast.seconds / 1000)
    assert forecast.cost.per_1000_pictures == pytest.approx(forecast.seconds / 5)
    assert "actors        1, each 1 threads; nodes: 1 default" in forecast.lines()
    assert '"per_1000_pictures"' in forecast.to_json()


def test_without_prices_no_money(tmp_path: Path) -> None:
    with catalog.opened(str(make(tmp_path / "in", 2)), str(tmp_path / "out"), recipe(LOCAL)) as (job, engine):
        assert price.forecast(job, engine, quiet=True).cost is None
