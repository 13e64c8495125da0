"""The main job, sent to a cluster: its head runs `deepimage run` on the recipe as it was read here."""

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from deepimage.config import Recipe
from deepimage.runtime.jobs import Jobs
from deepimage.storage.address import is_absolute

_RECIPE = "recipe.yaml"
_HERE = {"runtime": {"engine", "address"}}  # the head knows better


def submit(jobs: Jobs, input: str, output: str, recipe: Recipe, flags: Sequence[str]) -> str:
    """Start the job -> its id. Local paths are sent whole: they must mean the same on every node.

    What it does is resumable: submitted again, by whomever, it goes on where storage says it was.
    """
    input, output = _everywhere(input), _everywhere(output)
    model = str(Path(recipe.model).absolute()) if Path(recipe.model).is_file() else recipe.model
    words = ["deepimage", "run", input, output, "--config", _RECIPE, "--address", "auto", *flags]
    with tempfile.TemporaryDirectory(prefix="deepimage-job-") as folder:
        (Path(folder) / _RECIPE).write_text(written(recipe.model_copy(update={"model": model})))
        return jobs.submit(shlex.join(words), Path(folder), f"{input} -> {output}")


def written(recipe: Recipe) -> str:
    """The recipe as YAML, without what is the default."""
    return yaml.safe_dump(recipe.model_dump(mode="json", exclude_defaults=True, exclude=_HERE), sort_keys=False)


def _everywhere(url: str) -> str:
    return url if is_absolute(url) else str(Path(url).absolute())
