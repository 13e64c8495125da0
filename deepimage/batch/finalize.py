"""The end of a run: one manifest row per input, and no output without a row.

Rows and results of inputs that are gone stay: nothing restored is deleted because its original was.
"""

import pyarrow as pa

from deepimage.batch.job import Job
from deepimage.errors import DeepimageError
from deepimage.stages.band_files import BANDS


def finalize(job: Job) -> None:
    """Compact the manifest and prove that it accounts for every input. Raises DeepimageError when it does not."""
    older = {key for part in job.manifest.scan(["output"]) for key in part["output"].to_pylist() if key}
    newest = list(job.manifest.latest())
    for key in older - {key for part in newest for key in part["output"].to_pylist()}:
        job.output.delete(key)  # a result that a newer recipe replaced under another name
    for band in list(job.output.list(f"{BANDS}/")):
        job.output.delete(band.key)  # a killed run left it, and no later one wanted it
    if len(job.manifest.parts()) > 1:
        job.manifest.replace(newest)
    _reconcile(job, newest)


def _reconcile(job: Job, manifest: list[pa.Table]) -> None:
    recorded = {name for part in manifest for name in part["input"].to_pylist()}
    missing = {name for part in job.inventory.scan(["input"]) for name in part["input"].to_pylist()} - recorded
    if missing:
        raise DeepimageError(f"{len(missing)} inputs have no manifest row, such as {min(missing)!r}: run again")
