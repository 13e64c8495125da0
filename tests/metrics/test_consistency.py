"""Consistency: what a result gives when it is shrunk again."""

import numpy as np
from skimage.metrics import peak_signal_noise_ratio

from deepimage.image.interpolation import resize
from deepimage.metrics.consistency import consistency_db, decibels


def test_an_exact_enlargement_is_consistent_and_drift_is_seen(photos: dict[str, np.ndarray]) -> None:
    lr = resize(photos["chelsea"], 75, 112)
    sr = resize(lr, 300, 448)
    drifted = np.clip(sr.astype(int) + 10, 0, 255).astype(np.uint8)
    assert consistency_db(lr, sr) > 38
    assert 27 < consistency_db(lr, drifted) < 31
    assert consistency_db(lr, lr) == 99


def test_decibels_are_the_usual_ones() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 30, 30)).astype(float)
    assert abs(decibels(float(((a - b) ** 2).mean())) - peak_signal_noise_ratio(a, b, data_range=255)) < 1e-6
