import pytest
import torch
import torch.nn.functional as F

from deepimage.models.generator import BilinearSkip, ResidualGenerator


def trained(scale: int = 4, blocks: int = 2) -> ResidualGenerator:
    """A small generator whose every convolution has an effect."""
    torch.manual_seed(0)
    generator = ResidualGenerator(scale, features=8, blocks=blocks)
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return generator


def bilinear(x: torch.Tensor, scale: int) -> torch.Tensor:
    return F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_new_generator_is_a_bilinear_enlargement(scale: int) -> None:
    lr = torch.rand(2, 3, 9, 13)
    torch.testing.assert_close(ResidualGenerator(scale, 8, 2)(lr), bilinear(lr, scale), rtol=0, atol=3e-7)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 2)])
def test_the_skip_takes_the_smallest_images(size: tuple[int, int]) -> None:
    lr = torch.rand(1, 3, *size)
    torch.testing.assert_close(F.pixel_shuffle(BilinearSkip(3, 4)(lr), 4), bilinear(lr, 4), rtol=0, atol=3e-7)


@pytest.mark.parametrize("level", [0.0, 77 / 255, 1.0])
def test_a_flat_picture_stays_flat_up_to_its_border(level: float) -> None:
    sr = ResidualGenerator(4, 8, 2)(torch.full((1, 3, 6, 7), level))
    torch.testing.assert_close(sr, torch.full((1, 3, 24, 28), level), rtol=0, atol=3e-7)


def test_the_skip_is_float32_and_exact_in_a_bfloat16_generator() -> None:
    lr = torch.rand(1, 3, 8, 8)
    sr = ResidualGenerator(4, 8, 2).bfloat16()(lr)
    assert sr.dtype == torch.float32
    torch.testing.assert_close(sr, bilinear(lr, 4), rtol=0, atol=3e-7)


def test_bfloat16_stays_near_float32() -> None:
    generator, lr = trained(), torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        exact, fast = generator(lr), generator.bfloat16()(lr)
    assert (exact - bilinear(lr, 4)).std() > 0.01
    assert (fast - exact).abs().max() < 0.05 * exact.abs().max()


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_the_halo_is_the_reach_of_one_pixel(blocks: int) -> None:
    generator = trained(scale=2, blocks=blocks).double()
    halo, middle = generator.halo, 12
    lr = torch.full((1, 3, 25, 25), 0.5)
    touched = lr.clone()
    touched[..., middle, middle] += 0.5
    with torch.inference_mode():
        changed = (generator(lr) != generator(touched)).any(dim=1)[0]
    reach = F.max_pool2d(changed[None].float(), 2)[0].nonzero().sub(middle).abs().max().item()
    assert reach == halo


def test_training_reaches_every_weight_under_mixed_precision() -> None:
    generator = trained()
    with torch.autocast("cpu", torch.bfloat16):
        sr = generator(torch.rand(2, 3, 8, 8))
    assert sr.dtype == torch.float32
    sr.square().mean().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in generator.parameters())


def test_in_place_sums_give_the_gradients_of_plain_ones() -> None:
    block = trained(blocks=1).body[0]
    x = torch.rand(1, 8, 6, 6, requires_grad=True)
    plain = x + block.conv2(torch.relu(block.conv1(x)))
    wanted = torch.autograd.grad(plain.square().sum(), [x, *block.parameters()])
    found = torch.autograd.grad(block(x).square().sum(), [x, *block.parameters()])
    torch.testing.assert_close(found, wanted)
