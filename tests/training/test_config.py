from pathlib import Path

import pytest

from deepimage.errors import ConfigError
from deepimage.image.degradation.recipe import load as load_degradation
from deepimage.training.config import Net, Training, load

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "configs" / "train").glob("*.yaml"))
ADAPT = ROOT / "configs" / "train" / "adapted.yaml"
RECIPE = "name: tiny\ndata: {train: photos, val: others, degradation: web.yaml}\noptimizer: {steps: 10}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path / "recipe.yaml"


def test_overrides_and_flags_go_over_the_file(path: Path) -> None:
    config = load(path, ["optimizer.steps=20", "losses={pixel: 2}"], {"data.profile": "mine.yaml", "start": None})
    assert config.optimizer.steps == 20
    assert config.losses.pixel == 2
    assert config.data.profile == "mine.yaml"
    assert config.start is None


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("optimizer.learning_rat=1", "did you mean optimizer.learning_rate"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate"),
        ("net.arch=transformer", "net.arch"),
        ("losses.window=30", "losses.window"),
        ("target.cleaner=fast-x4-psnr", "nobody looks at what cleaner makes"),
        ("optimizer.steps", "expected dotted.key=value"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(path: Path, override: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(path, [override])
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_digest_is_of_every_setting_but_how_wide_it_ran(path: Path) -> None:
    digests = {load(path, change).digest() for change in ([], ["seed=1"], ["data.batch=9"], ["net.blocks=1"])}
    assert len(digests) == 4
    assert load(path, ["workers=2"]).digest() == load(path).digest()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_the_shipped_recipes_are_valid(recipe: Path) -> None:
    config = load(recipe)
    assert isinstance(config, Training)
    assert config.name == recipe.stem
    assert load_degradation(ROOT / config.data.degradation).branches


def test_a_net_that_is_left_out_is_that_of_the_start() -> None:
    assert load(ADAPT).net == load(ADAPT, ["start=fast-x4-psnr"]).net == Net(arch="residual", features=48, blocks=10)
    with pytest.raises(ConfigError, match="arch"):
        load(ADAPT, ["start=lanczos"])
