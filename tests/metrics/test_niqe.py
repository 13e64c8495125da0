"""NIQE: its fit against known distributions, and published figures where the parameters are at hand."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.errors import UsageError
from deepimage.metrics import niqe
from deepimage.metrics.niqe import Niqe

from .samples import soft

_SHARED = Path("../shared")
_PARAMETERS = _SHARED / "reference/niqe_pris_params.npz"
_SET14 = _SHARED / "data/bench/Set14"


@pytest.fixture
def of_photos(photos: dict[str, np.ndarray]) -> Niqe:
    """Statistics of the sample photographs in the place of those that are not shipped."""
    features = np.vstack([niqe._features(photo) for photo in photos.values()])
    return Niqe(features.mean(axis=0), np.cov(features, rowvar=False))


@pytest.fixture
def published() -> Niqe:
    if not _PARAMETERS.exists():
        pytest.skip(f"needs {_PARAMETERS}")
    return Niqe.load(_PARAMETERS)


def test_the_fit_finds_shape_and_scales() -> None:
    rng = np.random.default_rng(0)
    normal, laplace = rng.normal(0, 2, (1, 500, 500)), rng.laplace(0, 3, (1, 500, 500))
    assert [float(figure[0]) for figure in niqe._fit(normal)] == pytest.approx([2, 2**1.5, 2**1.5], rel=0.02)
    assert [float(figure[0]) for figure in niqe._fit(laplace)] == pytest.approx([1, 3, 3], rel=0.02)
    _, left, right = niqe._fit(np.where(normal < 0, normal, 2 * normal))
    assert float(right[0] / left[0]) == pytest.approx(2, rel=0.02)


def test_photos_are_near_and_ruined_ones_far(photos: dict[str, np.ndarray], of_photos: Niqe) -> None:
    for photo in photos.values():
        noisy = np.clip(photo + np.random.default_rng(0).normal(0, 30, photo.shape), 0, 255).astype(np.uint8)
        assert of_photos(photo) < min(of_photos(soft(soft(photo))), of_photos(noisy))


def test_even_blocks_are_left_out(photos: dict[str, np.ndarray], of_photos: Niqe) -> None:
    photo = photos["chelsea"][:288, :384]
    framed = np.pad(photo, ((0, 192), (0, 0), (0, 0)), constant_values=16)
    # the row of blocks that meets the black is touched by it, the others are the same
    assert of_photos(framed) == pytest.approx(of_photos(photo), rel=0.2)
    with pytest.raises(ValueError, match="two blocks of 96 pixels"):
        of_photos(np.zeros((300, 300, 3), np.uint8))


@pytest.mark.parametrize("shape", [(1, 1, 3), (95, 400, 3), (190, 191, 3)])
def test_less_than_two_blocks_are_refused(shape: tuple[int, ...], of_photos: Niqe) -> None:
    with pytest.raises(ValueError, match="NIQE needs two blocks"):
        of_photos(np.random.default_rng(0).integers(0, 256, shape, np.uint8))


def test_baboon_has_the_published_figure(published: Niqe) -> None:
    """5.7296 is what BasicSR's calculate_niqe, and MATLAB, give for baboon of Set14."""
    baboon = _SET14 / "img_001_SRF_4_HR.png"
    if not baboon.exists():
        pytest.skip(f"needs {baboon}")
    assert published(np.asarray(Image.open(baboon).convert("RGB"))) == pytest.approx(5.7296, abs=5e-4)


def test_set14_has_the_published_mean(published: Niqe) -> None:
    files = sorted(_SET14.glob("*"))
    if not files:
        pytest.skip(f"needs {_SET14}")
    values = [published(np.asarray(Image.open(file).convert("RGB"))) for file in files]
    assert np.mean(values) == pytest.approx(4.86, abs=0.01)


def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    text, zipped, short, other = (tmp_path / name for name in ("text.npz", "zip.npz", "short.npz", "other.npz"))
    text.write_text("hello")
    zipped.write_bytes(b"PK\x03\x04 cut short")
    np.savez(short, mu_pris_param=np.zeros((1, 36)), cov_pris_param=np.zeros((3, 3)))
    np.savez(other, mean=np.zeros(36))
    for path in (text, zipped, short, other, tmp_path / "none.npz"):
        with pytest.raises(UsageError, match=f"NIQE parameters .*{path.name}") as error:
            Niqe.load(path)
        assert "\n" not in str(error.value)
