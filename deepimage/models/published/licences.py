"""Licences of well-known published weights, by the name of their file; a renamed file is not known."""

from collections.abc import Mapping
from types import MappingProxyType

_REAL_ESRGAN = (
    "realesr-general-x4v3",
    "realesr-general-wdn-x4v3",
    "realesr-animevideov3",
    "RealESRGAN_x4plus",
    "RealESRGAN_x4plus_anime_6B",
    "RealESRGAN_x2plus",
    "RealESRNet_x4plus",
)
_LSDIR_COMPACT = ("4xLSDIRCompact", "4xLSDIRCompactC3", "4xLSDIRCompactR3", "4xLSDIRCompactN3")

LICENCES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_REAL_ESRGAN, "BSD-3-Clause, Real-ESRGAN authors")
    | dict.fromkeys(_LSDIR_COMPACT, "CC-BY-4.0, Philip Hofmann")
)
"""File name without suffix -> licence and whom to name."""
