"""Every metric by name: what it needs, what a perfect result scores, and how its figure is written."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

from deepimage.metrics.checkerboard import checkerboard
from deepimage.metrics.consistency import consistency_db
from deepimage.metrics.dss import dss
from deepimage.metrics.haarpsi import haarpsi
from deepimage.metrics.niqe import Niqe
from deepimage.metrics.piqe import piqe
from deepimage.metrics.psnr import psnr_y
from deepimage.metrics.ssim import ms_ssim_y, ssim_y

_MOST = 99.0  # dB of equal pictures, so that a mean over pictures stays a number


@dataclass(frozen=True)
class Trial:
    """A result and what it is judged by: (H,W,3) uint8 each, `sr` and `hr` of one size; without an original hr is None.

    `border`: pixels that PSNR and SSIM leave out on every side, by convention the scale.
    """

    sr: np.ndarray
    lr: np.ndarray
    hr: np.ndarray | None = None
    border: int = 0

    @property
    def original(self) -> np.ndarray:
        """The hr, for metrics that need one."""
        assert self.hr is not None
        return self.hr


Measure = Callable[[Trial], float]
"""Raises ValueError for pictures that are too small."""


@dataclass(frozen=True)
class Metric:
    """One metric; `load` makes it ready, from a file where it needs one."""

    label: str
    about: str
    """What it means, in a phrase."""
    load: Callable[[Path | None], Measure]
    best: float
    """Infinite: the higher the better; minus infinite: the lower; else the middle of the band where good ones lie."""
    digits: int
    """Decimals worth printing."""
    unit: str = ""
    needs_hr: bool = True
    needs_file: bool = False

    @property
    def direction(self) -> str:
        """In a sign: ↑ ↓, or ≈ and the middle of the band."""
        return {math.inf: "↑", -math.inf: "↓"}.get(self.best, f"≈ {self.best:g}")

    def badness(self, value: float) -> float:
        """What the best has least of."""
        if math.isinf(self.best):
            return -value if self.best > 0 else value
        return abs(value - self.best)

    def text(self, value: float | None) -> str:
        """For people; a dash where there is none."""
        return "–" if value is None or math.isnan(value) else f"{value:.{self.digits}f}"


def _plain(measure: Measure) -> Callable[[Path | None], Measure]:
    return lambda path: measure


def _lpips(path: Path | None) -> Measure:
    import torch  # takes a second and a half, and only this metric needs it

    from deepimage.metrics.lpips import Lpips

    assert path is not None
    lpips = Lpips.load(path)

    def measure(trial: Trial) -> float:
        with torch.inference_mode():
            sr, hr = (torch.from_numpy(np.array(p)).movedim(-1, 0)[None] / 255 for p in (trial.sr, trial.original))
            return lpips(sr, hr).item()

    return measure


def _niqe(path: Path | None) -> Measure:
    assert path is not None
    niqe = Niqe.load(path)
    return lambda trial: niqe(trial.sr)


def _psnr_small(trial: Trial) -> float:
    """PSNR-Y where both are shrunk to the size of lr: is what lr showed still there, its dirt aside?"""
    height, width = trial.lr.shape[:2]
    sr, hr = (
        np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))
        for picture in (trial.sr, trial.original)
    )
    return min(psnr_y(sr, hr), _MOST)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "psnr_y": Metric(
            "PSNR-Y",
            "error per pixel, of luma, the border cut",
            _plain(lambda t: min(psnr_y(t.sr, t.original, t.border), _MOST)),
            math.inf,
            2,
            "dB",
        ),
        "ssim_y": Metric(
            "SSIM-Y",
            "local structure of luma, the border cut",
            _plain(lambda t: ssim_y(t.sr, t.original, t.border)),
            math.inf,
            3,
        ),
        "ms_ssim_y": Metric(
            "MS-SSIM",
            "the same at five sizes",
            _plain(lambda t: ms_ssim_y(t.sr, t.original, t.border)),
            math.inf,
            3,
        ),
        "haarpsi": Metric(
            "HaarPSI", "edges and colour by Haar wavelets", _plain(lambda t: haarpsi(t.sr, t.original)), math.inf, 3
        ),
        "dss": Metric(
            "DSS",
            "sub-bands of 8x8 blocks; of the untrained ones the best judge of what GANs do wrong",
            _plain(lambda t: dss(t.sr, t.original)),
            math.inf,
            3,
        ),
        "lpips": Metric(
            "LPIPS",
            "distance as a network sees it (SqueezeNet); no evidence for a net that was trained on it",
            _lpips,
            -math.inf,
            3,
            needs_file=True,
        ),
        "psnr_small": Metric(
            "PSNR at lr size",
            "PSNR-Y where result and original are shrunk to lr",
            _plain(_psnr_small),
            math.inf,
            1,
            "dB",
        ),
        "niqe": Metric(
            "NIQE",
            "distance from the statistics of clean photographs, which have about 4.9; below is over-textured",
            _niqe,
            4.9,
            2,
            needs_hr=False,
            needs_file=True,
        ),
        "piqe": Metric(
            "PIQE",
            "share of blocks that are noisy or blocky; blind to some blur",
            _plain(lambda t: piqe(t.sr)),
            -math.inf,
            1,
            needs_hr=False,
        ),
        "checkerboard": Metric(
            "Checkerboard",
            "grid that repeats with the pixels of the input, on calm ground, in 8-bit levels; texture adds a little",
            _plain(lambda t: checkerboard(t.sr, round(t.sr.shape[0] / t.lr.shape[0]))),
            -math.inf,
            2,
            needs_hr=False,
        ),
        "consistency": Metric(
            "Consistency",
            "PSNR of luma of the result, shrunk again, against its input, dirt included",
            _plain(lambda t: consistency_db(t.lr, t.sr)),
            math.inf,
            1,
            "dB",
            needs_hr=False,
        ),
    }
)


def usable(with_hr: bool, files: Mapping[str, Path]) -> tuple[str, ...]:
    """Names of the metrics that can be measured with these files, with or without an original."""
    return tuple(
        name
        for name, metric in METRICS.items()
        if (with_hr or not metric.needs_hr) and (not metric.needs_file or name in files)
    )


def open_metrics(names: Iterable[str], files: Mapping[str, Path]) -> dict[str, Measure]:
    """Metrics ready to measure. Raises UsageError for a file that is not what it should be."""
    return {name: METRICS[name].load(files.get(name)) for name in names}
