import pytest
import torch
from torch import nn

from deepimage.training.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(12, 12), (8, 72), (72, 8), (1, 9)])
def test_all_singular_values_end_near_one_and_directions_stay(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrix))
    assert values.min() > 0.6
    assert values.max() < 1.25
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    turned = u.T @ orthogonal(matrix) @ v.T
    torch.testing.assert_close(turned, turned.diagonal().diag(), atol=1e-4, rtol=0)


def test_no_gradient_no_step() -> None:
    assert not orthogonal(torch.zeros(4, 9)).any()
    weight = nn.Parameter(torch.ones(4, 3, 3, 3))
    Muon([weight]).step()
    assert weight.eq(1).all()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_step_goes_downhill_whatever_the_layout_and_as_far_as_adamw(layout: torch.memory_format) -> None:
    torch.manual_seed(0)
    goal = torch.randn(16, 16, 3, 3)
    weight = nn.Parameter(torch.zeros_like(goal).to(memory_format=layout))
    optimizer = Muon([weight], lr=0.01)
    weight.grad = (weight - goal).detach()
    optimizer.step()
    assert (weight - goal).norm() < goal.norm()
    assert weight.square().mean().sqrt().item() == pytest.approx(0.2 * 0.01, rel=0.2)


def test_it_goes_on_from_a_saved_state() -> None:
    torch.manual_seed(0)
    ends = []
    for interrupted in (False, True):
        weight = nn.Parameter(torch.ones(6, 4))
        optimizer = Muon([weight], lr=0.1)
        for step in range(6):
            if interrupted and step == 3:
                saved = optimizer.state_dict()
                optimizer = Muon([weight])
                optimizer.load_state_dict(saved)
            weight.grad = (weight - torch.arange(24.0).reshape(6, 4)).detach()
            optimizer.step()
        ends.append(weight.detach().clone())
    assert torch.equal(*ends)
