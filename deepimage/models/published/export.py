"""A generator as a file that other tools read: ONNX, or the plain weights of an architecture that they know."""

import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.published.community import PREFIX

_OPSET = 17
_SPANDREL_GROWTH = 32  # of the only RRDBNet that spandrel builds


def export(checkpoint: Checkpoint, path: Path) -> None:
    """Write `path` in the form that its suffix names, float32. Raises CheckpointError for what cannot be had."""
    facts = checkpoint.facts
    if facts.arch == "interpolation" or facts.arch.startswith(PREFIX):
        why = "has no weights" if facts.arch == "interpolation" else "is spandrel's, whose file other tools read"
        raise CheckpointError(f"model {checkpoint.name}: {why}; there is nothing to export")
    writers = {".onnx": _write_onnx, ".safetensors": _write_plain}
    if path.suffix not in writers:
        raise CheckpointError(f"export to {path}: give a name that ends in .onnx or .safetensors")
    writers[path.suffix](checkpoint, path)


def _write_plain(checkpoint: Checkpoint, path: Path) -> None:
    """As Real-ESRGAN names the tensors, which spandrel, ComfyUI and chaiNNer read."""
    facts = checkpoint.facts
    if not (facts.arch == "srvgg" or (facts.arch == "rrdb" and facts.inner == _SPANDREL_GROWTH)):
        raise CheckpointError(
            f"model {checkpoint.name}: other tools know no {facts.arch} net by its weights; export it as .onnx"
        )
    weights = {name: weight.contiguous() for name, weight in checkpoint.generator.state_dict().items()}
    save_file(weights, path, {"format": "pt"})


def _write_onnx(checkpoint: Checkpoint, path: Path) -> None:
    """Input `lr`, output `sr`: float32 (B, 3, H, W) in [0, 1], any B, H and W; the facts stand in the metadata."""
    if find_spec("onnx") is None:
        raise CheckpointError(f"export to {path}: writing ONNX needs one more package: pip install 'deepimage[export]'")
    onnx: Any = import_module("onnx")
    side = 8 * checkpoint.facts.multiple_of
    example = torch.zeros(1, checkpoint.facts.channels, side, side)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter without onnxscript is called old; it is the light one
        torch.onnx.export(
            torch.jit.freeze(torch.jit.trace(checkpoint.generator.eval(), example)),  # sums of weights become weights
            (example,),
            str(path),
            input_names=["lr"],
            output_names=["sr"],
            dynamic_axes={name: {0: "batch", 2: f"{name}_height", 3: f"{name}_width"} for name in ("lr", "sr")},
            opset_version=_OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    facts = checkpoint.facts
    named = {"scale": facts.scale, "halo": facts.halo, "multiple_of": facts.multiple_of, "sha256": checkpoint.sha256}
    onnx.helper.set_model_props(model, {name: str(value) for name, value in named.items()})
    onnx.save(model, path)
