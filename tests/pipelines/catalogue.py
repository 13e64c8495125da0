"""A small dirty catalogue for end-to-end tests, and what a job made of it."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from deepimage.batch.tables import Table
from deepimage.config import Recipe, Storage, load
from deepimage.storage.schema import MANIFEST
from deepimage.storage.store import Store
from pipelines import catalog

LOCAL = "runtime.engine=local"
FAST = ("model=lanczos", "scale=2")  # what is tested here is the books, not the generator


def recipe(*overrides: str) -> Recipe:
    return load(None, [*FAST, *overrides])


def make(folder: Path, count: int, side: int = 96, seed: int = 0) -> Path:
    """`count` distinct JPEGs in two folders, and two exact copies of the first."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        path = folder / f"{'ab'[number % 2]}" / f"{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((side + number % 7, side), Image.Resampling.BICUBIC).save(path, quality=70)
    for name in ("copy 1.jpg", "copy#2.jpg"):
        (folder / name).write_bytes((folder / "a" / "0000.jpg").read_bytes())
    return folder


def run(source: Path | str, target: Path | str, settings: Recipe) -> dict[str, dict[str, object]]:
    """Run the job to its end; its manifest by input."""
    with catalog.opened(str(source), str(target), settings) as (job, engine):
        catalog.run(job, engine, quiet=True)
    return manifest(target, settings.storage)


def manifest(target: Path | str, storage: Storage | None = None) -> dict[str, dict[str, object]]:
    table = Table(Store.open(str(target), storage or Storage()), "manifest", MANIFEST, "")
    rows = pa.concat_tables([MANIFEST.empty_table(), *table.scan()]).to_pylist()
    assert len({row["input"] for row in rows}) == len(rows)
    return {row["input"]: row for row in rows}


def outputs(target: Path) -> dict[str, str]:
    """Every file of OUTPUT but the books -> sha256."""
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(target)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.relative_to(target).parts[0] != "_deepimage"
    }


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pipelines", *map(str, arguments)]


def job_command(source: Path | str, target: Path | str, engine: str) -> list[str]:
    settings = [word for item in (*FAST, "runtime.batch_rows=2") for word in ("--set", item)]
    return command("run", source, target, "--engine", engine, *settings)
