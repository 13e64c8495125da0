"""Blur is the Gaussian's that was applied; halos grow with sharpening."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from deepimage.study.edges import Edges, edges
from deepimage.study.planes import planes

from .dirt import sharpened


def bars(blur: float, overshoot: float = 0.0) -> np.ndarray:
    """(H, W) float32, whole levels: bars of 60 and 180, blurred, sharpened by an unsharp mask of radius 1."""
    plane = np.where(np.arange(480) // 24 % 2, 180.0, 60.0)[None].repeat(200, axis=0)
    plane = gaussian_filter(plane, (0, blur))
    return np.rint(plane + overshoot * (plane - gaussian_filter(plane, (0, 1)))).astype(np.float32)


@pytest.mark.parametrize("blur", [0.7, 1.0, 2.0, 3.5])
def test_blur_of_a_step_is_its_gaussian(blur: float) -> None:
    assert edges(bars(blur)).blur == pytest.approx(blur, rel=0.12)
    assert edges(bars(blur).T.copy()).blur == pytest.approx(blur, rel=0.12)


def test_blur_of_photos(clean: dict[str, np.ndarray]) -> None:
    lumas = [planes(photo).luma for photo in clean.values()]
    for blur, tolerance in ((1.0, 0.3), (2.0, 0.15), (3.0, 0.15)):  # their own blur is some 0.6
        found = [edges(gaussian_filter(luma, blur)).blur for luma in lumas]
        assert np.median([one for one in found if one]) == pytest.approx(blur, rel=tolerance)


def test_a_halo_is_the_share_by_which_an_edge_overshoots() -> None:
    for amount in (0.5, 1.0, 2.0):
        plane = bars(0.6, amount)
        over = plane.max() - 180
        assert edges(plane).halo == pytest.approx(over / (120 + 2 * over), rel=1e-3)


def test_sharpening_photos_raises_their_halos(clean: dict[str, np.ndarray]) -> None:
    plain, sharp = (
        np.median([halo for made in pictures if (halo := edges(planes(made).luma).halo) is not None])
        for pictures in (clean.values(), [sharpened(photo, 1.5) for photo in clean.values()])
    )
    assert sharp > plain + 0.05


def test_without_edges_nothing_is_told() -> None:
    for shape in ((1, 1), (2, 300), (300, 2), (200, 200)):
        assert edges(np.full(shape, 128, np.float32)) == Edges(None, None)
