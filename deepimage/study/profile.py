"""A customer's pictures in figures: what they are, what was done to them, and the recipe that does the same."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

from deepimage.config import Section, read
from deepimage.image.degradation.recipe import Degradation
from deepimage.study.degradation import degradation
from deepimage.study.measures import EDGES, Measure
from deepimage.study.traits import Traits

_EXAMPLES = 20  # names of refused files, of each code
_KINDS = 20  # of a tally; the rest is counted together


def _grid(traits: Traits) -> str | None:
    """Where the last JPEG's blocks begin; a grid away from the corner tells of a crop after it."""
    if traits.jpeg_top is None or traits.jpeg_left is None:
        return None
    return "at the corner" if traits.jpeg_top == traits.jpeg_left == 0 else f"{traits.jpeg_left}, {traits.jpeg_top}"


_SHARES: Mapping[str, Callable[[Traits], Sequence[str | None]]] = {
    "format": lambda t: [t.format + (" lossless" if t.format == "webp" and t.lossless else "")],
    "chroma": lambda t: [t.chroma],
    "jpeg_from": lambda t: [None if t.jpeg_quality is None else "the file" if t.jpeg_stored else "its pixels"],
    "jpeg_tables": lambda t: [t.jpeg_tables or "ijg" if t.jpeg_quality is not None else None],
    "jpeg_grid": lambda t: [_grid(t)],
    "passes": lambda t: ["an earlier, weaker JPEG" if t.earlier_quality is not None else "no earlier pass shows"],
    "marks": lambda t: t.marks,
    "metadata": lambda t: ["stripped" if t.stripped else "there"],
    "software": lambda t: [t.software],
    "colour": lambda t: ["grey" if t.grey else "colour"],
    "alpha": lambda t: ["transparent" if t.alpha else None],
}


class Refused(Section):
    """Files that could not be studied, of one kind."""

    count: int
    examples: tuple[str, ...]
    """The first names, with the reason."""


class Profile(Section):
    """What a study found."""

    source: str
    """INPUT as it was given."""
    date: str
    """Of the study, UTC, ISO 8601."""
    listed: int
    """Files in INPUT."""
    sampled: int
    """Of these, drawn for the study."""
    pictures: int
    """Of these, studied: the others are in `refused`."""
    refused: dict[str, Refused]
    """By error code, "failed" for what storage withheld."""
    shares: dict[str, dict[str, int]]
    """Pictures by format, chroma sampling, tables, grid, marks, software, ..."""
    measures: dict[str, Measure]
    """Histograms, by the names of `Traits`."""
    degradation: Degradation
    """The recipe for training."""

    @classmethod
    def of(
        cls, traits: Sequence[Traits], source: str, date: str, listed: int, refused: Mapping[str, Sequence[str]]
    ) -> "Profile":
        """The profile of at least one picture. `refused`: code -> lines "name: reason", all of them."""
        return cls(
            source=source,
            date=date,
            listed=listed,
            sampled=len(traits) + sum(map(len, refused.values())),
            pictures=len(traits),
            refused={
                code: Refused(count=len(lines), examples=tuple(lines[:_EXAMPLES])) for code, lines in refused.items()
            },
            shares={name: _tally(traits, tell) for name, tell in _SHARES.items()},
            measures={name: Measure.of([getattr(t, name) for t in traits], edges) for name, edges in EDGES.items()},
            degradation=degradation(traits),
        )

    def to_yaml(self, title: Sequence[str] = ()) -> str:
        """The content of profile.yaml; `title` becomes its first lines, as comments."""
        facts = self.model_dump(mode="json", exclude={"degradation"})
        recipe = self.degradation.model_dump(mode="json", exclude_unset=True)  # what is unset is the recipe's default
        text = yaml.safe_dump(
            facts | {"degradation": recipe}, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True
        )
        return "".join(f"# {line}".rstrip() + "\n" for line in title) + text


def _tally(traits: Sequence[Traits], tell: Callable[[Traits], Sequence[str | None]]) -> dict[str, int]:
    """How many pictures each word is told of, the commonest first."""
    counts = Counter(word for one in traits for word in tell(one) if word is not None).most_common()
    rest = sum(number for _, number in counts[_KINDS:])
    return dict(counts[:_KINDS]) | ({"other": rest} if rest else {})


def load(path: str | Path) -> Profile:
    """A profile.yaml. Raises ConfigError."""
    return read(Profile, path)
