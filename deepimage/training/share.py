"""How the workers of a run agree on a gradient."""

from collections.abc import Callable, Iterable

from torch import nn

Share = Callable[[Iterable[nn.Parameter]], None]
"""Averages the gradients of parameters over the workers, in place."""


def alone(parameters: Iterable[nn.Parameter]) -> None:
    """The Share of a single worker."""
