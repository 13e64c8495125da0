"""What no file says of its net is measured once: the halo from which tiles equal the whole, the precisions that hold.

A picture is restored whole and cut in two; as far from the cut as the parts differ from the whole, so far does the net
look. Deep nets feel far less than their receptive radius (Luo et al. 2016), so large tiles need no large halo.
"""

import copy
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from deepimage.image.tensor import to_hwc
from deepimage.models.architectures.registry import build
from deepimage.models.facts import Facts
from deepimage.models.published import cache, files
from deepimage.models.published.community import open_community
from deepimage.models.published.deduction import deduce

log = logging.getLogger(__name__)

REACH = 96
"""lr pixels: the largest halo that is measured, or used."""
_MARGIN = 1.25  # other pictures may feel a little farther than the test pictures
_FARTHEST = int(REACH / _MARGIN)
_ROUND = 4  # lr pixels, so that machines agree on what they measure
_CROP = 48  # lr pixels a side that precisions are tried on: a CPU without fp16 is slow at it
_FAITHFUL = 40.0  # dB against fp32 from which a precision is right: good nets in bf16 have 44 to 56
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def calibrate(path: Path, sha256: str) -> tuple[Facts, Path | None]:
    """Measure the net in a published file; what was found, and the file that keeps it. Raises CheckpointError."""
    facts = deduce(files.shapes(path))
    if facts:
        generator = build(path, facts)
    else:
        generator, facts = open_community(path, files.weights(path))
    log.warning("model %s: its halo and precisions are measured, once; a large net takes minutes", path)
    facts = measured(generator, facts)
    try:
        return facts, cache.write(path, sha256, facts)
    except OSError as error:
        log.warning("model %s: what was measured cannot be kept (%s): the next use measures again", path, error)
        return facts, None


@torch.inference_mode()
def measured(generator: nn.Module, facts: Facts) -> Facts:
    """`facts` with the grid, the halo and the precisions that `generator` (float32) shows on test pictures."""
    tries = 1 if facts.halo else 6  # an architecture whose receptive radius is known has a known grid
    for grid in (facts.multiple_of * 2**power for power in range(tries)):
        felt = _farthest_felt(generator, replace(facts, multiple_of=grid))
        if felt <= _FARTHEST:
            halo = (int(felt * _MARGIN) // _ROUND + 1) * _ROUND
            facts = replace(facts, multiple_of=grid, halo=min(halo, facts.halo or halo), exact_tiling=True)
            break
    else:  # it looks at the whole picture at once
        facts = replace(facts, halo=REACH // 2, exact_tiling=False)
    dtypes = (name for name in facts.dtype_ok if name == "fp32" or _holds(generator, name, facts))
    return replace(facts, dtype_ok=tuple(dtypes))


def _farthest_felt(generator: nn.Module, facts: Facts) -> int:
    """lr pixels that the net looks over a cut on any test picture; the first that is too far decides.

    Nets that pack pixels, halve the picture or cut it up feel every cut that is off their grid everywhere.
    """
    farthest = 0
    for picture in _pictures(facts.multiple_of):
        farthest = max(farthest, _felt(generator, picture, facts))
        if farthest > _FARTHEST:
            break
    return farthest


def _felt(generator: nn.Module, picture: Tensor, facts: Facts) -> int:
    """lr pixels from a cut across the longer side within which a part differs from the whole by more than 1 LSB."""
    cut, scale = _cut(facts.multiple_of), facts.scale
    along = 3 if picture.shape[3] > picture.shape[2] else 2
    whole = _lines(generator, picture, along)
    first, second = (_lines(generator, part, along) for part in picture.tensor_split([cut], dim=along))
    before = (np.abs(first - whole[: cut * scale]) > 1).any(axis=1)[::-1]
    behind = (np.abs(second - whole[cut * scale :]) > 1).any(axis=1)
    return int(max(np.flatnonzero(side).max(initial=-1) for side in (before, behind))) // scale + 1


def _lines(generator: nn.Module, picture: Tensor, along: int) -> np.ndarray:
    """sr of (1, 3, H, W), 0 to 255, int16, as one row for each of its pixels along that axis."""
    sr = to_hwc(generator(picture).clone())[0].transpose(0, along - 2)
    return sr.flatten(1).numpy().astype(np.int16)


def _cut(grid: int) -> int:
    """Where test pictures are cut: the first odd multiple of `grid` from REACH on, a multiple of no coarser one."""
    return (-(-REACH // grid) | 1) * grid


def _holds(generator: nn.Module, precision: str, facts: Facts) -> bool:
    """Does the net give its fp32 result in that precision, too?"""
    side = -(-_CROP // facts.multiple_of) * facts.multiple_of
    picture = next(_pictures(facts.multiple_of))[..., :side, :side]
    try:
        rough = copy.deepcopy(generator).to(_DTYPES[precision])(picture)
    except RuntimeError:  # an operator that the device lacks in this precision
        return False
    error = (rough.clamp(0, 1) - generator(picture).clamp(0, 1)).square().mean().item()
    return bool(error <= 10 ** (-_FAITHFUL / 10))  # false for NaN


def _pictures(grid: int) -> Iterator[Tensor]:
    """Test pictures (1, 3, H, W) in [0, 1]: drawn and noisy, then smooth; each lying, then standing."""
    height = -(-REACH // grid) * grid
    y, x = np.mgrid[:height, : 2 * _cut(grid)].astype(np.float32)
    hues = np.array([0.0, 1.5, 3.0], np.float32)
    waves = 0.5 + 0.3 * np.sin(x * y / 150 + hues[:, None, None]) + 0.2 * np.sin((x + 2 * y) / 9)
    drawn = np.where((x // 12 + y // 9) % 3 == 0, np.round(waves * 3) / 3, waves)
    noisy = drawn + np.random.default_rng(0).normal(0, 0.06, drawn.shape)
    for picture in (noisy, waves):
        lr = torch.from_numpy(np.clip(picture, 0, 1).astype(np.float32))[None]
        yield from (lr, lr.mT)
