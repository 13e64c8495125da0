import pytest
import torch

from deepimage.models.architectures.registry import ARCHITECTURES
from deepimage.models.published.deduction import deduce

from .published_nets import as_bsrgan, as_esrgan, rrdb, srvgg


def shapes(weights: dict[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(weight.shape) for name, weight in weights.items()}


@pytest.mark.parametrize(("scale", "unshuffle"), [(4, 1), (2, 1), (1, 1), (8, 1), (2, 2), (1, 4)])
def test_rrdb_is_told_from_its_shapes(scale: int, unshuffle: int) -> None:
    net = rrdb(scale, unshuffle, blocks=3, features=12, growth=5)
    facts = deduce(shapes(net.state_dict()))
    assert facts
    assert (facts.arch, facts.scale, facts.unshuffle, facts.multiple_of) == ("rrdb", scale, unshuffle, unshuffle)
    assert (facts.blocks, facts.features, facts.inner, facts.halo) == (3, 12, 5, net.halo)
    assert deduce(shapes(as_esrgan(net))) == facts
    assert deduce(shapes(as_bsrgan(net))) == facts
    ARCHITECTURES["rrdb"](facts).load_state_dict(net.state_dict())


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_srvgg_is_told_from_its_shapes(scale: int) -> None:
    net = srvgg(scale)
    facts = deduce(shapes(net.state_dict()))
    assert facts
    assert (facts.arch, facts.scale, facts.features, facts.blocks, facts.halo) == ("srvgg", scale, 8, 2, net.halo)
    ARCHITECTURES["srvgg"](facts).load_state_dict(net.state_dict())


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"weight": (3,)},
        {"body.0.weight": (8, 3, 3, 3)},
        {"body.0.weight": (8, 3, 3, 3), "body.1.weight": (8,), "body.2.weight": (8,)},
        {"body.0.weight": (), "body.1.weight": (), "body.2.weight": (3, 8, 3, 3)},
        {"body.0.weight": (8, 0, 3, 3), "body.1.weight": (8,), "body.2.weight": (12, 8, 3, 3)},
        {"conv_first.weight": (8, 3, 3, 3), "body.0.rdb1.conv1.weight": (4, 8, 3, 3)},
        {"conv_first.weight": (), "body.0.rdb1.conv1.weight": (), "conv_last.weight": ()},
        {"conv_first.weight": (8, 2, 3, 3), "body.0.rdb1.conv1.weight": (4, 8, 3, 3), "conv_last.weight": (3, 8, 3, 3)},
    ],
)
def test_other_shapes_tell_nothing(odd: dict[str, tuple[int, ...]]) -> None:
    assert deduce(odd) is None
