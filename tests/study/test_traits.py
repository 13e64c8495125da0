"""Traits travel as JSON."""

import dataclasses

import numpy as np

from deepimage.study.traits import Traits

from .dirt import ramp, saved, studied


def test_json_and_back(photos: dict[str, np.ndarray]) -> None:
    for data in (
        saved(photos["coffee"], "JPEG", qtables=[list(range(2, 66)), list(range(3, 67))], comment=b"Lavc58"),
        saved(photos["rocket"], "WEBP", quality=50),
        saved(ramp(9, 7)),
    ):
        traits = studied(data)
        assert Traits.from_json(traits.to_json()) == traits


def test_every_field_says_what_it_is_in_a_frozen_value() -> None:
    fields = {field.name for field in dataclasses.fields(Traits)}
    assert {"jpeg_quality", "earlier_quality", "noise_luma", "blur", "enlarged", "marks"} <= fields
    assert Traits.__dataclass_params__.frozen  # type: ignore[attr-defined]
