"""Pure areas stay pure; their edges are left to the generator."""

import torch

from deepimage.image.extremes import keep_extremes


def enlarged(lr: torch.Tensor) -> torch.Tensor:
    sr = torch.full((lr.shape[0], lr.shape[1] * 4, lr.shape[2] * 4, 3), 128, dtype=torch.uint8)
    keep_extremes(lr, sr, 4)
    return sr


def test_pure_areas_stay_pure_up_to_two_pixels_from_their_edge() -> None:
    lr = torch.full((2, 20, 30, 3), 90, dtype=torch.uint8)
    lr[0, :8] = 255
    lr[1, :, 20:] = 0
    sr = enlarged(lr)
    assert (sr[0, : 6 * 4] == 255).all()
    assert (sr[0, 6 * 4 :] == 128).all()
    assert (sr[1, :, 22 * 4 :] == 0).all()
    assert (sr[1, :, : 22 * 4] == 128).all()


def test_one_channel_below_is_not_pure_and_one_pixel_keeps_its_surroundings() -> None:
    lr = torch.full((1, 12, 12, 3), 255, dtype=torch.uint8)
    lr[0, 6, 6, 1] = 254
    sr = enlarged(lr)
    assert (sr[0, 4 * 4 : 9 * 4, 4 * 4 : 9 * 4] == 128).all()
    sr[0, 4 * 4 : 9 * 4, 4 * 4 : 9 * 4] = 255
    assert (sr == 255).all()


def test_the_smallest_pictures() -> None:
    assert (enlarged(torch.full((1, 1, 1, 3), 255, dtype=torch.uint8)) == 255).all()
    assert (enlarged(torch.zeros((1, 1, 2, 3), dtype=torch.uint8)) == 0).all()
