"""The steps that a recipe can hold, each with the distributions of its numbers.

Lengths are lr pixels and sizes are multiples of the lr picture's sides.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from deepimage.image.degradation.distribution import Constant, Distribution, Uniform, between
from deepimage.image.degradation.part import Part, refuse_unknown
from deepimage.image.degradation.shares import Shares, always

Length = Annotated[Distribution, between(0, 64)]
"""In lr pixels."""
Angle = Annotated[Distribution, between(-360, 360)]
"""In degrees, from the x axis towards the y axis (down)."""
Quality = Annotated[Distribution, between(1, 100)]
Kernel = Literal["nearest", "box", "bilinear", "bicubic", "mitchell", "lanczos"]
Table = Annotated[tuple[Annotated[int, Field(ge=1, le=255)], ...], Field(min_length=64, max_length=64)]

ANY_DIRECTION = Uniform(uniform=(0, 180))
NONE = Constant(constant=0)


class Step(Part):
    """One element of a branch."""

    probability: float = Field(1, ge=0, le=1)
    """Of the step taking place at all."""


class Defocus(Step):
    """A lens out of focus: an even disk."""

    step: Literal["defocus"] = "defocus"
    radius: Length


class Blur(Step):
    """A Gaussian, round or long."""

    step: Literal["blur"] = "blur"
    sigma: Length
    """Standard deviation along `angle`."""
    ratio: Annotated[Distribution, between(0, 1)] = Constant(constant=1)
    """Standard deviation across, as a share of that along."""
    angle: Angle = ANY_DIRECTION


class Motion(Step):
    """A shaken camera: an even path, straight or an arc."""

    step: Literal["motion"] = "motion"
    length: Length
    angle: Angle = ANY_DIRECTION
    """Of the path's middle."""
    bend: Angle = NONE
    """How far the direction turns from the path's beginning to its end."""


class Aberration(Step):
    """Lateral chromatic aberration: red moves one way, blue the other, green stays."""

    step: Literal["aberration"] = "aberration"
    shift: Length
    angle: Angle = Uniform(uniform=(0, 360))


class Sharpen(Step):
    """Unsharp masking, with its halo: x + amount (x - Gaussian(x))."""

    step: Literal["sharpen"] = "sharpen"
    amount: Annotated[Distribution, between(0, 10)]
    radius: Length
    """Standard deviation of the Gaussian."""


class Noise(Step):
    """White Gaussian noise."""

    step: Literal["noise"] = "noise"
    sigma: Annotated[Distribution, between(0, 128)]
    """Standard deviation, 8-bit steps."""
    channels: Shares[Literal["rgb", "grey"]] = always("rgb")
    """Three independent channels, or one for all."""


class Sensor(Step):
    """Shot and read noise in linear light, of a picture taken in 1 / gain of the light that it shows."""

    step: Literal["sensor"] = "sensor"
    gain: Annotated[Distribution, between(1, 64)] = Constant(constant=1)
    shot: Annotated[Distribution, between(1e-6, 1)]
    """a of the variance a x + b, where x in [0, 1] is the light that arrives (after the division by gain)."""
    read: Annotated[Distribution, between(0, 1)] | None = None
    """b; none = as cameras have it for this a (Brooks et al. 2019)."""
    relight: Annotated[Distribution, between(0, 1)] = Constant(constant=1)
    """How much of the gain is given back: 1 = as bright as before, 0 = as dark as it was taken."""


class Blotches(Step):
    """What a phone's denoiser leaves: coarse stains of colour, and a luma that has lost its finest detail."""

    step: Literal["blotches"] = "blotches"
    sigma: Annotated[Distribution, between(0, 64)]
    """Standard deviation of Cb and Cr, 8-bit steps."""
    spread: Length
    """Standard deviation of the Gaussian that makes the stains of white noise."""
    smoothing: Length = NONE
    """Standard deviation of the Gaussian on luma."""


