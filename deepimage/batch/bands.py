"""Pictures too large for one worker: which of them at a time, a row for every band, and what became of the bands."""

from collections.abc import Iterator

from deepimage.batch.plan import ToRestore
from deepimage.batch.tables import Table
from deepimage.stages.band_files import BANDS, band_key, band_keys
from deepimage.stages.base import Rows, ended
from deepimage.storage.store import Store

_PER_WORKER = 200  # lr megapixels, for each worker, whose bands stand at once: 10 GB at scale 4
_SECONDS = ("seconds_fetch", "seconds_decode", "seconds_restore")
_VERDICT = ("status", "error_code", "error", "output")


def waves(plan: Table, workers: int) -> Iterator[Rows]:
    """The plan rows to restore in bands, in groups whose bands storage can hold."""
    wave: Rows = []
    pick = ToRestore(bands=True)
    for row in (row for part in plan.scan() for row in pick(part).to_pylist()):
        wave.append(row)
        if sum(row["megapixels"] for row in wave) >= _PER_WORKER * workers:
            yield wave
            wave = []
    if wave:
        yield wave


def missing_bands(wave: Rows, store: Store) -> Rows:
    """A row for every band that no killed run has left behind."""
    standing = {entry.key for entry in store.list(f"{BANDS}/")}
    bands = (row | {"band": number} for row in wave for number in range(row["bands"]))
    return [row for row in bands if band_key(row) not in standing]


def judged(wave: Rows, bands: Rows) -> Rows:
    """The plan rows again, with the seconds of their bands added up; a bad band is its picture's verdict."""
    pictures = {row["input"]: row for row in wave}
    for band in bands:
        picture = pictures[band["input"]]
        spent = {name: (picture.get(name) or 0.0) + (band[name] or 0.0) for name in _SECONDS}
        reason = {name: band[name] for name in _VERDICT} if ended(band) else {}
        pictures[band["input"]] = picture | spent | reason
    return list(pictures.values())


def remove_bands(wave: Rows, store: Store) -> None:
    """What was stitched, or never will be, needs its bands no more."""
    for row in wave:
        for key in band_keys(row):
            store.delete(key)
