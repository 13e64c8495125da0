from collections.abc import Callable
from typing import Any

import pytest
import torch

from deepimage.models.architectures.rrdb import RRDBNet
from deepimage.models.published.names import plain, unwrap

from .published_nets import Weights, as_bsrgan, as_esrgan, rrdb, srvgg


@pytest.mark.parametrize("renamed", [as_esrgan, as_bsrgan])
@pytest.mark.parametrize(("scale", "unshuffle"), [(4, 1), (2, 1), (1, 1), (8, 1), (2, 2)])
def test_every_tool_s_rrdb_comes_back_under_one_set_of_names(
    renamed: Callable[[RRDBNet], Weights], scale: int, unshuffle: int
) -> None:
    net = rrdb(scale, unshuffle)
    old = renamed(net)
    assert "conv_body.weight" not in old
    back, expected = plain(old), net.state_dict()
    assert set(back) == set(expected)
    assert all(torch.equal(back[name], expected[name]) for name in expected)


@pytest.mark.parametrize("net", [rrdb(), srvgg()])
def test_names_that_are_plain_already_stay(net: torch.nn.Module) -> None:
    assert list(plain(net.state_dict())) == list(net.state_dict())


@pytest.mark.parametrize("names", [[], ["model.0.weight"], ["model.1.sub.0.weight", "model.0.weight"], ["a", "b."]])
def test_names_of_other_nets_stay(names: list[str]) -> None:
    assert list(plain(dict.fromkeys(names))) == names


@pytest.mark.parametrize(
    "content",
    [
        {"params_ema": {"w": 1}, "params": {"w": 2}},
        {"params": {"w": 1}, "iter": 5000},
        {"state_dict": {"module.w": 1}},
        {"model": {"params_ema": {"w": 1}}},
        {"module.w": 1},
        {"w": 1},
    ],
)
def test_weights_are_found_inside_what_tools_save(content: dict[str, Any]) -> None:
    assert unwrap(content) == {"w": 1}
