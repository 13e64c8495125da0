"""A few photos, no cluster: the batch's own stages, called one after another in this process."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from deepimage.batch.naming import SUFFIXES
from deepimage.batch.plan import Planner, Twins
from deepimage.config import Recipe
from deepimage.errors import UsageError
from deepimage.models.catalog import Model
from deepimage.stages.base import Row, Rows, Stage, ended
from deepimage.stages.fetch import Fetch
from deepimage.stages.opening import find_model
from deepimage.stages.probe import Probe
from deepimage.stages.restore import Restore
from deepimage.stages.strips import RestoreStrips
from deepimage.stages.write import Write
from deepimage.storage.schema import PLAN
from deepimage.storage.store import Store

_FORMATS = {suffix: format for format, suffix in SUFFIXES.items()} | {".jpeg": "jpeg", ".tiff": "tiff"}


def restore(photos: Sequence[Path], output: Path, recipe: Recipe) -> Iterator[Row]:
    """Restore `photos` into the folder `output`, or one photo into the file `output`; a row each, as it is done.

    Raises UsageError before any work for what cannot be meant.
    """
    folder, name = _destination(photos, output)
    if name:
        recipe = recipe.model_copy(
            update={"output": recipe.output.model_copy(update={"format": _format(name, recipe)})}
        )
    store = Store.open(str(folder), recipe.storage)
    planned = _planned(photos, recipe, find_model(recipe))
    lanes: dict[bool | None, list[Stage]] = {
        False: [Fetch(recipe), Restore(recipe), Write(store)],
        True: [RestoreStrips(recipe, store, workers=1, threads=None, gpus=0)],
        None: [],  # refused by the plan: nothing is left to do
    }
    for lane in {row["strips"] for row in planned}:
        for stage in lanes[lane]:
            stage.setup()
    for row in planned:
        rows = [row | {"output": name} if name and not ended(row) else row]
        for stage in lanes[row["strips"]]:
            rows = stage(rows)
        yield rows[0]
    store.sweep_temporary()


def _planned(photos: Sequence[Path], recipe: Recipe, model: Model) -> Rows:
    rows: Rows = [{"input": photo.name, "uri": str(photo.absolute())} for photo in photos]
    probe = Probe(recipe.limits, workers=1)
    probe.setup()
    looked = probe(Fetch(recipe)(rows))
    planner = Planner(recipe, model.facts.scale, stamp={}, twins=Twins(), previous={}, standing=set())
    nothing: Row = dict.fromkeys(PLAN.names)
    return list(planner.plan([nothing | row for row in looked]))


def _destination(photos: Sequence[Path], output: Path) -> tuple[Path, str | None]:
    """(folder, file name or None). A path with a picture's suffix that is no folder is a file."""
    for photo in photos:
        if not photo.is_file():
            raise UsageError(f"{photo}: no such file")
    single = output.suffix.lower() in _FORMATS and not output.is_dir()
    if single and len(photos) > 1:
        raise UsageError(f"--output {output} is one file for {len(photos)} photos: give a folder")
    folder, name = (output.parent, output.name) if single else (output, None)
    for photo in photos:
        if photo.resolve() == (folder / (name or photo.name)).resolve():
            raise UsageError(f"{photo}: the result would replace the original; give another --output")
    return folder, name


def _format(name: str, recipe: Recipe) -> str:
    format = _FORMATS[Path(name).suffix.lower()]
    if recipe.output.format not in ("auto", format):
        raise UsageError(f"--output {name} and --format {recipe.output.format} disagree: change one of them")
    return format
