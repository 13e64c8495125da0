"""From a recipe to the things that do the work: Restorer, decoder processes, encoder settings."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from deepimage.config import Recipe
from deepimage.errors import CheckpointError
from deepimage.image.codec.remote import decode
from deepimage.image.finish import as_seen
from deepimage.models.catalog import Model, find, twin
from deepimage.sandbox import Sandbox

if TYPE_CHECKING:
    from deepimage.models.restorer import Restorer


def find_model(recipe: Recipe) -> Model:
    """The model that the recipe names, not loaded. Raises CheckpointError."""
    if recipe.faithful_below is not None and not twin(recipe.model, "fidelity"):
        raise CheckpointError(f"faithful_below: model {recipe.model} has no faithful twin; leave the setting out")
    return find(recipe.model, recipe.scale, _fidelity(recipe), _denoise(recipe))


def open_restorer(recipe: Recipe, threads: int | None = None) -> "Restorer":
    """The recipe's model on the recipe's device."""
    # torch takes a second and a half to import: who only plans, or waits for workers, does without
    from deepimage.models.back_projection import back_projected
    from deepimage.models.checkpoint import load
    from deepimage.models.restorer import Restorer

    checkpoint = load(recipe.model, recipe.scale, _fidelity(recipe), _denoise(recipe))
    if recipe.back_projection:
        checkpoint = back_projected(checkpoint, recipe.back_projection)
    return Restorer(
        checkpoint,
        device=recipe.runtime.device,
        precision=recipe.precision,
        tiling=recipe.tiling,
        threads=threads or recipe.runtime.threads,
    )


def _fidelity(recipe: Recipe) -> float | None:
    """The default is no wish where there is no twin to mix with; any other value is, and is refused."""
    wished = twin(recipe.model, "fidelity") or recipe.fidelity != type(recipe).model_fields["fidelity"].default
    return recipe.fidelity if wished else None


def _denoise(recipe: Recipe) -> float | None:
    return recipe.denoise if recipe.denoise < 1 else None


def open_decoders(recipe: Recipe, children: int | None = None) -> Sandbox:
    """Decoder processes under the recipe's limits."""
    limits = recipe.limits
    return Sandbox(
        children=children or recipe.runtime.decoders, seconds=limits.decode_seconds, memory=limits.decode_memory
    )


def open_viewer(recipe: Recipe) -> Callable[[bytes], np.ndarray]:
    """bytes -> (H, W, 3) uint8 as a person sees it on the recipe's background; results may be large."""
    generous = recipe.limits.model_copy(update={"max_megapixels": recipe.limits.max_output_megapixels})
    sandbox = open_decoders(recipe, children=2)
    return lambda data: as_seen(decode(sandbox, data, generous), recipe.output.background)
