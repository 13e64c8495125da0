"""How a parameter of a degradation is drawn: a number, or one key that names the distribution.

radius: 1.5                                                    always this
radius: {uniform: [0.2, 1.5]}
radius: {log_uniform: [0.2, 1.5]}
quality: {normal: {mean: 75, sigma: 12, low: 30, high: 95}}    clipped to low and high
quality: {choice: {60: 1, 75: 3}}                              values and their weights
quality: {histogram: {edges: [50, 60, 80], weights: [1, 3], jitter: 0.15}}
"""

import math
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_serializer, model_validator

from deepimage.image.degradation.part import Part, refuse_unknown
from deepimage.image.degradation.shares import Weight, pick, some_weight

Number = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Number, Number]


def _rising(*numbers: float) -> None:
    if any(b < a for a, b in pairwise(numbers)):
        raise ValueError(f"expected numbers in rising order, got {', '.join(f'{n:g}' for n in numbers)}")


class Constant(Part):
    """Always the same number; written as that number."""

    constant: Number

    def draw(self, rng: np.random.Generator) -> float:
        return self.constant

    @property
    def support(self) -> Range:
        return self.constant, self.constant

    @model_serializer
    def _number(self) -> float:
        return self.constant


class Uniform(Part):
    """Every number between two alike."""

    uniform: Range

    @model_validator(mode="after")
    def _two(self) -> "Uniform":
        _rising(*self.uniform)
        return self

    def draw(self, rng: np.random.Generator) -> float:
        return rng.uniform(*self.uniform)

    @property
    def support(self) -> Range:
        return self.uniform


class LogUniform(Part):
    """Every ratio between two positive numbers alike."""

    log_uniform: Range

    @model_validator(mode="after")
    def _positive(self) -> "LogUniform":
        _rising(*self.log_uniform)
        if self.log_uniform[0] <= 0:
            raise ValueError("expected numbers above 0")
        return self

    def draw(self, rng: np.random.Generator) -> float:
        low, high = self.log_uniform
        return math.exp(rng.uniform(math.log(low), math.log(high)))

    @property
    def support(self) -> Range:
        return self.log_uniform


class Bell(Part):
    """Mean, standard deviation and limits of a normal distribution."""

    mean: Number
    sigma: float = Field(ge=0, allow_inf_nan=False)
    low: Number
    high: Number

    @model_validator(mode="after")
    def _rising(self) -> "Bell":
        _rising(self.low, self.high)
        return self


class Normal(Part):
    """Normal, clipped to two limits."""

    normal: Bell

    def draw(self, rng: np.random.Generator) -> float:
        return min(max(rng.normal(self.normal.mean, self.normal.sigma), self.normal.low), self.normal.high)

    @property
    def support(self) -> Range:
        return self.normal.low, self.normal.high


class Choice(Part):
    """Some numbers, each with its weight."""

    choice: dict[Number, Weight]

    @model_validator(mode="after")
    def _some_weight(self) -> "Choice":
        some_weight(self.choice.values())
        return self

    def draw(self, rng: np.random.Generator) -> float:
        return pick(self.choice, rng)

    @property
    def support(self) -> Range:
        return min(self.choice), max(self.choice)


class Bins(Part):
    """Edges of n bins (n + 1 rising numbers), their n weights, and how far a draw may stray."""

    edges: tuple[Number, ...] = Field(min_length=2)
    weights: tuple[Weight, ...]
    jitter: float = Field(0.15, ge=0, le=1)
    """Standard deviation of what is added to a draw, as a share of the histogram's own standard deviation."""

    @model_validator(mode="after")
    def _fit(self) -> "Bins":
        if len(self.edges) != len(self.weights) + 1:
            raise ValueError(f"expected one edge more than weights, got {len(self.edges)} and {len(self.weights)}")
        _rising(*self.edges)
        some_weight(self.weights)
        return self

    @property
    def spread(self) -> float:
        """Standard deviation of a draw without jitter."""
        edges, shares = np.array(self.edges), np.array(self.weights) / sum(self.weights)
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        return float(np.sqrt(shares @ (middles**2 + widths**2 / 12) - (shares @ middles) ** 2))


class Histogram(Part):
    """What was counted somewhere: a bin by weight, uniform inside it, blurred by the jitter, never beyond the edges.

    The blur is the smoothed bootstrap (Efron 1979): it fills the gaps between the pictures that were counted.
    """

    histogram: Bins

    def draw(self, rng: np.random.Generator) -> float:
        bins = self.histogram
        chosen = pick(dict(enumerate(bins.weights)), rng)
        value = rng.uniform(bins.edges[chosen], bins.edges[chosen + 1]) + rng.normal(0, bins.jitter * bins.spread)
        return min(max(value, bins.edges[0]), bins.edges[-1])

    @property
    def support(self) -> Range:
        return self.histogram.edges[0], self.histogram.edges[-1]


_KINDS: dict[str, type[Part]] = {
    "constant": Constant,
    "uniform": Uniform,
    "log_uniform": LogUniform,
    "normal": Normal,
    "choice": Choice,
    "histogram": Histogram,
}


def _keyed(value: Any) -> Any:
    """A bare number becomes a Constant; a key that names no distribution is refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"constant": value}
    if isinstance(value, dict):
        refuse_unknown(value, _KINDS)
        if len(value) == 1:
            return value
    elif isinstance(value, tuple(_KINDS.values())):
        return value
    raise ValueError(f"expected a number or one of {', '.join(_KINDS)}")


def _kind(value: Any) -> str:
    return next(iter(value)) if isinstance(value, dict) else next(k for k, c in _KINDS.items() if isinstance(value, c))


Distribution = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[LogUniform, Tag("log_uniform")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[Histogram, Tag("histogram")],
    Discriminator(_kind),
    BeforeValidator(_keyed),
]


def between(low: float, high: float) -> AfterValidator:
    """Refuses a distribution that can leave [low, high]."""

    def check(value: Any) -> Any:
        if value.support[0] < low or value.support[1] > high:
            raise ValueError(f"expected values between {low:g} and {high:g}, can be {value.support}")
        return value

    return AfterValidator(check)
