"""Tensors are resampled as pixels are."""

import numpy as np
import pytest
import torch

from deepimage.image.interpolation import KERNELS, interpolate
from deepimage.image.interpolation.tensors import resample


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("size", [(68, 44), (17, 11), (40, 15), (5, 4), (1, 1)])
def test_agree_with_pixels(kernel: str, size: tuple[int, int]) -> None:
    lr = np.random.default_rng(0).integers(0, 256, (17, 11, 3), dtype=np.uint8)
    sr = resample(torch.from_numpy(lr).permute(2, 0, 1)[None].float(), *size, kernel)
    assert sr.shape == (1, 3, *size)
    ours = sr[0].permute(1, 2, 0).clamp(0, 255).numpy()
    assert np.abs(ours - interpolate(lr, *size, kernel)).max() <= 0.501


def test_any_leading_axes_and_layouts() -> None:
    lr = torch.rand(2, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    sr = resample(lr, 18, 21, "lanczos")
    torch.testing.assert_close(resample(lr.contiguous(memory_format=torch.channels_last), 18, 21, "lanczos"), sr)
    torch.testing.assert_close(resample(lr[1, 2], 18, 21, "lanczos"), sr[1, 2])