class Resize(Step):
    """Antialiased resize (nearest is not)."""

    step: Literal["resize"] = "resize"
    size: Annotated[Distribution, between(0.05, 64)]
    """Multiple of the lr sides; at most that of hr."""
    kernel: Shares[Kernel] = always("lanczos")


class Tables(Part):
    """Quantisation tables of JPEG, row by row (not in zigzag order)."""

    luma: Table
    chroma: Table


class Jpeg(Step):
    """A JPEG file written and read."""

    step: Literal["jpeg"] = "jpeg"
    quality: Quality
    tables: Shares[str] = always("ijg")
    """ijg, flat, robidoux (all scaled by quality as libjpeg does), or a key of `custom`."""
    custom: dict[str, Tables] = Field(default_factory=dict)
    """Tables that are used as they stand, whatever the quality."""
    chroma: Shares[Literal["4:4:4", "4:2:2", "4:2:0"]] = always("4:2:0")
    upsampling: Shares[Literal["fancy", "nearest"]] = always("fancy")
    """How the reader enlarges chroma."""
    grid: Shares[Literal["random", "aligned"]] = always("random")
    """Where the blocks begin: anywhere (a crop of a file, or a crop between two files), or at the picture's corner."""

    @model_validator(mode="after")
    def _named_tables(self) -> "Jpeg":
        refuse_unknown(self.tables, ["ijg", "flat", "robidoux", *self.custom], "table")
        return self


class Webp(Step):
    """A lossy WebP file (always 4:2:0)."""

    step: Literal["webp"] = "webp"
    quality: Quality
    grid: Shares[Literal["random", "aligned"]] = always("random")


class Avif(Step):
    """An AVIF file (4:2:0), written at the encoder's fastest speed."""

    step: Literal["avif"] = "avif"
    quality: Quality
    grid: Shares[Literal["random", "aligned"]] = always("random")


class Png(Step):
    """A lossless file: values become whole 8-bit steps."""

    step: Literal["png"] = "png"


def _known_step(value: Any) -> Any:
    """Refuse the name of a step that does not exist, with the nearest right one."""
    if isinstance(value, dict):
        refuse_unknown([value.get("step", "(a step without its name)")], _STEPS, "step")
    return value


AnyCodec = Annotated[Jpeg | Webp | Avif | Png, Field(discriminator="step"), BeforeValidator(_known_step)]


class Platform(Step):
    """One to three hops, each a resize and a codec, one perhaps with a sharpening; the last ends at the size of lr."""

    step: Literal["platform"] = "platform"
    hops: Annotated[Distribution, between(1, 3)] = Constant(constant=1)
    """Rounded to a whole number."""
    size: Annotated[Distribution, between(0.05, 64)] = Constant(constant=2)
    """Of each hop before the last, multiple of the lr sides; several go from the largest to the smallest."""
    kernel: Shares[Kernel] = always("lanczos")
    sharpen: Sharpen | None = None
    """After one of the resizes, with its probability."""
    codecs: tuple[AnyCodec, ...] = Field(min_length=1)
    """One of them for each hop, by their probabilities (as weights: they need not sum to one)."""
    last: tuple[AnyCodec, ...] = ()
    """The same for the last hop; none = as the others."""

    @model_validator(mode="after")
    def _some_codec(self) -> "Platform":
        for codecs in (self.codecs, self.last):
            if codecs and not any(codec.probability for codec in codecs):
                raise ValueError("expected a codec with a probability above 0")
        return self


AnyStep = Annotated[
    Defocus
    | Blur
    | Motion
    | Aberration
    | Sharpen
    | Noise
    | Sensor
    | Blotches
    | Resize
    | Jpeg
    | Webp
    | Avif
    | Png
    | Platform,
    Field(discriminator="step"),
    BeforeValidator(_known_step),
]
_STEPS = [kind.model_fields["step"].default for kind in get_args(get_args(AnyStep)[0])]
