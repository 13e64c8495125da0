from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from deepimage.models import checkpoint
from deepimage.models.architectures.srvgg import SRVGGNetCompact

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
KNOWN = {
    "realesr-general-x4v3": ([0.1243, 0.1222, 0.506], [0.8989, 0.507, 0.4171], 0.4374, 0.2308),
    "realesr-general-wdn-x4v3": ([0.167, 0.2488, 0.4614], [0.9095, 0.5869, 0.3761], 0.4644, 0.2371),
    "4xLSDIRCompactC3": ([0.0097, 0.1081, 0.7152], [0.6223, 0.3978, 0.4981], 0.4321, 0.3653),
}
"""By spandrel 0.4.2, of the picture below: sr at (10, 13) and (40, 70), mean and standard deviation."""


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_chain_of_convolutions_corrects_a_nearest_enlargement(scale: int) -> None:
    torch.manual_seed(0)
    net = SRVGGNetCompact(scale, features=8, blocks=2)
    lr = torch.rand(2, 3, 7, 5)
    weights = list(net.parameters())
    x = lr
    for weight, bias, slope in zip(weights[:-2:3], weights[1:-2:3], weights[2:-2:3], strict=True):
        x = F.conv2d(x, weight, bias, padding=1)
        x = torch.where(x > 0, x, x * slope[:, None, None])
    x = F.conv2d(x, weights[-2], weights[-1], padding=1)
    expected = F.pixel_shuffle(x, scale) + F.interpolate(lr, scale_factor=float(scale), mode="nearest")
    torch.testing.assert_close(net(lr), expected, rtol=0, atol=1e-6)


def test_the_halo_is_the_receptive_radius() -> None:
    net = SRVGGNetCompact(2, features=8, blocks=3)
    lr = torch.rand(1, 3, 21, 21, requires_grad=True)
    net(lr)[..., 20:22, 20:22].sum().backward()
    assert lr.grad is not None
    reached = lr.grad.abs().sum(1)[0].nonzero()
    assert (reached.min(0).values == 10 - net.halo).all()
    assert (reached.max(0).values == 10 + net.halo).all()


def test_the_picture_itself_stays_exact_in_bfloat16() -> None:
    net = SRVGGNetCompact(4, features=8, blocks=1).bfloat16()
    torch.nn.init.zeros_(net.body[-1].weight)  # type: ignore[arg-type]
    torch.nn.init.zeros_(net.body[-1].bias)  # type: ignore[arg-type]
    lr = torch.rand(1, 3, 4, 4)
    assert torch.equal(net(lr), F.interpolate(lr, scale_factor=4.0, mode="nearest"))


@pytest.mark.parametrize("name", KNOWN)
def test_published_weights_give_what_spandrel_gives(name: str) -> None:
    path = REFERENCE / f"{name}.safetensors"
    if not path.exists():
        pytest.skip("no ../shared/reference")
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(20.0), indexing="ij")
    with torch.inference_mode():
        sr = checkpoint.load(path).generator(torch.stack([x / 19, y / 15, (x + y) % 2])[None])[0]
    here, there, mean, spread = KNOWN[name]
    torch.testing.assert_close(sr[:, 10, 13], torch.tensor(here), rtol=0, atol=2e-4)
    torch.testing.assert_close(sr[:, 40, 70], torch.tensor(there), rtol=0, atol=2e-4)
    assert [sr.mean().item(), sr.std().item()] == pytest.approx([mean, spread], abs=2e-4)
