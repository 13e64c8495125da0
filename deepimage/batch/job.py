"""A job: INPUT, OUTPUT, recipe and model, and the tables that hold how far it is."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deepimage.batch.tables import FOLDER, Table
from deepimage.config import Recipe
from deepimage.errors import UsageError
from deepimage.image.codec.picture import Description
from deepimage.models.catalog import Model
from deepimage.stages.base import Row
from deepimage.storage import schema
from deepimage.storage.roots import check_roots
from deepimage.storage.store import Store

SUCCESS = f"{FOLDER}/_SUCCESS"
SUMMARY = f"{FOLDER}/summary.json"
REPORT = f"{FOLDER}/report.html"


def _new_run_id() -> str:
    """Sorts by time, so that later rows come later."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:6]}"


@dataclass
class Job:
    """Everything the phases share. `open` refuses roots that cannot work."""

    input: str
    output: Store
    recipe: Recipe
    model: Model
    listing: Callable[[], Iterator[Row]] | None = None
    """Inventory rows of an INPUT that is no folder, bucket or list; None lists `input`."""
    descriptions: Mapping[str, Description] = field(default_factory=dict)
    """Input -> what to write into its result besides its own metadata."""
    run_id: str = field(default_factory=_new_run_id)

    def __post_init__(self) -> None:
        self.inventory = Table(self.output, "inventory", schema.INVENTORY, self.run_id)
        self.index = Table(self.output, "index", schema.INDEX, self.run_id)
        self.plan = Table(self.output, "plan", schema.PLAN, self.run_id)
        self.manifest = Table(self.output, "manifest", schema.MANIFEST, self.run_id)
        self.recipe_digest = self.recipe.digest(self.model.sha256)

    @classmethod
    def open(
        cls,
        input: str,
        output: str,
        recipe: Recipe,
        model: Model,
        listing: Callable[[], Iterator[Row]] | None = None,
        descriptions: Mapping[str, Description] | None = None,
    ) -> "Job":
        """Raises UsageError when INPUT cannot be read, OUTPUT cannot be written, or one lies in the other."""
        check_roots(input, output, recipe.storage)
        store = Store.open(output, recipe.storage)
        job = cls(input, store, recipe, model, listing, descriptions or {})
        foreign = (entry for entry in store.list() if not entry.key.startswith(f"{FOLDER}/"))
        if not job.inventory.parts() and any(True for _ in foreign):
            raise UsageError(f"OUTPUT {output} already holds files and no run of deepimage: give a new or empty place")
        return job

    @property
    def scale(self) -> int:
        """The generator's own factor."""
        return self.model.facts.scale

    @property
    def stamp(self) -> dict[str, Any]:
        """What every row of this run carries."""
        return {
            "run_id": self.run_id,
            "recipe_digest": self.recipe_digest,
            "model": self.model.name,
            "model_sha256": self.model.sha256,
        }

    @property
    def limits_digest(self) -> str:
        """Changes when a picture that was refused might now be allowed."""
        facts = json.dumps(self.recipe.limits.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:16]
