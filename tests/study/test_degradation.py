"""The recipe does to clean photos what was done to the pictures that were studied."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deepimage.image.degradation.draw import draw
from deepimage.image.degradation.recipe import Degradation
from deepimage.study.degradation import degradation
from deepimage.study.traits import Traits

from .dirt import ramp, saved, studied


@pytest.fixture(scope="module")
def plain() -> Traits:
    """A sharp, quiet JPEG of quality 80, 4:2:0."""
    found = studied(saved(ramp(64, 64), "JPEG", quality=80, subsampling=2))
    return replace(found, blur=0.5, halo=0.09, resolution=1.0, enlarged=1.0, noise_luma=1.0, noise_chroma=0.5)


def steps(recipe: Degradation, branch: str) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in recipe.branches[branch].steps]


def test_a_plain_customer_has_a_plain_recipe(plain: Traits) -> None:
    recipe = degradation([plain] * 3)
    assert list(recipe.branches) == ["jpeg"]
    assert [step["step"] for step in steps(recipe, "jpeg")] == ["resize", "jpeg"]
    assert steps(recipe, "jpeg")[1]["quality"] == 80
    assert recipe.mix is not None
    assert recipe.mix.share == 0.3


def test_branches_are_kinds_of_files_by_their_share(plain: Traits) -> None:
    webp = replace(plain, format="webp", jpeg_quality=None, webp_quality=61.0)
    traits = [plain] * 5 + [replace(plain, earlier_quality=55)] * 2 + [webp] * 2
    traits += [replace(plain, format="png", lossless=True, jpeg_quality=None)]
    recipe = degradation(traits)
    assert {name: branch.weight for name, branch in recipe.branches.items()} == {
        "jpeg": 0.5,
        "jpeg after jpeg": 0.2,
        "webp": 0.2,
        "lossless": 0.1,
    }
    assert [step["step"] for step in steps(recipe, "jpeg after jpeg")] == ["resize", "jpeg", "jpeg"]
    assert steps(recipe, "webp")[-1] == {"step": "webp", "quality": 61.0} | steps(recipe, "webp")[-1]
    assert steps(recipe, "lossless")[-1]["step"] == "png"


def test_what_befell_some_befalls_their_share(plain: Traits) -> None:
    befallen = [
        replace(plain, blur=1.3),
        replace(plain, enlarged=2.0, resolution=0.5, blur=1.1),
        replace(plain, noise_luma=8.0, noise_chroma=0.2),
        replace(plain, noise_luma=8.0, noise_chroma=7.5),
        replace(plain, noise_luma=8.0, noise_chroma=7.5, shot=0.004, read=0.0001),
    ]
    found = steps(degradation([*befallen, *[plain] * 5]), "jpeg")
    assert [step["step"] for step in found] == ["blur", "resize", "resize", "sensor", "noise", "noise", "jpeg"]
    assert [step["probability"] for step in found] == [0.1, 0.1, 1, 0.1, 0.1, 0.1, 1]
    blur, down, up, sensor, coloured, grey, _ = found
    assert blur["sigma"] == pytest.approx(np.sqrt(1.3**2 - 0.5**2), rel=1e-3)
    assert (down["size"], up["size"]) == (0.5, 1)
    assert sensor["shot"] == pytest.approx(0.004 / 0.669**2, rel=1e-3)
    assert (coloured["channels"], grey["channels"]) == ({"rgb": 1}, {"grey": 1})
    assert (coloured["sigma"], grey["sigma"]) == (pytest.approx(8 / 0.669, rel=1e-3), 8)


def test_sharpening_is_told_by_the_median_halo(plain: Traits) -> None:
    one_of_three = degradation([plain, plain, replace(plain, halo=0.3)])
    assert "sharpen" not in [step["step"] for step in steps(one_of_three, "jpeg")]
    found = steps(degradation([replace(plain, halo=0.2)] * 3), "jpeg")
    (sharpen,) = [step for step in found if step["step"] == "sharpen"]
    low, high = sharpen["amount"]["uniform"]
    assert low < 1.25 < high


def test_own_tables_are_kept_with_their_numbers(plain: Traits) -> None:
    tables = (tuple(range(1, 65)), tuple(range(2, 66)))
    own = replace(plain, jpeg_quality=93, jpeg_tables="0123abcd", jpeg_steps=tables)
    (_, last) = steps(degradation([plain, plain, own]), "jpeg")
    assert last["tables"] == {"ijg": 2, "0123abcd": 1}
    assert tuple(last["custom"]["0123abcd"]["luma"]) == tables[0]
    assert last["quality"] == 80  # of those on the scale


def test_draws_stay_with_what_was_measured(plain: Traits) -> None:
    qualities = [60, 70, 70, 71, 90]
    recipe = degradation([replace(plain, jpeg_quality=quality) for quality in qualities])
    rng = np.random.default_rng(0)
    drawn = [draw(recipe, 4, rng)[1][-1].quality for _ in range(500)]  # type: ignore[union-attr]
    assert min(drawn) >= 60
    assert max(drawn) <= 90
    assert np.median(drawn) == pytest.approx(70, abs=2)
