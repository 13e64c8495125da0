"""Muon and AdamW side by side: each has the weights that it is good at, and both follow one rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from deepimage.training.muon import Muon


@dataclass
class Optimizers:
    """What moves the weights of one network. Saves and restores itself like an optimizer."""

    muon: Muon
    """Of the trunk's convolutions."""
    adamw: torch.optim.AdamW
    """Of head, tail, biases and slopes."""

    @classmethod
    def of(cls, network: nn.Module, trunk: Iterable[nn.Parameter]) -> "Optimizers":
        """`trunk`: weights of `network`; its vectors go to AdamW."""
        matrices = [weight for weight in trunk if weight.dim() > 1]
        inside = {id(weight) for weight in matrices}
        rest = [weight for weight in network.parameters() if id(weight) not in inside]
        return cls(Muon(matrices), torch.optim.AdamW(rest, betas=(0.9, 0.99), weight_decay=0.0))

    def set_rate(self, rate: float, trunk: float) -> None:
        """AdamW's, and Muon's in rates of AdamW."""
        for optimizer, lr in ((self.adamw, rate), (self.muon, rate * trunk)):
            for group in optimizer.param_groups:
                group["lr"] = lr

    def step(self) -> None:
        self.muon.step()
        self.adamw.step()

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        self.muon.load_state_dict(saved["muon"])
        self.adamw.load_state_dict(saved["adamw"])
