"""The recipe of a degradation: branches by weight, each a list of steps with their distributions.

    branches:
      clean: {weight: 0.05, steps: [{step: resize, size: 1, kernel: bicubic}]}
      shared:
        weight: 0.95
        steps:
          - {step: defocus, probability: 0.3, radius: {uniform: [0.1, 0.6]}}
          - {step: platform, hops: {choice: {1: 0.4, 2: 0.6}}, size: {log_uniform: [1, 4]},
             codecs: [{step: jpeg, probability: 0.9, quality: {normal: {mean: 75, sigma: 12, low: 30, high: 95}}},
                      {step: webp, probability: 0.1, quality: {uniform: [40, 90]}}]}
    mix: {preset: generic.yaml, share: 0.3}      # optional: this part of all samples comes from another recipe

A sample draws one branch and goes through its steps in order; what ends at another size is brought to that of lr.
**Lengths are lr pixels and sizes are multiples of the lr picture's sides**, so that one recipe serves every scale and
says what is seen (and measured) on lr pictures. At scale 4 a size of 4 is that of hr, and no step enlarges beyond hr.

A customer's profile is a file that holds such a recipe under the key `degradation`; its `mix` may stand beside it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from deepimage.config import read
from deepimage.errors import ConfigError
from deepimage.image.degradation.elements import AnyStep
from deepimage.image.degradation.part import Part
from deepimage.image.degradation.shares import Weight


class Branch(Part):
    """One kind of damage: steps in order."""

    weight: Weight = 1
    steps: tuple[AnyStep, ...] = ()


class Mix(Part):
    """A share of another recipe."""

    preset: str
    """File of the other recipe; a relative path starts at this recipe's folder, or else where the command runs."""
    share: float = Field(ge=0, le=1)
    """Of all samples."""


class Degradation(Part):
    """What happens to hr on its way to lr: one branch for each sample."""

    branches: dict[str, Branch] = Field(min_length=1)
    mix: Mix | None = None
    """None once loaded: the other recipe's branches stand among `branches` then."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_profile(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "degradation" not in values:
            return values
        return values["degradation"] | {key: values[key] for key in ("mix",) if key in values}

    @model_validator(mode="after")
    def _some_branch(self) -> "Degradation":
        if not any(branch.weight for branch in self.branches.values()):
            raise ValueError("branches: expected at least one weight above 0")
        return self


def load(path: str | Path, overrides: Iterable[str] = ()) -> Degradation:
    """YAML file (a recipe, or a profile that holds one), then `dotted.key=value` overrides. Raises ConfigError."""
    own = read(Degradation, path, overrides)
    if own.mix is None:
        return own
    other = load(_beside(Path(path), own.mix.preset))
    share = own.mix.share
    branches = _weighed(own, 1 - share) | {f"mix {name}": b for name, b in _weighed(other, share).items()}
    return Degradation(branches=branches)


def _weighed(recipe: Degradation, share: float) -> dict[str, Branch]:
    """The branches with weights that sum to `share`."""
    total = sum(branch.weight for branch in recipe.branches.values())
    return {
        name: branch.model_copy(update={"weight": branch.weight / total * share})
        for name, branch in recipe.branches.items()
    }


def _beside(path: Path, preset: str) -> Path:
    places = [path.parent / preset, Path(preset)]
    for place in places:
        if place.is_file() and place.resolve() != path.resolve():
            return place
    raise ConfigError(f"mix.preset: {preset}: no such recipe beside {path} nor here; give the path of its file")
