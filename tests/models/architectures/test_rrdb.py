import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepimage.models.architectures.rrdb import RRDBNet


def literal(weights: dict[str, Tensor], lr: Tensor, unshuffle: int) -> Tensor:
    """RRDBNet written from the paper's figure, layer by layer."""

    def conv(name: str, x: Tensor) -> Tensor:
        return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1)

    def dense(name: str, x: Tensor) -> Tensor:
        x1 = F.leaky_relu(conv(f"{name}.conv1", x), 0.2)
        x2 = F.leaky_relu(conv(f"{name}.conv2", torch.cat([x, x1], 1)), 0.2)
        x3 = F.leaky_relu(conv(f"{name}.conv3", torch.cat([x, x1, x2], 1)), 0.2)
        x4 = F.leaky_relu(conv(f"{name}.conv4", torch.cat([x, x1, x2, x3], 1)), 0.2)
        return conv(f"{name}.conv5", torch.cat([x, x1, x2, x3, x4], 1)) * 0.2 + x

    first = conv("conv_first", F.pixel_unshuffle(lr, unshuffle))
    x = first
    for block in range(2):
        inner = x
        for rdb in (1, 2, 3):
            inner = dense(f"body.{block}.rdb{rdb}", inner)
        x = inner * 0.2 + x
    x = first + conv("conv_body", x)
    for name in ("conv_up1", "conv_up2", "conv_up3"):
        if f"{name}.weight" in weights:
            x = F.leaky_relu(conv(name, F.interpolate(x, scale_factor=2.0, mode="nearest")), 0.2)
    return conv("conv_last", F.leaky_relu(conv("conv_hr", x), 0.2))


def loud(scale: int, unshuffle: int) -> RRDBNet:
    """A small net whose blocks matter."""
    torch.manual_seed(0)
    net = RRDBNet(scale, features=8, blocks=2, growth=4, unshuffle=unshuffle)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return net


@pytest.mark.parametrize(("scale", "unshuffle"), [(4, 1), (2, 1), (1, 1), (8, 1), (2, 2), (1, 4)])
def test_the_net_is_the_paper_s(scale: int, unshuffle: int) -> None:
    net = loud(scale, unshuffle)
    lr = torch.rand(2, 3, 8, 12)
    expected = literal(net.state_dict(), lr, unshuffle)
    assert expected.shape == (2, 3, 8 * scale, 12 * scale)
    torch.testing.assert_close(net(lr), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("scale", "unshuffle"), [(4, 1), (1, 1), (2, 2)])
def test_nothing_beyond_the_halo_is_seen(scale: int, unshuffle: int) -> None:
    net = RRDBNet(scale, features=4, blocks=1, growth=4, unshuffle=unshuffle).double()
    for parameter in net.parameters():
        torch.nn.init.uniform_(parameter)  # positive: no path is blocked, none cancels
    side = 2 * (net.halo + 6) // 4 * 4
    lr = torch.rand(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    middle = side // 2
    net(lr)[..., middle * scale, middle * scale].sum().backward()
    assert lr.grad is not None
    reached = lr.grad.abs().sum(1)[0].nonzero()
    farthest = int((reached - middle).abs().max())
    assert net.halo - 2 * unshuffle <= farthest <= net.halo


def test_half_precision_answers_in_float32() -> None:
    assert loud(4, 1).bfloat16()(torch.rand(1, 3, 4, 4)).dtype == torch.float32
