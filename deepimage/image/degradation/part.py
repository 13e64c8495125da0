"""Sections that name the nearest right key themselves, wherever in a recipe they stand."""

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import model_validator

from deepimage.config import Section


def refuse_unknown(names: Iterable[object], known: Iterable[str], what: str = "key") -> None:
    """Raise ValueError for the first name that is not known, with the nearest right one."""
    right = list(known)
    for name in names:
        if name not in right:
            near = difflib.get_close_matches(str(name), right, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(right)}"
            raise ValueError(f"unknown {what} {name}; {hint}")


class Part(Section):
    """A section that names the nearest right key itself, wherever it stands in a recipe."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, values: Any) -> Any:
        if isinstance(values, dict):
            refuse_unknown(values, cls.model_fields)
        return values
