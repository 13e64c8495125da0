"""The recipe: every setting as one typed, frozen object; a misspelt key is refused by name.

`load(path, overrides)` reads YAML, applies `dotted.key=value` overrides and validates.
Below `load` no dict travels: code receives the section it needs.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from deepimage.errors import ConfigError

Format = Literal["auto", "jpeg", "png", "webp", "avif", "tiff"]
_UNITS = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _bytes(value: object) -> object:
    """'200MB' -> 200000000; numbers pass."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]*)\s*", value) if isinstance(value, str) else None
    if match and match[2].upper() in _UNITS:
        return int(float(match[1]) * _UNITS[match[2].upper()])
    return value


Bytes = Annotated[int, BeforeValidator(_bytes), Field(gt=0)]


class Section(BaseModel):
    """A group of settings: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def __hash__(self) -> int:
        """Settings that are mappings have no hash of their own."""
        return hash(self.model_dump_json())


class Output(Section):
    """How a result is encoded."""

    format: Format = "auto"
    """auto keeps the input's family (JPEG stays JPEG, PNG stays PNG, ...)."""
    quality: int = Field(95, ge=1, le=100)
    """Encoder quality of the lossy formats, 1 to 100."""
    chroma: Literal["4:4:4", "4:2:0"] = "4:4:4"
    """JPEG and AVIF chroma sampling."""
    progressive: bool = False
    """JPEG only."""
    metadata: Literal["safe", "keep", "strip"] = "safe"
    """safe = EXIF/XMP/IPTC without place, serial numbers, maker notes; orientation and thumbnails never survive."""
    background: str = Field("#ffffff", pattern="^#[0-9a-fA-F]{6}$")
    """What transparent pixels become in a format without alpha, and the colour of what is not picture."""
    max_bytes: Bytes | None = None
    """Largest file; jpeg, webp and avif go down from `quality` to the highest one that fits."""


class Limits(Section):
    """What an untrusted picture may cost; checked on the header, before decoding."""

    max_megapixels: float = Field(100, gt=0)
    max_bytes: Bytes = 200_000_000
    max_side: int = Field(100_000, gt=0)
    """Longest side of an input, pixels."""
    max_output_megapixels: float = Field(2000, gt=0)
    max_actor_megapixels: float = Field(16, gt=0)
    """Larger inputs are restored in strips, one at a time, so that memory stays bounded."""
    max_strip_megapixels: float = Field(50, gt=0)
    """Larger inputs are restored in bands of max_actor_megapixels, each by whatever actor is free, and stitched."""
    decode_seconds: float = Field(30, gt=0)
    decode_memory: Bytes = 4_000_000_000
    """Address space of a decoder process, bytes."""


class Tiling(Section):
    """How a picture is cut for the generator."""

    tile: int = Field(320, ge=64)
    """Largest side of a window (core and halo), lr pixels."""
    batch: int = Field(8, ge=1)
    """Windows in one batch on a GPU; a CPU takes one window at a time."""


class Runtime(Section):
    """Where and how wide the work runs; never changes a pixel, so it is not part of the recipe's digest."""

    engine: Literal["ray", "local"] = "ray"
    address: str | None = None
    """Ray cluster to join; none starts an embedded one."""
    actors: int | None = Field(None, ge=1)
    """Generator actors; none = as many as the nodes hold: one per GPU (or part of one), else one per four cores."""
    max_actors: int | None = Field(None, ge=1)
    """Up to so many actors are started as nodes join; none = as many as at the start."""
    gpus: float | None = Field(None, gt=0, le=1)
    """GPUs of each actor: 0.5 = two share one; none = one, or what `actors` leaves for each."""
    memory: Bytes = 4_000_000_000
    """Memory that each actor reserves on its node of a cluster, so that none holds too many."""
    restore_on: dict[str, str] = {}
    """Labels of the nodes that hold generators, such as {ray.io/node-group: gpu}; none = any node."""
    others_on: dict[str, str] = {}
    """Labels of the nodes that fetch, look and write; none = any node."""
    threads: int | None = Field(None, ge=1)
    """CPU threads of one Restorer; none = all cores shared by the actors."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch_rows: int = Field(8, ge=1)
    """Pictures handed to a generator at once."""
    decoders: int = Field(1, ge=1)
    """Decoder processes of one worker."""
    look_here_below: int = Field(200, ge=0)
    """Fewer new pictures than this are looked at in the driver: sooner done than a cluster starts."""
    shuffle_above: int = Field(50_000, ge=0)
    """Near-duplicate search runs as a Ray Data shuffle above this many pictures, in one process below."""


class Prices(Section):
    """What `--dry-run` reckons with; never changes a pixel."""

    currency: str = "USD"
    node_hour: dict[str, Annotated[float, Field(ge=0)]] = {}
    """Price of a node for an hour, by its group (the label ray.io/node-group), such as {head: 0.2, gpu: 1.1}; the
    group `default` is for nodes without a group, and for an embedded cluster."""


class Storage(Section):
    """How stores are reached; credentials come from the usual environment variables."""

    endpoint_url: str | None = None
    """S3 endpoint; AWS_ENDPOINT_URL where none is given."""
    anonymous: bool = False
    retries: int = Field(5, ge=0)
    """Tries after the first for a request that failed by the store's fault."""
    connect_seconds: float = Field(10, gt=0)
    read_seconds: float = Field(60, gt=0)


