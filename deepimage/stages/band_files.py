"""Bands on storage: what one worker has made of a picture waits under OUTPUT/_deepimage for the others."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from deepimage.stages.base import Row
from deepimage.storage.store import OWN, Store
from deepimage.storage.uri import open_binary

BANDS = f"{OWN}/bands"


def band_key(row: Row) -> str:
    """Where band `band` of `bands` stands: never where another picture's would, or one of another recipe."""
    made_of = f"{row['input_sha256']} {row['recipe_digest']}"
    return f"{BANDS}/{hashlib.sha256(made_of.encode()).hexdigest()[:32]}-{row['band']:04d}-of-{row['bands']:04d}"


def band_keys(row: Row) -> list[str]:
    """Those of all bands of a picture, top to bottom."""
    return [band_key(row | {"band": number}) for number in range(row["bands"])]


def write_band(store: Store, key: str, strips: Iterable[np.ndarray]) -> None:
    """Strips (h, W, 3) uint8, which are held one at a time, as one file of NumPy arrays."""
    with store.open_upload(key) as path, path.open("wb") as file:
        for strip in strips:
            np.save(file, strip)


def read_bands(store: Store, keys: Iterable[str]) -> Iterator[np.ndarray]:
    """The strips of several bands, one after another. Raises StorageError where a band is missing."""
    for key in keys:
        with open_binary(store.uri(key), store.settings) as file:
            while file.peek(1):
                yield np.load(file)
