import torch

from deepimage.training.perceptual import RandomFeatures, perceptual


def test_random_features_are_the_same_every_time_and_tell_blur_from_sharp() -> None:
    torch.manual_seed(0)
    hr = torch.rand(2, 3, 64, 64)
    slight, strong = (torch.nn.functional.avg_pool2d(hr, k, 1, k // 2) for k in (3, 9))
    a, b = RandomFeatures(), RandomFeatures()
    assert torch.equal(perceptual(a, slight)(hr), perceptual(b, slight)(hr))
    assert perceptual(a, hr)(hr) == 0
    assert 0 < perceptual(a, slight)(hr) < perceptual(a, strong)(hr)


def test_the_gradient_reaches_sr_alone() -> None:
    sr, hr = torch.rand(2, 1, 3, 32, 32).requires_grad_()
    assert torch.autograd.grad(perceptual(RandomFeatures(), sr)(hr), [sr, hr], allow_unused=True)[1] is None