class Recipe(Section):
    """Everything `run` and `restore` can be told."""

    model: str = "fast-x4"
    """A shipped name, a checkpoint file, or an interpolator (`deepimage models list` names them)."""
    scale: float | None = Field(None, gt=0, le=16)
    """Enlargement; none = the model's own."""
    width: int | None = Field(None, gt=0)
    height: int | None = Field(None, gt=0)
    max_side: int | None = Field(None, gt=0)
    """Target size in pixels; at most one of scale, max_side, and width or height or both."""
    fit: Literal["inside", "outside", "cover", "contain", "fill"] = "inside"
    """Where both width and height are given: within that box or round it, cropped or padded to it, or stretched."""
    padding: int = Field(0, ge=0, le=10_000)
    """Plain border on each side, pixels of the result; width, height and max_side include it."""
    fidelity: float = Field(0.5, ge=0, le=1)
    """0 = most faithful (the psnr twin), 1 = most restored; refused for a model without a twin."""
    faithful_below: float | None = Field(None, gt=0, lt=99)
    """dB: a result whose consistency with its input is lower is made anew at fidelity 0, and the manifest says so."""
    denoise: float = Field(1.0, ge=0, le=1)
    """Of a published net that has a twin which leaves noise: 1 = remove it, 0 = leave it."""
    back_projection: float = Field(0.0, ge=0, le=1)
    """How much of what the result, shrunk again, lacks of its input is given back: truer, and dirtier."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    output: Output = Output()
    limits: Limits = Limits()
    tiling: Tiling = Tiling()
    near_duplicates: Literal["report", "alias", "skip"] = "report"
    skip_larger_than: float | None = Field(None, gt=0)
    """Megapixels; a larger input is large enough and is skipped."""
    skip_large_enough: bool = False
    """An input that the wished size would not enlarge is skipped."""
    runtime: Runtime = Runtime()
    storage: Storage = Storage()
    prices: Prices = Prices()

    def model_post_init(self, context: object) -> None:
        sizes = [name for name in ("scale", "width", "height", "max_side") if getattr(self, name) is not None]
        if len(sizes) > 1 and sizes != ["width", "height"]:
            raise ValueError(f"{' and '.join(sizes)} exclude each other: give one of them")
        for name in sizes:
            if name != "scale" and getattr(self, name) <= 2 * self.padding:
                raise ValueError(f"padding={self.padding} leaves nothing of {name}={getattr(self, name)}")

    def digest(self, weights_sha256: str) -> str:
        """sha256 of all that can change an output byte, and of nothing else."""
        policy = {"near_duplicates", "skip_larger_than", "skip_large_enough"}
        facts = self.model_dump(mode="json", exclude={"runtime", "storage", "limits", "prices"} | policy)
        facts["model"] = weights_sha256
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


S = TypeVar("S", bound=Section)


def load(
    path: str | Path | None = None, overrides: Iterable[str] = (), shortcuts: Mapping[str, Any] | None = None
) -> Recipe:
    """The recipe of a file, overrides and shortcut flags. Raises ConfigError."""
    return read(Recipe, path, overrides, shortcuts)


def read(
    section: type[S],
    path: str | Path | None,
    overrides: Iterable[str] = (),
    shortcuts: Mapping[str, Any] | None = None,
) -> S:
    """YAML file, then `dotted.key=value` overrides, then shortcut flags -> a section. Raises ConfigError."""
    values = _read_yaml(path) if path else {}
    for item in overrides:
        key, equals, text = item.partition("=")
        if not equals:
            raise ConfigError(f"--set {item}: expected dotted.key=value")
        _assign(values, key.strip(), _scalar(text))
    for key, value in (shortcuts or {}).items():
        if value is not None:
            _assign(values, key, value)
    return validate(section, values)


def validate(section: type[S], values: Mapping[str, Any]) -> S:
    """Build `section`, turning the first complaint into one line that names the key and the nearest right one."""
    try:
        return section.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(section, error)) from None


def _read_yaml(path: str | Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(Path(path).read_text()) or {}
    except OSError as error:
        raise ConfigError(f"config {path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"config {path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"config {path}: expected keys and values, got {type(values).__name__}")
    return values


def _scalar(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _assign(values: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{dotted}: {parent} is a value, not a section")
    values[last] = value


def _explain(section: type[Section], error: ValidationError) -> str:
    first = error.errors()[0]
    path = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        complaint = first["msg"].removeprefix("Value error, ")
        told = complaint.endswith("?") or isinstance(first["input"], dict | Section)
        return f"{path or 'recipe'}: {complaint}" + ("" if told else f", got {first['input']!r}")
    near = difflib.get_close_matches(path, _keys(section), n=1, cutoff=0.5)
    known = f"; did you mean {near[0]}?" if near else f"; known keys: {', '.join(section.model_fields)}"
    return f"{path}: unknown key{known}"


def _keys(section: type[Section], prefix: str = "") -> list[str]:
    keys = []
    for name, field in section.model_fields.items():
        keys.append(prefix + name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            keys += _keys(field.annotation, f"{prefix}{name}.")
    return keys
