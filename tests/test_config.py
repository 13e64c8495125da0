"""The recipe: typed, closed, and explained in one line when it is wrong."""

from pathlib import Path

import pytest

from deepimage.config import Recipe, load
from deepimage.errors import ConfigError

CONFIGS = Path(__file__).parents[1] / "configs"


def test_the_sample_recipe_is_the_default() -> None:
    assert load(CONFIGS / "catalog.yaml") == Recipe()


def test_the_recipe_for_a_cluster_places_and_prices() -> None:
    recipe = load(CONFIGS / "catalog-cluster.yaml")
    assert recipe.runtime.restore_on == {"ray.io/node-group": "gpu"}
    assert set(recipe.prices.node_hour) == {"head", "cpu", "gpu"}


def test_overrides_and_shortcuts_come_after_the_file(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("model: lanczos\noutput: {format: png}\nlimits: {max_bytes: 3MB}")
    recipe = load(path, ["output.quality=80"], {"model": "bicubic", "scale": None})
    assert (recipe.model, recipe.output.format, recipe.output.quality) == ("bicubic", "png", 80)
    assert recipe.limits.max_bytes == 3_000_000


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("modle=x", "did you mean model"),
        ("tiling.tilee=3", "did you mean tiling.tile"),
        ("output.quality=400", "output.quality: Input should be less than or equal to 100, got 400"),
        ("output.format=gif", "'avif' or 'tiff', got 'gif'"),
        ("limits.max_bytes=lots", "limits.max_bytes"),
        ("near_duplicates=merge", "near_duplicates"),
        ("model.name=x", "model"),
        ("prices.node_hours={gpu: 1}", "did you mean prices.node_hour"),
        ("prices.node_hour={gpu: -1}", "prices.node_hour.gpu"),
        ("runtime.gpus=2", "runtime.gpus"),
        ("novalue", "expected dotted.key=value"),
    ],
)
def test_mistakes_are_named(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(None, [override])
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_sizes_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match="scale and width"):
        load(None, ["scale=2", "width=300"])


@pytest.mark.parametrize("text", ["- a list", "{broken", "\xff"])
def test_files_that_are_no_recipe(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"recipe\.yaml"):
        load(path)
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "none.yaml")


def test_the_digest_knows_pixels_from_performance() -> None:
    base = Recipe()
    same = [
        "runtime.actors=3",
        "prices.node_hour={gpu: 1}",
        "storage.retries=1",
        "near_duplicates=skip",
        "skip_larger_than=3",
        "skip_large_enough=true",
    ]
    other = ["output.quality=80", "scale=2", "tiling.tile=128", "precision=fp32"]
    assert {load(None, [item]).digest("w") for item in same} == {base.digest("w")}
    assert len({load(None, [item]).digest("w") for item in other} | {base.digest("w"), base.digest("v")}) == 6


def test_equal_recipes_are_one_key() -> None:
    items = ["runtime.restore_on={zone: a}", "prices.node_hour={gpu: 1}", "scale=2"]
    assert len({load(None, items), load(None, items), load(None, items[:2])}) == 2
