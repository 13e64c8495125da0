"""What the study learns of one picture."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Traits:
    """One picture's past, as far as it shows. None = unknown, or there is no such thing.

    Measured on the stored pixels, before any turn or colour management: JPEG passes, blur and detail in the window with
    most detail (512 x 512), the rest all over the picture. "Steps" are 8-bit steps, 0 to 255.
    """

    format: str
    """jpeg png webp gif bmp tiff avif"""
    size: int
    """Bytes of the file."""
    width: int
    height: int
    """Pixels, upright."""
    lossless: bool
    grey: bool
    alpha: bool
    progressive: bool
    chroma: str | None
    """Sampling, by the file: 4:4:4 4:2:2 4:2:0 ..."""
    stripped: bool
    """No EXIF, XMP or IPTC is left."""
    software: str | None
    """The program that says it wrote the file."""
    marks: tuple[str, ...]
    """Quiet marks of platforms and programs, see `platform`."""

    jpeg_quality: int | None
    """IJG quality of the last JPEG pass, 1 to 100; the nearest where `jpeg_tables` names other tables."""
    jpeg_tables: str | None
    """Hash of tables that are none of IJG's; None where they are."""
    jpeg_steps: tuple[tuple[int, ...], tuple[int, ...]] | None
    """Those tables: luma and chroma, 64 steps each, row by row."""
    jpeg_stored: bool
    """The file is that JPEG; else the pass was found in the pixels."""
    jpeg_top: int | None
    jpeg_left: int | None
    """Pixels, 0 to 7, from the stored corner to its block grid."""
    earlier_quality: int | None
    """IJG quality of a weaker JPEG pass before, whose grid lies elsewhere; right to 2 in 19 of 20."""
    earlier_top: int | None
    earlier_left: int | None
    webp_quality: float | None
    """Of a lossy WebP file, 0 to 100, right to 3."""

    noise_luma: float | None
    """Standard deviation, steps. Below 4 it may be texture. After WebP or AVIF: what these have left."""
    noise_chroma: float | None
    """The same of Cb and Cr together, were it white."""
    shot: float | None
    read: float | None
    """Variance of luma = shot x + read for linear light x in [0, 1]; where noise_luma is 2 steps or more."""
    blur: float | None
    """Standard deviation of the equivalent Gaussian, pixels; below 0.55 = sharp."""
    halo: float | None
    """Overshoot at edges, share of their height, where noise is below 4 steps. Ordinary photos have 0.04 to 0.16, each
    its own: it is the median of many that tells of sharpening (0.09 ordinary, 0.2 by an unsharp mask of amount 1)."""
    resolution: float | None
    """Share of the sides at which the picture would hold the same detail, 0 to 1."""
    enlarged: float | None
    """Factor by which the picture was enlarged before, 1 = it was not; right to a fifth up to 2.5, too low above."""

    black: float
    middle: float
    white: float
    """Percentiles 1, 50, 99 of luma, steps."""
    clipped_dark: float
    clipped_bright: float
    """Share of pixels that are black, and white."""

    @property
    def long_side(self) -> int:
        """Pixels."""
        return max(self.width, self.height)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes | str) -> "Traits":
        """The inverse of `to_json`."""
        values = json.loads(text)
        values["marks"] = tuple(values["marks"])
        values["jpeg_steps"] = values["jpeg_steps"] and tuple(map(tuple, values["jpeg_steps"]))
        return cls(**values)
