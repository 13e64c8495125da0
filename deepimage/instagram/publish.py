"""What stands beside the restored pictures: records, originals, thumbnails, file times, and the page."""

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image

from deepimage.batch.job import Job
from deepimage.errors import DeepimageError
from deepimage.instagram.layout import Place
from deepimage.instagram.records import Mention
from deepimage.report.instagram_page import Shown, library_page
from deepimage.stages.base import Row
from deepimage.storage.address import path_of, scheme_of
from deepimage.storage.store import OWN
from deepimage.storage.uri import fetch

PAGE = "index.html"
_THUMBNAIL = 320  # pixels of the shorter side, so that a square cut of it is sharp
_SEEN_BY_BROWSERS = ("jpeg", "png", "webp", "gif", "avif", "bmp")
_AT_ONCE = 4
_COLUMNS = (
    *("input", "uri", "status", "error", "output", "output_sha256", "output_width", "output_height", "format"),
    *("input_sha256", "consistency_db", "note"),
)


def publish(job: Job, places: Mapping[str, Place], passed: Callable[[Row], None] = lambda row: None) -> None:
    """Complete OUTPUT round the results that the manifest names; `passed` hears of each. Raises StorageError."""
    rows = {row["input"]: row for part in job.manifest.latest(list(_COLUMNS)) for row in part.to_pylist()}
    standing = {entry.key for entry in job.output.list(OWN)}

    made = [key for key in places if key in rows and rows[key]["output"]]
    pictures = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for shown in pool.map(lambda key: _completed(job, rows[key], places[key], standing), made):
            pictures.append(shown)
            passed(rows[made[len(pictures) - 1]])
    pictures.sort(key=lambda shown: (not shown.when, shown.when, shown.path))
    left_out = [(key, str(rows[key]["error"])) for key in places if key in rows and not rows[key]["output"]]
    job.output.write(PAGE, library_page(pictures, left_out).encode())


def _completed(job: Job, row: Row, place: Place, standing: set[str]) -> Shown:
    record = json.dumps(_record(row, place), ensure_ascii=False, indent=2, default=str)
    job.output.write(f"{row['output']}.json", record.encode())
    thumbnail = f"{OWN}/thumbnails/{row['output_sha256']}.jpg"
    if thumbnail not in standing:
        job.output.write(thumbnail, _thumbnail(job.output.read(row["output"])))
    before = _original(job, row, standing) if row["format"] in _SEEN_BY_BROWSERS else ""
    _set_time(job, row["output"], place.media.mention)
    return _shown(row, place.media.mention, thumbnail, before)


def _original(job: Job, row: Row, standing: set[str]) -> str:
    """The picture as it came, kept once however often it was posted; empty where it is not there any more."""
    key = f"{OWN}/originals/{row['input_sha256']}.{row['format']}"
    if key not in standing:
        try:
            job.output.write(key, fetch(row["uri"], job.recipe.storage, job.recipe.limits.max_bytes))
        except DeepimageError:
            return ""
    return key


def _record(row: Row, place: Place) -> dict[str, Any]:
    """What the export says of a picture, and what became of it."""
    mention = place.media.mention
    facts = ("input_sha256", "output_sha256", "consistency_db", "note", "status")
    return {
        "export": mention.record,
        "path": place.media.entry.key,
        "kind": mention.kind,
        "position": mention.position,
        "total": mention.total,
        "taken": mention.taken.isoformat() if mention.taken else None,
        "caption": mention.caption,
        "place": vars(mention.place) if mention.place else None,
        "restored": {name: row[name] for name in facts},
    }


def _thumbnail(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(data)) as result:
        result.draft("RGB", (2 * _THUMBNAIL, 2 * _THUMBNAIL))
        small = result.convert("RGB")
    small.thumbnail(_covering(small.size), Image.Resampling.LANCZOS)
    small.save(buffer, "jpeg", quality=80)
    return buffer.getvalue()


def _covering(size: tuple[int, int]) -> tuple[int, int]:
    factor = _THUMBNAIL / min(size)
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)


def _set_time(job: Job, output: str, mention: Mention) -> None:
    """Of a file on a disk: file managers sort by it."""
    if mention.taken and scheme_of(job.output.url) == "file":
        seconds = mention.taken.timestamp()
        os.utime(Path(path_of(job.output.url)) / output, (seconds, seconds))


def _shown(row: Row, mention: Mention, thumbnail: str, before: str) -> Shown:
    return Shown(
        path=row["output"],
        thumbnail=thumbnail,
        before=before,
        width=row["output_width"],
        height=row["output_height"],
        when=f"{mention.taken:%Y-%m-%d %H:%M}" if mention.taken else "",
        caption=mention.caption,
        about=", ".join(_about(row, mention)),
        consistency_db=row["consistency_db"],
    )


def _about(row: Row, mention: Mention) -> Iterator[str]:
    yield mention.kind
    if mention.total > 1:
        yield f"{mention.position} of {mention.total}"
    if row["note"]:
        yield row["note"]
