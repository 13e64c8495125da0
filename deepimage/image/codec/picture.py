"""A decoded picture: what travels between decoder, generator and encoder."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Metadata:
    """Descriptive blocks of a file; None where it had none, or where `decode` noted that one was damaged."""

    exif: bytes | None = None
    """A TIFF structure, with or without the leading Exif\\0\\0."""
    xmp: bytes | None = None
    """An XMP packet (XML)."""
    iptc: bytes | None = None
    """IPTC-IIM datasets."""


@dataclass(frozen=True)
class Place:
    """Degrees of WGS 84; north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Description:
    """What to write into a file; what is None or empty leaves what the file had."""

    taken: datetime | None = None
    """Local time where it was taken; its offset is written where it has one."""
    title: str = ""
    caption: str = ""
    keywords: tuple[str, ...] = ()
    place: Place | None = None
    dpi: int | None = None
    """Of a print."""
    source_type: str | None = None
    """A term of IPTC's digital source types."""


@dataclass(frozen=True)
class Picture:
    """sRGB pixels, upright, with what else the file said about them."""

    pixels: np.ndarray
    """(H, W, 3) uint8 sRGB; colour below fully transparent alpha is that of the nearest visible pixels."""
    alpha: np.ndarray | None = None
    """(H, W) uint8, 0 = transparent; None when every pixel is opaque."""
    grey: bool = False
    """Stored without colour: the three channels are equal, and a result goes back to one."""
    metadata: Metadata = field(default_factory=Metadata)
    description: Description | None = None
    """What the file did not say itself."""
    note: str | None = None
    """What had to be given up or assumed, for the manifest: "16-bit reduced to 8", ..."""

    def rows(self, top: int, bottom: int) -> "Picture":
        """The part of the picture from row `top` to row `bottom`."""
        alpha = None if self.alpha is None else self.alpha[top:bottom]
        return replace(self, pixels=self.pixels[top:bottom], alpha=alpha)


def to_arrays(picture: Picture) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A picture as JSON-like facts and arrays, the shape in which a decoder process answers. One channel if grey."""
    arrays = {"pixels": picture.pixels[..., 0] if picture.grey else picture.pixels}
    if picture.alpha is not None:
        arrays["alpha"] = picture.alpha
    for block in fields(Metadata):
        if data := getattr(picture.metadata, block.name):
            arrays[block.name] = np.frombuffer(data, np.uint8)
    return {"grey": picture.grey, "note": picture.note}, arrays


def from_arrays(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Picture:
    """The inverse of `to_arrays`. Raises ValueError when the parts are no picture."""
    pixels, alpha = arrays.get("pixels"), arrays.get("alpha")
    if pixels is None or pixels.dtype != np.uint8 or pixels.shape[2:] != (() if facts.get("grey") else (3,)):
        raise ValueError(f"expected uint8 pixels (H, W{'' if facts.get('grey') else ', 3'})")
    if alpha is not None and (alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]):
        raise ValueError(f"expected uint8 alpha {pixels.shape[:2]}, got {alpha.dtype} {alpha.shape}")
    blocks = {block.name: arrays[block.name].tobytes() for block in fields(Metadata) if block.name in arrays}
    note = facts.get("note")
    return Picture(
        pixels=np.dstack([pixels] * 3) if facts.get("grey") else pixels,
        alpha=alpha,
        grey=bool(facts.get("grey")),
        metadata=Metadata(**blocks),
        note=None if note is None else str(note),
    )
