"""What a request may say in its query: strictly read, all faults named at once."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from deepimage.config import Recipe, validate
from deepimage.serving.config import Serving
from deepimage.serving.problems import Problem

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_SIZES = ("scale", "width", "height", "max_side")
_OUTPUT = ("format", "quality", "chroma", "progressive", "metadata", "background", "max_bytes")
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "le": "maximum"}  # pydantic's own names, behind a validator
_LONGEST_ECHO = 40  # characters of a wrong value that are said back


def _number(value: object) -> object:
    """Only what JSON calls a number: no NaN, no inf, no blanks, no digits of other scripts."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("not a number")
    return value


def _flag(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Real = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag), Field(strict=True)]
Pixels = Annotated[Whole, Field(gt=0, le=100_000)]


class Options(BaseModel):
    """Settings of one picture; what is left out is as the service's recipe has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    model: str | None = None
    """A name of /v1/models."""
    scale: Real | None = Field(None, gt=0, le=16)
    """Enlargement; the model's own where no size is given."""
    width: Pixels | None = None
    """Of the result, pixels."""
    height: Pixels | None = None
    """Of the result, pixels."""
    max_side: Pixels | None = None
    """Longest side of the result, pixels."""
    fit: Literal["inside", "outside", "cover", "contain", "fill"] | None = None
    """Given width and height: within that box or round it, cropped or padded to it, or stretched."""
    padding: Whole | None = Field(None, ge=0, le=10_000)
    """Plain border on each side, pixels of the result; width, height and max_side include it."""
    format: Literal["auto", "jpeg", "png", "webp", "avif", "tiff"] | None = None
    """auto = what Accept asks for, else the input's own family."""
    quality: Whole | None = Field(None, ge=1, le=100)
    """Of jpeg, webp and avif."""
    max_bytes: Whole | None = Field(None, gt=0)
    """Largest file; jpeg, webp and avif go down from `quality` to the highest one that fits."""
    chroma: Literal["4:4:4", "4:2:0"] | None = None
    """Sampling of jpeg and avif."""
    progressive: Flag | None = None
    """jpeg only."""
    metadata: Literal["safe", "keep", "strip"] | None = None
    """safe = without place and serial numbers."""
    background: str | None = Field(None, pattern="^#[0-9a-fA-F]{6}$")
    """What transparency becomes in jpeg, and what `contain` and padding are filled with."""
    fidelity: Real | None = Field(None, ge=0, le=1)
    """0 = most faithful, 1 = most restored."""
    denoise: Real | None = Field(None, ge=0, le=1)
    """Of models that can leave noise: 1 removes it."""
    back_projection: Real | None = Field(None, ge=0, le=1)
    """How much of what was lost of the input is given back."""

    @model_validator(mode="after")
    def _one_size(self) -> "Options":
        given = [name for name in _SIZES if getattr(self, name) is not None]
        if len(given) > 1 and given != ["width", "height"]:
            raise ValueError(f"{' and '.join(given)} exclude each other: give one of them")
        return self


def read_options(pairs: Iterable[tuple[str, str]]) -> Options:
    """Query pairs, decoded -> Options. Raises Problem invalid-options with every fault in `errors`."""
    pairs = list(pairs)
    faults = [_fault(name, "given more than once") for name, times in Counter(n for n, _ in pairs).items() if times > 1]
    try:
        options = Options.model_validate(dict(pairs))
    except ValidationError as error:
        faults += [_of(item) for item in error.errors()]
    if faults:
        raise invalid(faults)
    return options


def recipe_of(options: Options, config: Serving) -> Recipe:
    """The service's recipe with a request's options; its limits are no option. Raises Problem invalid-options."""
    given = options.model_dump(exclude_none=True)
    if options.model not in (None, *config.models):
        raise invalid([_fault("model", f"expected one of {', '.join(config.models)}", options.model)])
    values: dict[str, Any] = config.recipe.model_dump(exclude_none=True) | {"model": config.models[0]}
    if any(name in given for name in _SIZES):
        values = {name: value for name, value in values.items() if name not in _SIZES}
    values["output"] |= {name: given.pop(name) for name in _OUTPUT if name in given}
    return validate(Recipe, values | given)


def parameters(config: Serving) -> list[dict[str, Any]]:
    """The options as OpenAPI parameters."""
    found = []
    for name, schema in Options.model_json_schema()["properties"].items():
        plain: dict[str, Any] = next((kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}), {})
        text = schema.pop("description", "")
        plain = {_BOUNDS.get(key, key): value for key, value in plain.items()}
        if name == "model":
            plain = {"type": "string", "enum": list(config.models)}
        found.append({"name": name, "in": "query", "required": False, "description": text, "schema": plain})
    return found


def invalid(faults: list[dict[str, str]]) -> Problem:
    """The answer that lists them all."""
    return Problem("invalid-options", "; ".join(f"{f['name']}: {f['message']}" for f in faults), {"errors": faults})


def _of(item: Any) -> dict[str, str]:
    name = ".".join(str(part) for part in item["loc"]) or "options"
    if item["type"] == "extra_forbidden":
        return _fault(name, f"unknown option; known: {', '.join(Options.model_fields)}")
    value = item["input"] if isinstance(item["input"], str) else None
    return _fault(name, item["msg"].removeprefix("Value error, "), value)


def _fault(name: str, message: str, value: str | None = None) -> dict[str, str]:
    got = "" if value is None else f", got {value[:_LONGEST_ECHO]!r}"
    return {"name": name[:_LONGEST_ECHO], "message": message + got}
