"""Photographs without a past: scikit-image's, halved, so that no codec or blur of theirs is left."""

import numpy as np
import pytest

from .dirt import resized


@pytest.fixture(scope="session")
def clean(photos: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """name -> (H, W, 3) uint8, some 250 to 450 pixels."""
    from skimage import data

    large = {"retina": np.asarray(data.retina())[400:1100, 400:1100]}
    return {name: resized(photo, 0.5) for name, photo in (photos | large).items()}
