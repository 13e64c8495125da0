"""The architectures of spandrel (extra `community`) behind the generator's door."""

from collections.abc import Mapping
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import Tensor, nn

from deepimage.errors import CheckpointError
from deepimage.models.facts import Facts

PREFIX = "spandrel/"


_FORGETFUL = ("CRAFT", "HVICIDNet")  # keep what belongs to the picture in hand in the net: one picture at a time
_ONE_AT_A_TIME = Lock()


class CommunityGenerator(nn.Module):
    """lr -> sr: BCHW float in [0, 1] -> BCHW float32 in [0, 1] by a net of spandrel; its descriptor pads and crops."""

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.scale: int = descriptor.scale
        self.net: nn.Module = descriptor.model.float().eval()
        self._descriptor = descriptor
        self._alone = descriptor.architecture.id in _FORGETFUL
        _fuse(self.net)

    def forward(self, lr: Tensor) -> Tensor:
        with _ONE_AT_A_TIME if self._alone else nullcontext():
            sr = self._descriptor(lr.to(next(self.net.parameters()).dtype))
        return sr.to(torch.float32, copy=True)  # the descriptor's own tensor could not be learned from


def _fuse(net: nn.Module) -> None:
    """SPAN sums its branches anew in every call, which is slow, and wrong while another thread does the same."""
    for module in net.modules():
        if update := getattr(module, "update_params", None):
            update()
            module.update_params = _nothing  # type: ignore[assignment]  # an attribute hides the method


def _nothing() -> None: ...


def open_community(path: Path, weights: Mapping[str, Tensor]) -> tuple[nn.Module, Facts]:
    """The generator and what spandrel says of it; the halo is not known. Raises CheckpointError."""
    spandrel = _spandrel(path)
    try:
        descriptor = spandrel.ModelLoader().load_from_state_dict(dict(weights))
    except spandrel.UnsupportedModelError:
        raise CheckpointError(f"model {path}: its weights are of no architecture that deepimage knows") from None
    except Exception as error:  # names of a known architecture, but not its weights
        raise CheckpointError(f"model {path}: spandrel cannot build it ({str(error).partition(chr(10))[0]})") from None
    _check(path, descriptor)
    return CommunityGenerator(descriptor).eval(), _facts(descriptor)


def _check(path: Path, descriptor: Any) -> None:
    if descriptor.purpose not in ("SR", "Restoration"):
        raise CheckpointError(f"model {path}: made for {descriptor.purpose}; expected one that restores photos")
    channels = (descriptor.input_channels, descriptor.output_channels)
    if channels != (3, 3):
        raise CheckpointError(f"model {path}: takes {channels[0]} and gives {channels[1]} channels; expected RGB")
    if descriptor.size_requirements.square:
        raise CheckpointError(f"model {path}: takes square pictures alone, so it cannot run in tiles")


def _facts(descriptor: Any) -> Facts:
    safe = {"bf16": descriptor.supports_bfloat16, "fp16": descriptor.supports_half}
    return Facts(
        arch=f"{PREFIX}{descriptor.architecture.id}",
        scale=descriptor.scale,
        halo=0,
        dtype_ok=("fp32", *(name for name, is_safe in safe.items() if is_safe)),
        multiple_of=descriptor.size_requirements.multiple_of,
    )


def _spandrel(path: Path) -> Any:
    try:
        return import_module("spandrel")
    except ModuleNotFoundError as error:
        if error.name != "spandrel":
            raise _broken(error) from None
        raise CheckpointError(
            f"model {path}: its architecture is none that deepimage builds itself; "
            "pip install 'deepimage[community]' adds those that spandrel knows"
        ) from None
    except (ImportError, RuntimeError) as error:
        raise _broken(error) from None


def _broken(error: Exception) -> CheckpointError:
    """torchvision wants the very torch that it was built for."""
    return CheckpointError(
        f"spandrel cannot be imported ({error}): install the torchvision that was made for torch {torch.__version__}"
    )
