"""Muon: momentum whose update is made orthogonal, for weights that are matrices (Jordan et al. 2024).

Adam scales every weight by itself; in a convolution a few directions then take all the learning. Here all directions of
the matrix take steps of one size. Torch's own Muon refuses convolutions; these are flattened to (outputs, the rest).
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the Newton-Schulz iteration, as published: fast rather than exact, singular values end near 1."""
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal. For parameters of two or more dimensions.

    Steps have the root mean square of AdamW's at the same `lr` (Liu et al. 2025).
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float = 1e-3, momentum: float = 0.95) -> None:
        super().__init__([{"params": list(parameters)}], {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # none of ours takes a closure
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    direction = self._direction(weight, weight.grad, group["momentum"])
                    weight.add_(direction, alpha=-group["lr"])

    def _direction(self, weight: nn.Parameter, gradient: Tensor, momentum: float) -> Tensor:
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].mul_(momentum).add_(gradient)
        matrix = torch.add(gradient, state["momentum"], alpha=momentum).flatten(1)
        return (orthogonal(matrix) * (0.2 * max(matrix.shape) ** 0.5)).reshape(weight.shape)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix with all singular values near 1 (0.7 to 1.2): rows x columns float32 -> the same."""
    a, b, c = _QUINTIC
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = wide / wide.norm().clamp(min=1e-12)
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if wide is not matrix else x
