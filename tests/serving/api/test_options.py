"""Options are read strictly, and all faults are named."""

import pytest

from deepimage.config import Output, Recipe
from deepimage.serving.api.options import Options, parameters, read_options, recipe_of
from deepimage.serving.config import Serving
from deepimage.serving.problems import Problem

CONFIG = Serving(models=("fast-x4", "lanczos3"))


def faults(query: list[tuple[str, str]]) -> list[str]:
    with pytest.raises(Problem) as caught:
        recipe_of(read_options(query), CONFIG)
    assert caught.value.status == 422
    return [fault["name"] for fault in caught.value.extra["errors"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", "NaN"),
        ("scale", "inf"),
        ("scale", "1e999"),
        ("scale", "0"),
        ("scale", "-1"),
        ("scale", "1e9"),
        ("scale", "٤"),
        ("scale", "４"),
        ("scale", "4_0"),
        ("scale", " 4"),
        ("scale", ""),
        ("width", "10.5"),
        ("width", "1" * 10_000),
        ("width", "0"),
        ("quality", "101"),
        ("quality", "0x10"),
        ("format", "JPEG"),
        ("format", "bmp"),
        ("fit", "crop"),
        ("progressive", "1"),
        ("background", "red"),
        ("model", "../secret.safetensors"),
        ("model", "lanczos2"),
        ("limits.max_bytes", "1"),
        ("Scale", "2"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    assert faults([(name, value)]) == [name]


def test_all_faults_at_once() -> None:
    assert set(faults([("scale", "x"), ("quality", "0"), ("nonsense", "1"), ("fit", "fill"), ("fit", "fill")])) == {
        "scale",
        "quality",
        "nonsense",
        "fit",
    }


def test_sizes_exclude_each_other_but_a_box_has_two() -> None:
    assert faults([("scale", "2"), ("width", "100")]) == ["options"]
    recipe = recipe_of(read_options([("width", "90"), ("height", "80"), ("fit", "cover")]), CONFIG)
    assert (recipe.width, recipe.height, recipe.fit) == (90, 80, "cover")


def test_what_is_not_said_is_as_the_service_has_it() -> None:
    config = CONFIG.model_copy(update={"recipe": Recipe(scale=2, output=Output(quality=70))})
    recipe = recipe_of(read_options([("max_side", "800"), ("format", "webp")]), config)
    assert (recipe.scale, recipe.max_side) == (None, 800)
    assert recipe.output == Output(quality=70, format="webp")
    assert recipe.limits == config.recipe.limits
    assert recipe.model == "fast-x4"


def test_the_document_knows_every_option() -> None:
    known = {item["name"]: item for item in parameters(CONFIG)}
    assert set(known) == set(Options.model_fields)
    assert known["model"]["schema"]["enum"] == ["fast-x4", "lanczos3"]
    assert all(item["schema"] and item["description"] for item in known.values())
