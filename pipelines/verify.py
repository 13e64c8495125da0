"""Check a run from OUTPUT and its manifest alone, and against a fresh listing of INPUT when one is given."""

from collections.abc import Iterator

from deepimage.batch.job import SUCCESS
from deepimage.batch.tables import FOLDER, Table
from deepimage.config import Recipe
from deepimage.errors import UsageError
from deepimage.report.verify import Finding
from deepimage.report.verify import verify as check
from deepimage.stages.opening import open_viewer
from deepimage.storage.schema import INVENTORY, MANIFEST
from deepimage.storage.sources import inventory
from deepimage.storage.store import Store


def verify(output: str, input: str | None, recipe: Recipe) -> Iterator[Finding]:
    """Broken invariants, one by one. Raises UsageError when OUTPUT holds no run."""
    store = Store.open(output, recipe.storage)
    manifest = Table(store, "manifest", MANIFEST, run_id="")
    if not manifest.parts():
        raise UsageError(f"OUTPUT {output}: no manifest under {FOLDER}; is it what `deepimage run` wrote?")
    outputs = (entry.key for entry in store.list() if not entry.key.startswith(f"{FOLDER}/"))
    listing = _listing(store, input, recipe)
    return check(listing, outputs, manifest.batches, store.read, open_viewer(recipe), store.exists(SUCCESS))


def _listing(store: Store, input: str | None, recipe: Recipe) -> Iterator[str]:
    if input:
        return (row["input"] for row in inventory(input, recipe.storage))
    listed = Table(store, "inventory", INVENTORY, run_id="")
    return (name for part in listed.scan(["input"]) for name in part["input"].to_pylist())
