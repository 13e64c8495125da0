import copy

import pytest
import torch

from deepimage.errors import ConfigError
from deepimage.models.generator import ResidualGenerator
from deepimage.training.config import Optimizer
from deepimage.training.step import State, charbonnier, follow, learning_rate, update

SETTINGS = Optimizer(steps=40, learning_rate=5e-3, warmup=4)


@pytest.fixture
def state() -> State:
    torch.manual_seed(0)
    generator = ResidualGenerator(4, 8, 1)
    return State(generator, copy.deepcopy(generator), torch.optim.AdamW(generator.parameters(), weight_decay=0.0))


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Squares with hard edges, reduced by averaging: there is something to learn."""
    torch.manual_seed(1)
    hr = torch.rand(4, 3, 8, 8).round().repeat_interleave(6, 2).repeat_interleave(6, 3)
    return torch.nn.functional.avg_pool2d(hr, 4), hr


@pytest.mark.parametrize("bf16", [False, True])
def test_the_loss_falls(state: State, batch: tuple[torch.Tensor, torch.Tensor], bf16: bool) -> None:
    losses = [update(state, *batch, SETTINGS, bf16) for _ in range(SETTINGS.steps)]
    assert losses[-1] < 0.75 * losses[0]
    assert state.step == SETTINGS.steps


def test_the_average_follows_behind(state: State, batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    first = update(state, *batch, SETTINGS, bf16=False)
    for _ in range(20):
        last = update(state, *batch, SETTINGS, bf16=False)
    averaged = charbonnier(state.average(batch[0]), batch[1]).item()
    assert last < averaged < first
    assert all(parameter.grad is None for parameter in state.average.parameters())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_refused_and_leaves_the_weights(
    state: State, batch: tuple[torch.Tensor, torch.Tensor], value: float
) -> None:
    update(state, *batch, SETTINGS, bf16=False)
    before = copy.deepcopy(state.generator.state_dict())
    with pytest.raises(ConfigError, match=r"step 1: the loss is .* lower learning_rate"):
        update(state, batch[0], torch.full_like(batch[1], value), SETTINGS, bf16=False)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert state.step == 1


def test_charbonnier_is_nearly_the_absolute_difference() -> None:
    a, b = torch.rand(2, 1, 3, 50, 50)
    assert charbonnier(a, b).item() == pytest.approx((a - b).abs().mean().item(), abs=1e-4)
    assert charbonnier(a, a).item() == pytest.approx(1e-3)


def test_the_learning_rate_rises_then_falls_to_its_end() -> None:
    rates = [learning_rate(step, SETTINGS) for step in range(SETTINGS.steps + 1)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == pytest.approx(SETTINGS.learning_rate)
    assert rates[-1] == pytest.approx(SETTINGS.final_learning_rate)
    assert learning_rate(10 * SETTINGS.steps, SETTINGS) == pytest.approx(SETTINGS.final_learning_rate)


def test_follow_keeps_the_share_it_is_told() -> None:
    average, generator = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.constant_(average.weight, 1.0)
    torch.nn.init.constant_(generator.weight, 0.0)
    follow(average, generator, 0.9)
    assert average.weight.item() == pytest.approx(0.9)
