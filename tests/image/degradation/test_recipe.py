"""Recipes: files, overrides, profiles, mixtures, and mistakes that are named in one line."""

from pathlib import Path

import pytest
import yaml

from deepimage.errors import ConfigError
from deepimage.image.degradation.distribution import Histogram
from deepimage.image.degradation.elements import Jpeg
from deepimage.image.degradation.recipe import Degradation, load

TEXT = """
branches:
  clean: {weight: 1, steps: [{step: resize, size: 1, kernel: bicubic}]}
  shared:
    weight: 3
    steps:
      - {step: defocus, probability: 0.3, radius: {uniform: [0.1, 0.6]}}
      - step: platform
        hops: {choice: {1: 0.4, 2: 0.6}}
        size: {log_uniform: [1, 4]}
        codecs:
          - {step: jpeg, probability: 0.9, quality: {normal: {mean: 75, sigma: 9, low: 30, high: 95}}, chroma: "4:2:0"}
          - {step: webp, probability: 0.1, quality: {histogram: {edges: [50, 60], weights: [1]}}}
"""


def write(folder: Path, text: str, name: str = "recipe.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_recipe_survives_its_own_file(tmp_path: Path) -> None:
    recipe = load(write(tmp_path, TEXT))
    again = write(tmp_path, yaml.safe_dump(recipe.model_dump(mode="json")), "again.yaml")
    assert load(again) == recipe


def test_overrides_reach_a_branch(tmp_path: Path) -> None:
    assert load(write(tmp_path, TEXT), ["branches.clean.weight=0"]).branches["clean"].weight == 0


def test_a_profile_holds_a_recipe_and_mixes_it(tmp_path: Path) -> None:
    write(tmp_path, TEXT, "generic.yaml")
    own = {"branches": {"customer": {"weight": 5, "steps": [{"step": "jpeg", "quality": 45}]}}}
    profile = {"pictures": 100, "summary": "small and sharp", "degradation": own}
    alone = load(write(tmp_path, yaml.safe_dump(profile)))
    assert list(alone.branches) == ["customer"]
    profile["mix"] = {"preset": "generic.yaml", "share": 0.3}
    mixed = load(write(tmp_path, yaml.safe_dump(profile)))
    weights = {name: branch.weight for name, branch in mixed.branches.items()}
    assert weights == pytest.approx({"customer": 0.7, "mix clean": 0.075, "mix shared": 0.225})
    assert mixed.mix is None
    assert load(write(tmp_path, yaml.safe_dump(profile)), ["mix.share=0.5"]).branches["customer"].weight == 0.5


def test_a_mix_is_found_from_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    write(tmp_path / "here", TEXT, "generic.yaml")
    path = write(tmp_path / "there", TEXT)
    override = ["mix={preset: generic.yaml, share: 1}"]
    with pytest.raises(ConfigError, match=r"mix\.preset: generic\.yaml: no such recipe"):
        load(path, override)
    monkeypatch.chdir(tmp_path / "here")
    assert sum(branch.weight for branch in load(path, override).branches.values()) == pytest.approx(1)


def test_a_recipe_may_not_mix_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mix\.preset"):
        load(write(tmp_path, TEXT + "mix: {preset: recipe.yaml, share: 0.5}"))


def test_recipes_are_built_in_code_too() -> None:
    seen = Histogram(histogram={"edges": [60, 70, 80], "weights": [3, 1]})
    branch = {"steps": [Jpeg(quality=seen), {"step": "png"}]}
    recipe = Degradation(branches={"customer": branch})
    assert recipe.branches["customer"].steps[0].quality == seen


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("radius:", "raduis:", "branches.shared.steps.0.defocus: unknown key raduis; did you mean radius?"),
        ("step: defocus", "step: defcus", "branches.shared.steps.0: unknown step defcus; did you mean defocus?"),
        ("step: defocus, ", "", "a step without its name"),
        ("uniform: [0.1", "unifrm: [0.1", "steps.0.defocus.radius: unknown key unifrm; did you mean uniform?"),
        ("[0.1, 0.6]", "[0.1, 600]", "expected values between 0 and 64"),
        ("kernel: bicubic", "kernel: bicubik", "'bicubic', 'mitchell' or 'lanczos', got 'bicubik'"),
        ('"4:2:0"', '"4:2:1"', "'4:2:2' or '4:2:0', got '4:2:1'"),
        ("branches", "brances", "unknown key brances; did you mean branches?"),
        ("weight: 3", "wieght: 3", "branches.shared: unknown key wieght; did you mean weight?"),
        ("sigma: 9", "sgima: 9", "unknown key sgima; did you mean sigma?"),
        ("step: webp", "step: blur", "does not match any of the expected tags: 'jpeg', 'webp', 'avif', 'png'"),
        ("chroma:", "tables: igj, chroma:", "unknown table igj; did you mean ijg?"),
        ("probability: 0.3", "probability: 3", "less than or equal to 1, got 3"),
        ("{1: 0.4, 2: 0.6}", "{1: 0.4, 4: 0.6}", "expected values between 1 and 3"),
        ("weight: 1, steps", "weight: -1, steps", "greater than or equal to 0, got -1"),
    ],
)
def test_mistakes_are_named_in_one_line(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, TEXT.replace(right, wrong)))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_something_must_happen() -> None:
    with pytest.raises(ValueError, match="at least one weight above 0"):
        Degradation(branches={"never": {"weight": 0}})
    with pytest.raises(ValueError, match="a codec with a probability above 0"):
        Degradation(branches={"x": {"steps": [{"step": "platform", "codecs": [{"step": "png", "probability": 0}]}]}})
