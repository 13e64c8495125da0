import pytest

from deepimage.errors import ConfigError
from deepimage.training.config import Guard
from deepimage.training.guard import check

GUARD = Guard(consistency_drop=2, winning=0.9, winning_steps=200)


def row(step: int, consistency: float = 35, told_apart: float = 0.6) -> dict[str, object]:
    return {"step": step, "consistency_db": consistency, "told_apart": told_apart}


def test_a_healthy_run_goes_on() -> None:
    check([], GUARD)
    check([row(0)], GUARD)
    check([row(0), row(100, 34, 0.99), row(200, 33.5, 0.7), row(300, 34, 0.99)], GUARD)


def test_a_run_that_leaves_its_inputs_is_stopped() -> None:
    with pytest.raises(ConfigError, match=r"step 200: .*collapsing: .* 2\.5 dB .*lower losses.adversarial"):
        check([row(0), row(100, 34), row(200, 32.5)], GUARD)


def test_a_discriminator_that_keeps_winning_stops_the_run() -> None:
    rows = [row(0), row(100, told_apart=0.95), row(200, told_apart=0.95)]
    with pytest.raises(ConfigError, match="tells 90% apart"):
        check(rows, GUARD)
    check([row(0, told_apart=0.5), row(300, told_apart=0.5), row(400, told_apart=0.95)], GUARD)
