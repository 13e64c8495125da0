"""Which architecture a published file holds, told from the names and shapes of its tensors; needs no torch."""

import math
import re
from collections.abc import Mapping

from deepimage.models.facts import Facts
from deepimage.models.published.names import plain

Shapes = Mapping[str, tuple[int, ...]]

_ALL = ("fp32", "bf16", "fp16")


def deduce(shapes: Shapes) -> Facts | None:
    """The facts of an architecture that deepimage builds itself, or None; the halo is the receptive radius."""
    shapes = plain(shapes)
    try:
        return _srvgg(shapes) if "body.0.weight" in shapes else _rrdb(shapes)
    except (LookupError, ValueError, ArithmeticError):  # a name here and there, but not the shapes
        return None


def _srvgg(shapes: Shapes) -> Facts | None:
    """SRVGGNetCompact: body.0 and every second layer a convolution, PReLU between them."""
    layers = _count(shapes, r"body\.(\d+)\.weight")
    features, channels, *_ = shapes["body.0.weight"]
    (slopes,) = shapes["body.1.weight"]
    outputs, *_ = shapes[f"body.{layers - 1}.weight"]
    scale, blocks = math.isqrt(outputs // channels), layers // 2 - 1
    if layers % 2 == 0 or slopes != features or outputs != channels * scale**2:
        return None
    return Facts("srvgg", scale, blocks + 2, _ALL, channels, features, blocks)


def _rrdb(shapes: Shapes) -> Facts | None:
    """RRDBNet: the first convolution tells the unshuffle, the number of doublings the scale."""
    features, inputs, *_ = shapes["conv_first.weight"]
    growth, *_ = shapes["body.0.rdb1.conv1.weight"]
    channels, *_ = shapes["conv_last.weight"]
    unshuffle = math.isqrt(inputs // channels)
    scale = 2 ** _count(shapes, r"conv_up(\d+)\.weight") // unshuffle
    if inputs != channels * unshuffle**2 or scale == 0 or any(".conv1x1." in name for name in shapes):
        return None
    blocks = _count(shapes, r"body\.(\d+)\.rdb1\.conv1\.weight")
    halo = (15 * blocks + 5) * unshuffle - 1
    return Facts("rrdb", scale, halo, _ALL, channels, features, blocks, growth, unshuffle, multiple_of=unshuffle)


def _count(shapes: Shapes, pattern: str) -> int:
    return sum(1 for name in shapes if re.fullmatch(pattern, name))
