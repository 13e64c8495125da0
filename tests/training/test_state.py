from pathlib import Path

import pytest
import torch

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.training import state as states
from deepimage.training.config import Training
from deepimage.training.loop import facts

from .conftest import changed


def saved(config: Training, path: Path) -> Path:
    """A checkpoint of a net whose every weight has an effect."""
    state = states.new(config)
    for parameter in state.average.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    checkpoint.save(path, state.average, facts(config, state, {}), torch.float32)
    return path


def test_the_seed_decides_the_first_weights(config: Training) -> None:
    def head(seed: int) -> torch.Tensor:
        return states.new(changed(config, seed=seed)).generator.head.weight

    assert torch.equal(head(1), head(1))
    assert not torch.equal(head(1), head(2))


def test_a_state_comes_back_whole(gan: Training, tmp_path: Path) -> None:
    state = states.new(gan)
    state.step = 7
    states.save(state, tmp_path / "state.pt")
    other = states.new(changed(gan, seed=5))
    states.restore(other, tmp_path / "state.pt")
    assert other.step == 7
    assert state.critic
    assert other.critic
    for a, b in ((state.generator, other.generator), (state.critic.discriminator, other.critic.discriminator)):
        assert all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


def test_the_trunk_s_matrices_are_muon_s_and_all_else_adamw_s(config: Training) -> None:
    state = states.new(config)
    muon, adamw = (
        {id(weight) for group in optimizer.param_groups for weight in group["params"]}
        for optimizer in (state.optimizers.muon, state.optimizers.adamw)
    )
    assert muon == {id(weight) for weight in state.generator.body.parameters() if weight.dim() == 4}
    assert adamw == {id(weight) for weight in state.generator.parameters()} - muon


def test_the_state_of_another_net_or_stage_is_refused(config: Training, gan: Training, tmp_path: Path) -> None:
    states.save(states.new(config), tmp_path / "state.pt")
    for other in (changed(config, net={"features": 16}), gan):
        with pytest.raises(ConfigError, match="the state of another net"):
            states.restore(states.new(other), tmp_path / "state.pt")


@pytest.mark.parametrize("net", [{}, {"features": 12}, {"blocks": 3}, {"features": 12, "blocks": 2}])
def test_a_larger_net_begins_with_the_function_of_its_start(
    config: Training, tmp_path: Path, net: dict[str, int]
) -> None:
    start = saved(config, tmp_path / "start.safetensors")
    grown = states.new(changed(config, start=str(start), net=net)).generator
    lr = torch.rand(1, 3, 12, 12)
    with torch.inference_mode():
        torch.testing.assert_close(grown(lr), checkpoint.load(start).generator(lr))


def test_what_is_new_in_a_grown_net_learns(config: Training, tmp_path: Path) -> None:
    start = saved(config, tmp_path / "start.safetensors")
    grown = states.new(changed(config, start=str(start), net={"features": 12, "blocks": 2})).generator
    grown(torch.rand(1, 3, 12, 12)).square().sum().backward()
    assert grown.tail.weight.grad[:, 8:].abs().max() > 0
    assert grown.body[1].conv2.weight.grad.abs().max() > 0


def test_a_net_of_another_scale_takes_the_trunk(config: Training, tmp_path: Path) -> None:
    start = saved(config, tmp_path / "start.safetensors")
    other = states.new(changed(config, start=str(start), net={"scale": 2, "unshuffle": 2})).generator
    assert torch.equal(other.body[0].conv1.weight, checkpoint.load(start).generator.body[0].conv1.weight)
    assert not other.tail.weight.any()


@pytest.mark.parametrize(("net", "complaint"), [({"features": 4}, "larger than"), ({"arch": "plain"}, "another arch")])
def test_an_unfit_start_is_refused(config: Training, tmp_path: Path, net: dict[str, object], complaint: str) -> None:
    start = saved(config, tmp_path / "start.safetensors")
    with pytest.raises(ConfigError, match=complaint):
        states.new(changed(config, start=str(start), net=net))
