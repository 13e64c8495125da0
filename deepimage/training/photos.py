"""The hr photos of a folder, decoded once into one file that every process of every run maps into memory."""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from deepimage.errors import ConfigError

log = logging.getLogger(__name__)

_EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff"}


@dataclass(frozen=True)
class Photos:
    """Photos of at least `smallest` pixels a side, as views of one array: (H,W,3) uint8 RGB each."""

    images: list[np.ndarray]

    @classmethod
    def open(cls, folder: str, cache: str, smallest: int, reduce: int = 1) -> "Photos":
        """Decode what `cache` does not hold yet. Raises ConfigError where no photo is left to use."""
        paths = listed(folder)
        data = Path(cache) / f"{_digest(paths, reduce)}.npy"
        if not data.with_suffix(".json").exists():
            _build(paths, data, reduce)
        images = [image for image in _views(data) if min(image.shape[:2]) >= smallest]
        if not images:
            raise ConfigError(f"data {folder}: no readable photo of {smallest} pixels a side or more")
        return cls(images)

    def weights(self) -> np.ndarray:
        """Chance of each photo: between one voice a photo and one voice a pixel."""
        sizes = np.sqrt([image.size for image in self.images])
        return np.asarray(sizes / sizes.sum())


def listed(folder: str) -> list[Path]:
    """The picture files of a folder, sorted. Raises ConfigError where there is none."""
    found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in _EXTENSIONS)
    if not found:
        raise ConfigError(f"data {folder}: no pictures there; expected a folder of hr photos")
    return found


def decode(path: Path, reduce: int = 1) -> np.ndarray | None:
    """(H,W,3) uint8 RGB, `reduce` times smaller; a file that cannot be read is named in the log and left out."""
    try:
        with Image.open(path) as image:
            photo = image.convert("RGB")
            size = photo.width // reduce or 1, photo.height // reduce or 1
            return np.asarray(photo if reduce == 1 else photo.resize(size, Image.Resampling.LANCZOS))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("%s: not readable (%s); left out", path, error)
        return None


def _build(paths: list[Path], data: Path, reduce: int) -> None:
    """Whole or not at all: the index is written last."""
    data.parent.mkdir(parents=True, exist_ok=True)
    part = data.with_suffix(f".{os.getpid()}.part")
    shapes = []
    with part.open("wb") as file:
        for path in paths:
            if (image := decode(path, reduce)) is not None:
                file.write(image.tobytes())
                shapes.append(image.shape)
    part.replace(data)
    index = data.with_suffix(f".{os.getpid()}.index")
    index.write_text(json.dumps(shapes))
    index.replace(data.with_suffix(".json"))


def _views(data: Path) -> Iterator[np.ndarray]:
    shapes = json.loads(data.with_suffix(".json").read_text())
    if not shapes:
        return
    pixels, start = np.memmap(data, np.uint8, "r"), 0
    for shape in shapes:
        size = int(np.prod(shape))
        yield np.asarray(pixels[start : start + size]).reshape(shape)
        start += size


def _digest(paths: list[Path], reduce: int) -> str:
    """Changes with the names, sizes and times of the files, and with their reduction."""
    facts = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return hashlib.sha256(json.dumps([reduce, facts]).encode()).hexdigest()[:16]
