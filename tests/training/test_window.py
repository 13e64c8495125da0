import torch

from deepimage.training.config import Training
from deepimage.training.window import resized, window_of

from .conftest import changed


def test_windows_move_and_keep_their_side(config: Training) -> None:
    config = changed(config, losses={"window": 32})
    image = torch.rand(1, 3, 48, 48)
    windows = [image[window_of(image, step, config)] for step in range(8)]
    assert {window.shape for window in windows} == {(1, 3, 32, 32)}
    assert len({window.sum().item() for window in windows}) > 1
    assert torch.equal(windows[3], image[window_of(image, 3, config)])  # a resumed run looks at the same place


def test_no_pattern_has_one_period_from_step_to_step(config: Training) -> None:
    """A grid of period four, which networks with strides of two overlook, is a grid of another period each time."""
    grid = torch.cos(torch.arange(128) * torch.pi / 2).expand(1, 3, 128, 128)
    looks = [resized(grid, step, config) for step in range(40)]
    sides = [look.shape[-1] for look in looks]
    assert min(sides) < 72
    assert max(sides) > 120
    assert len(set(sides)) > 20
    periods = [look.shape[-1] / torch.fft.rfft(look[0, 0, 0]).abs()[1:].argmax().add(1).item() for look in looks]
    assert all(abs(period - 4 * side / 128) < 0.1 for period, side in zip(periods, sides, strict=True))
    assert torch.equal(looks[5], resized(grid, 5, config))


def test_what_is_small_stays_large_enough_to_be_judged(config: Training) -> None:
    sides = [
        (side, resized(torch.rand(1, 3, side, side), step, config).shape[-1]) for side in (20, 40) for step in range(9)
    ]
    assert all(seen >= min(side, 32) for side, seen in sides)
