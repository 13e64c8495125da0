"""The plan: for every input, what is to be made of it, and under which name; no pixel is touched."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.batch.naming import Names
from deepimage.config import Recipe
from deepimage.errors import ImageError
from deepimage.stages.base import Row, verdict
from deepimage.stages.shape import shape

_ENDS = ("done", "aliased", "skipped", "quarantined")
_SAME = ["input_sha256", "recipe_digest", "output", "duplicate_of", "near_duplicate_of", "error_code", "error"]
REMEMBERED = ["input", "status", "attempt", "output_format", *_SAME]  # what a plan reads of an earlier manifest


@dataclass(frozen=True)
class Twins:
    """What dedupe found out: input -> canonical input."""

    exact: dict[str, str] = field(default_factory=dict)
    near: dict[str, tuple[str, int]] = field(default_factory=dict)  # and the Hamming distance


@dataclass
class Planner:
    """Decides row by row; `previous` maps an input to its manifest row of earlier runs."""

    recipe: Recipe
    scale: int
    stamp: Row  # model, model_sha256, recipe_digest, run_id: the same in every row
    twins: Twins
    previous: dict[str, Row]
    standing: set[str]  # output keys that exist
    names: Names = field(default_factory=Names)
    counts: Counter[str] = field(default_factory=Counter)
    formats: dict[str, str] = field(default_factory=dict)  # of the canonical pictures of near copies

    def __post_init__(self) -> None:
        for before in self.previous.values():
            if before["output"]:
                self.names.keep(before["output"])

    def plan(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Plan rows for index `rows`, in their order, which must be the same in every run."""
        for row in rows:
            planned = self._decide(row)
            self.counts[planned["action"]] += 1
            yield planned

    def _decide(self, row: Row) -> Row:
        before = self.previous.get(row["input"])
        attempt = (before["attempt"] or 0) + 1 if before else 1
        row = row | self.stamp | {"attempt": attempt, "output": None}
        if row["status"] is None:
            row |= self._judge(row)
        if row["status"] is None:
            row |= self._name(row, before)
        else:
            row["action"] = "record"
        return self._keep(row, before) if before else row

    def _judge(self, row: Row) -> Row:
        """Duplicates, size and policy: the columns that decide whether a picture is restored at all."""
        exact = self.twins.exact.get(row["input"])
        near = self.twins.near.get(exact or row["input"])
        columns: Row = {"duplicate_of": exact, "action": "alias" if exact else "restore"}
        if near:
            columns |= {"near_duplicate_of": near[0], "near_distance": near[1]}
        if near and self.recipe.near_duplicates == "skip":
            return columns | {"status": "skipped", "error": f"near duplicate of {near[0]}"}
        if near and self.recipe.near_duplicates == "alias":
            columns |= {"duplicate_of": None, "action": "alias"}
            row = row | {"format": self.formats[near[0]]}  # it will hold the bytes of the other's result
        if self.recipe.skip_larger_than and row["megapixels"] > self.recipe.skip_larger_than:
            reason = f"{row['megapixels']:.2f} megapixels, above skip_larger_than={self.recipe.skip_larger_than:g}"
            return columns | {"status": "skipped", "error": reason}
        return columns | self._size(row)

    def _size(self, row: Row) -> Row:
        result = shape(self.recipe, row["format"], row["height"], row["width"], self.scale)
        if self.recipe.skip_large_enough and result.megapixels <= row["megapixels"]:
            reason = f"{row['width']}x{row['height']}, already as large as {result.width}x{result.height}"
            return {"status": "skipped", "error": reason}
        columns = {"output_format": result.format, "output_height": result.height, "output_width": result.width}
        try:
            result.check(self.recipe)
        except ImageError as error:
            return columns | verdict(error)
        limits, megapixels = self.recipe.limits, row["megapixels"]
        bands = math.ceil(megapixels / limits.max_actor_megapixels) if megapixels > limits.max_strip_megapixels else 1
        return columns | {"strips": megapixels > limits.max_actor_megapixels, "bands": bands if bands > 1 else None}

    def _name(self, row: Row, before: Row | None) -> Row:
        same_format = before is not None and before["output"] and before["output_format"] == row["output_format"]
        output = before["output"] if before and same_format else self.names.assign(row["input"], row["output_format"])
        return {"output": output}

    def _keep(self, row: Row, before: Row) -> Row:
        """`keep` what an earlier run has ended in the same way, or found to be the picture's own fault."""
        settled = row["status"] or ("aliased" if row["action"] == "alias" else "done")
        same = before["status"] == settled and all(before[name] == row.get(name) for name in _SAME)
        if same and settled in _ENDS and (row["output"] is None or row["output"] in self.standing):
            return row | {"action": "keep", "status": settled, "attempt": before["attempt"]}
        hopeless = before["status"] == "quarantined" and row["status"] is None
        if hopeless and all(before[name] == row.get(name) for name in ("input_sha256", "recipe_digest")):
            refused = {name: before[name] for name in ("status", "error_code", "error", "attempt")}
            return row | refused | {"action": "keep", "output": None}
        return row


@dataclass(frozen=True)
class ToRestore:
    """Picks the plan rows that still need a generator; of these, those restored whole or in strips, in bands or not."""

    strips: bool | None = None
    bands: bool | None = None

    def __call__(self, plan: pa.Table) -> pa.Table:
        wanted = pc.equal(plan["action"], "restore")
        if self.strips is not None:
            wanted = pc.and_(wanted, pc.equal(plan["strips"], self.strips))
        if self.bands is not None:
            wanted = pc.and_(wanted, pc.equal(pc.is_valid(plan["bands"]), self.bands))
        return plan.filter(wanted)


def output_megapixels(row: Row) -> float:
    """Of the result that is planned for `row`; 0 where there is to be none."""
    return (row["output_width"] or 0) * (row["output_height"] or 0) / 1e6
