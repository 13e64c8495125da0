import numpy as np
import pytest

from deepimage.config import Recipe, Tiling
from deepimage.metrics.consistency import consistency_db
from deepimage.models.back_projection import back_projected
from deepimage.models.checkpoint import load
from deepimage.models.restorer import Restorer
from deepimage.stages.opening import open_restorer


@pytest.fixture(scope="module")
def lr() -> np.ndarray:
    """Coarse colour areas with noise: what a restoring generator drifts from."""
    rng = np.random.default_rng(3)
    areas = np.kron(rng.integers(0, 256, (9, 11, 3)), np.ones((16, 16, 1)))
    return np.clip(areas + rng.normal(0, 12, areas.shape), 0, 255).astype(np.uint8)


def test_the_more_the_nearer_to_the_input(lr: np.ndarray) -> None:
    drift = [
        consistency_db(lr, open_restorer(Recipe(back_projection=strength)).restore(lr)) for strength in (0, 0.5, 1)
    ]
    assert drift[0] + 2 < drift[1]
    assert drift[1] + 1 < drift[2]


def test_tiles_equal_the_whole(lr: np.ndarray) -> None:
    checkpoint = back_projected(load("fast-x4"), 1.0)
    whole, tiled = (
        Restorer(checkpoint, precision="fp32", tiling=Tiling(tile=tile)).restore(lr).astype(int) for tile in (4096, 100)
    )
    assert np.abs(whole - tiled).max() <= 1


def test_an_interpolator_too(lr: np.ndarray) -> None:
    plain, projected = (
        open_restorer(Recipe(model="bicubic-bspline", scale=2, back_projection=strength)) for strength in (0, 1)
    )
    assert consistency_db(lr, projected.restore(lr)) > consistency_db(lr, plain.restore(lr)) + 2
