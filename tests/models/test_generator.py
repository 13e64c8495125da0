import pytest
import torch
import torch.nn.functional as F

from deepimage.models.architectures.residual import ResidualBlock
from deepimage.models.generator import TRUNKS, BilinearSkip, Generator


def new(arch: str = "residual", scale: int = 4, blocks: int = 2, unshuffle: int = 1) -> Generator:
    torch.manual_seed(0)
    return Generator(arch, scale, features=8, blocks=blocks, inner=12, unshuffle=unshuffle)


def trained(arch: str = "residual", scale: int = 4, blocks: int = 2, unshuffle: int = 1) -> Generator:
    """A small generator whose every convolution has an effect."""
    generator = new(arch, scale, blocks, unshuffle)
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return generator


def bilinear(x: torch.Tensor, scale: int) -> torch.Tensor:
    return F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)


@pytest.mark.parametrize(("scale", "unshuffle"), [(1, 1), (2, 1), (4, 1), (2, 2), (1, 4)])
@pytest.mark.parametrize("arch", TRUNKS)
def test_a_new_generator_is_a_bilinear_enlargement(arch: str, scale: int, unshuffle: int) -> None:
    generator = new(arch, scale, unshuffle=unshuffle)
    lr = torch.rand(2, 3, 2 * generator.multiple_of, 3 * generator.multiple_of)
    torch.testing.assert_close(generator(lr), bilinear(lr, scale), rtol=0, atol=3e-7)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 2)])
def test_the_skip_takes_the_smallest_images(size: tuple[int, int]) -> None:
    lr = torch.rand(1, 3, *size)
    torch.testing.assert_close(F.pixel_shuffle(BilinearSkip(3, 4)(lr), 4), bilinear(lr, 4), rtol=0, atol=3e-7)


@pytest.mark.parametrize("level", [0.0, 77 / 255, 1.0])
def test_a_flat_picture_stays_flat_up_to_its_border(level: float) -> None:
    sr = new()(torch.full((1, 3, 6, 7), level))
    torch.testing.assert_close(sr, torch.full((1, 3, 24, 28), level), rtol=0, atol=3e-7)


def test_the_skip_is_float32_and_exact_in_a_bfloat16_generator() -> None:
    lr = torch.rand(1, 3, 8, 8)
    sr = new().bfloat16()(lr)
    assert sr.dtype == torch.float32
    torch.testing.assert_close(sr, bilinear(lr, 4), rtol=0, atol=3e-7)


def test_bfloat16_stays_near_float32() -> None:
    generator, lr = trained(), torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        exact, fast = generator(lr), generator.bfloat16()(lr)
    assert (exact - bilinear(lr, 4)).std() > 0.01
    assert (fast - exact).abs().max() < 0.05 * exact.abs().max()


@pytest.mark.parametrize("unshuffle", [1, 2])
@pytest.mark.parametrize("arch", TRUNKS)
def test_no_pixel_reaches_beyond_the_halo(arch: str, unshuffle: int) -> None:
    generator = trained(arch, scale=2, unshuffle=unshuffle).double()
    step, halo = generator.multiple_of, generator.halo
    side = -(-(2 * halo + 3) // step) * step + 2 * step
    lr = torch.full((1, 3, side, side), 0.5, dtype=torch.double)
    reaches = []
    for middle in range(side // 2, side // 2 + step):
        touched = lr.clone()
        touched[..., middle, middle] += 0.5
        with torch.inference_mode():
            changed = (generator(lr) != generator(touched)).any(dim=1)[0]
        reaches.append(F.max_pool2d(changed[None].float(), 2)[0].nonzero().sub(middle).abs().max().item())
    assert max(reaches) == halo


def test_training_reaches_every_weight_under_mixed_precision() -> None:
    for arch in TRUNKS:
        generator = trained(arch)
        with torch.autocast("cpu", torch.bfloat16):
            sr = generator(torch.rand(2, 3, 8, 8))
        assert sr.dtype == torch.float32
        sr.square().mean().backward()
        assert all(parameter.grad is not None and parameter.grad.any() for parameter in generator.parameters()), arch


def test_in_place_sums_give_the_gradients_of_plain_ones() -> None:
    block = ResidualBlock(8)
    x = torch.rand(1, 8, 6, 6, requires_grad=True)
    plain = x + block.conv2(torch.relu(block.conv1(x)))
    wanted = torch.autograd.grad(plain.square().sum(), [x, *block.parameters()])
    found = torch.autograd.grad(block(x).square().sum(), [x, *block.parameters()])
    torch.testing.assert_close(found, wanted)
