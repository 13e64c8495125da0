"""Weights: of names, of values, of bins, of branches. They need not sum to one.

kernel: lanczos                      always this name
kernel: {lanczos: 0.7, box: 0.3}     drawn by weight
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

K = TypeVar("K")
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def pick(weights: Mapping[K, float], rng: np.random.Generator) -> K:
    """One of the keys, drawn by its weight."""
    left = rng.random() * sum(weights.values())
    for key, weight in weights.items():
        left -= weight
        if left < 0:
            return key
    return next(key for key in reversed(list(weights)) if weights[key])  # the sum was rounded


def some_weight(weights: Iterable[float]) -> None:
    """Raise ValueError where nothing can be drawn."""
    if not sum(weights) > 0:
        raise ValueError("expected at least one weight above 0")


def _one_name(value: Any) -> Any:
    return {value: 1} if isinstance(value, str) else value


def _some_share(shares: dict[Any, float]) -> dict[Any, float]:
    some_weight(shares.values())
    return shares


Shares = Annotated[dict[K, Weight], BeforeValidator(_one_name), AfterValidator(_some_share)]
"""Names and their weights; a bare name stands for itself alone."""


def always(name: str) -> Any:
    """The default of a field of Shares: one name."""
    return Field(default_factory=lambda: {name: 1.0})
