import numpy as np
import pytest

from deepimage.image.degradation.chains import MIXTURE, SEVERITIES, Chain, Severity, bicubic, instagram, random_chain
from deepimage.image.degradation.steps import Blur, Chroma, Filter, Jpeg, Noise, Resize, degrade


def photo(height: int = 96, width: int = 144) -> np.ndarray:
    """Smooth shapes and edges, nothing periodic."""
    y, x = np.mgrid[:height, :width] / 16
    plane = 120 + 60 * np.sin(y + x**1.3) + 50 * ((x - 4) ** 2 + (y - 3) ** 2 < 4)
    return np.repeat(plane[..., None], 3, axis=2).astype(np.uint8)


def draw(severity: Severity, seed: int, scale: int = 4) -> Chain:
    return random_chain(96, 144, scale, np.random.default_rng(seed), {severity: 1.0})


def test_instagram_is_what_it_says() -> None:
    assert instagram(1200, 1600, 4) == (Resize(1080, 810), Jpeg(80), Resize(400, 300), Jpeg(70))
    assert Resize(1, 1).filter is Filter.LANCZOS
    assert Jpeg(80).chroma is Chroma.YUV420
    assert instagram(1600, 1200, 2)[0] == Resize(810, 1080)


def test_named_chains_need_no_luck() -> None:
    for chain in (instagram, bicubic):
        first, other = (degrade(photo(), chain(96, 144, 4), np.random.default_rng(seed)) for seed in (0, 1))
        assert np.array_equal(first, other)
        assert first.shape == (24, 36, 3)


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_random_chain_ends_at_the_lr_size(severity: Severity, scale: int) -> None:
    for seed in range(5):
        lr = degrade(photo(), draw(severity, seed, scale), np.random.default_rng(seed))
        assert lr.shape == (96 // scale, 144 // scale, 3)
        assert lr.dtype == np.uint8


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_same_seed_draws_the_same_chain(severity: Severity) -> None:
    assert draw(severity, 7) == draw(severity, 7)
    assert draw(severity, 7) != draw(severity, 8) or severity == "clean"


@pytest.mark.parametrize("severity", SEVERITIES)
def test_lr_lies_over_hr(severity: Severity) -> None:
    """Of all small shifts of lr, none is nearer to the reduced hr on average."""
    reduced = bicubic(96, 144, 4)[0](photo(), np.random.default_rng(0)).astype(float)
    shifts = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    errors = np.zeros(len(shifts))
    for seed in range(8):
        lr = degrade(photo(), draw(severity, seed), np.random.default_rng(seed)).astype(float)
        errors += [np.abs(np.roll(lr, shift, (0, 1)) - reduced)[2:-2, 2:-2].mean() for shift in shifts]
    assert shifts[int(errors.argmin())] == (0, 0)


def test_a_severer_mixture_loses_more() -> None:
    reduced = bicubic(96, 144, 4)[0](photo(), np.random.default_rng(0)).astype(float)
    means = []
    for severity in SEVERITIES:
        results = [degrade(photo(), draw(severity, seed), np.random.default_rng(seed)) for seed in range(12)]
        means.append(np.mean([np.abs(result - reduced).mean() for result in results]))
    assert means == sorted(means)


def test_the_mixture_holds_every_step_twice_compressed() -> None:
    rng = np.random.default_rng(0)
    chains = [random_chain(96, 144, 4, rng) for _ in range(200)]
    assert {type(step) for chain in chains for step in chain} == {Blur, Noise, Resize, Jpeg}
    passes = [sum(isinstance(step, Jpeg) for step in chain) for chain in chains]
    assert set(passes) == {0, 2}
    assert passes.count(0) / len(passes) == pytest.approx(MIXTURE["clean"], abs=0.04)
    offsets = {(step.left, step.top) for chain in chains for step in chain if isinstance(step, Jpeg)}
    assert len(offsets) > 50
