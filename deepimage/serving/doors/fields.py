"""The fields of deep-image.ai's requests, as far as we can do what they ask, and the options that they stand for."""

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from deepimage.config import Bytes
from deepimage.serving.api.options import Options, invalid

Percent = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,2})?%$")]
Pixels = Annotated[int, BeforeValidator(lambda value: _plain(value)), Field(gt=0, le=100_000)]
Side: TypeAlias = Pixels | Percent

_FITS = {"canvas": "contain", "crop": "cover", "bounds": "inside", "cover": "outside"}
_FORMATS = {"jpg": "jpeg"}


def _plain(value: object) -> object:
    """Their own examples send numbers as text, too; a percentage is none, and true is none."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,6}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


class _Fields(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Crop(_Fields):
    """Where to cut."""

    crop: Literal["center"]


class Version(_Fields):
    """Of an algorithm of theirs; we have one for all."""

    type: Literal["v1", "v2"]


class Background(_Fields):
    """What is behind a picture that does not fill its canvas."""

    color: str = Field(pattern="^#[0-9a-fA-F]{6}$")


class Fields(_Fields):
    """What may be asked for; a result without width, height and min_length is as large as its input."""

    url: str | None = None
    """http(s)://, where fetching is switched on, or base64,..."""
    width: Side | None = None
    """Pixels, or a percentage of the input."""
    height: Side | None = None
    """As width."""
    min_length: Pixels | None = None
    """Of the shorter side."""
    fit: Literal["canvas", "crop", "bounds", "cover"] | Crop | None = None
    """canvas where none is given; a crop is cut from the middle."""
    padding: Annotated[int, Field(ge=0, le=10_000)] | Percent | None = None
    """Pixels, or a percentage of the smaller of the given sides."""
    enhancements: tuple[Literal["denoise", "deblur", "clean"], ...] = ()
    """The generator does all three in one, asked or not."""
    denoise_parameters: Version | None = None
    deblur_parameters: Version | None = None
    upscale_parameters: Version | None = None
    generative_upscale: Literal[False] = False
    safe: Literal[False] = False
    background: Background | None = None
    output_format: Literal["jpeg", "jpg", "png", "webp"] | None = None
    """The input's own where none is given."""
    quality: int | None = Field(None, ge=1, le=100)
    max_file_size: Bytes | None = None
    """Bytes, or "500kb", "1MB"; the highest quality that fits."""


def read_fields(values: object) -> Fields:
    """A JSON document -> Fields. Raises Problem invalid-options that names every field we do not support."""
    if not isinstance(values, dict):
        raise invalid([{"name": "parameters", "message": "expected a JSON object"}])
    try:
        return Fields.model_validate(values)
    except ValidationError as error:
        faults = {str(item["loc"][0]): _why(item) for item in error.errors()}
        raise invalid([{"name": name[:40], "message": why} for name, why in faults.items()]) from None


def options_of(fields: Fields) -> Options:
    """Raises Problem invalid-options."""
    fit = "crop" if isinstance(fields.fit, Crop) else fields.fit or "canvas"
    values: dict[str, Any] = _sizes(fields) | {
        "fit": "outside" if fields.min_length else _FITS[fit],
        "padding": _padding(fields),
        "background": fields.background.color if fields.background else None,
        "format": _FORMATS.get(fields.output_format or "", fields.output_format),
        "quality": fields.quality,
        "max_bytes": fields.max_file_size,
    }
    try:
        return Options.model_validate({name: value for name, value in values.items() if value is not None})
    except ValidationError as error:
        raise invalid([{"name": str(item["loc"][0]), "message": item["msg"]} for item in error.errors()]) from None


def _sizes(fields: Fields) -> dict[str, Any]:
    given = [side for side in (fields.width, fields.height) if side is not None]
    if fields.min_length:
        if given:
            raise _sides("min_length and width or height exclude each other")
        return {"width": fields.min_length, "height": fields.min_length}
    percents = {side for side in given if isinstance(side, str)}
    if not percents:
        return {"width": fields.width, "height": fields.height} if given else {"scale": 1}
    if len(percents) > 1 or len(percents) < len(set(given)):
        raise _sides("give both in pixels, or both as the same percentage")
    return {"scale": float(percents.pop()[:-1]) / 100}


def _padding(fields: Fields) -> int | None:
    if not isinstance(fields.padding, str):
        return fields.padding
    sides = [side for side in (fields.width, fields.height, fields.min_length) if isinstance(side, int)]
    if not sides:
        raise invalid([{"name": "padding", "message": "a percentage needs width or height in pixels"}])
    return round(min(sides) * float(fields.padding[:-1]) / 100)


def _sides(message: str) -> Exception:
    return invalid([{"name": "width, height", "message": message}])


def _why(item: Any) -> str:
    if item["type"] == "extra_forbidden" and len(item["loc"]) == 1:
        return f"not supported here; supported: {', '.join(Fields.model_fields)}"
    if item["type"] in ("extra_forbidden", "literal_error"):
        where = ".".join(str(part) for part in item["loc"][1:] if not str(part)[:1].isupper())
        expected = item.get("ctx", {}).get("expected", "")
        wish = f"; supported: {expected}" if expected else ""
        return f"{where or 'this value'} is not supported here{wish}"
    return str(item["msg"])
