from pathlib import Path

import pytest

from deepimage.errors import ConfigError
from deepimage.training.config import Training, load

RECIPE = "name: tiny\ndata: {train: photos, val: others}\noptimizer: {steps: 10}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path / "recipe.yaml"


def test_overrides_go_over_the_file(path: Path) -> None:
    config = load(path, ["optimizer.steps=20", "data.mixture={clean: 1}"])
    assert config.optimizer.steps == 20
    assert config.data.mixture == {"clean": 1}


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("optimizer.learning_rat=1", "did you mean optimizer.learning_rate"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate"),
        ("data.mixture={mild: 1}", "data.mixture"),
        ("data.mixture={clean: 0}", "a weight above 0"),
        ("optimizer.steps", "expected dotted.key=value"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(path: Path, override: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(path, [override])
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_digest_is_of_every_setting(path: Path) -> None:
    digests = {load(path, change).digest() for change in ([], ["seed=1"], ["data.batch=9"], ["net.blocks=1"])}
    assert len(digests) == 4
    assert load(path).digest() in digests


def test_the_shipped_recipe_is_valid() -> None:
    shipped = load(Path(__file__).parents[2] / "configs" / "train-fast-x4.yaml")
    assert isinstance(shipped, Training)
    assert shipped.name == "fast-x4"
