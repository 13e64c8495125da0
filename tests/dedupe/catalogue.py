"""Made-up rows of an index, and pictures drawn or altered in code."""

from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from deepimage.dedupe.fingerprint import LAB_BYTES, fingerprint
from deepimage.dedupe.hamming import fixed_bytes
from deepimage.dedupe.verify import Looks
from deepimage.storage.schema import INDEX

COLUMNS = [
    "input", "input_sha256", "pdq", "pdq_quality", "lab", "width", "height", "size", "lossless", "jpeg_quality", "bits",
]  # fmt: skip
SCHEMA = pa.schema([INDEX.field(name) for name in COLUMNS])

USUAL = {
    "pdq_quality": 100, "lab": bytes(3072), "width": 600, "height": 400, "size": 1000,
    "lossless": False, "jpeg_quality": 80, "bits": 8,
}  # fmt: skip


def index_of(*rows: dict[str, Any]) -> pa.Table:
    """Rows with at least `input`; its sha256 is made up and everything else usual."""
    full = [USUAL | {"input_sha256": f"sha of {row['input']}"} | row for row in rows]
    return pa.Table.from_pylist(full, schema=SCHEMA)


def random_hashes(count: int, seed: int = 0) -> list[bytes]:
    data = np.random.default_rng(seed).bytes(32 * count)
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def flipped(value: bytes, bits: int, seed: int = 0) -> bytes:
    """`value` with `bits` of its 256 bits turned over."""
    spots = np.random.default_rng(seed).permutation(256)[:bits]
    out = np.unpackbits(np.frombuffer(value, np.uint8))
    out[spots] ^= 1
    return np.packbits(out).tobytes()


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(len(table)))


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def row_of(name: str, picture: Image.Image, **facts: Any) -> dict[str, Any]:
    """An index row with the real fingerprint of `picture`."""
    look = fingerprint(np.asarray(picture))
    measured = {"pdq": look.pdq, "pdq_quality": look.quality, "lab": look.lab}
    return {"input": name, "width": picture.width, "height": picture.height, **measured, **facts}


def garment(colour: tuple[int, int, int], width: float = 0.3) -> Image.Image:
    """A product photo, 600 x 750: a folded garment of one colour, `width` of the picture wide, before white."""
    y, x = np.mgrid[0:750, 0:600] / 600
    inside = (np.abs(x - 0.5) < width / 2 * (1 + 0.3 * np.sin(9 * y))) & (np.abs(y - 0.62) < width)
    folds = 0.8 + 0.12 * np.sin(40 * x + 12 * y) + 0.08 * np.sin(23 * y - 9 * x)
    cloth = np.clip(np.array(colour) * folds[..., None], 0, 255)
    floor = 255 - 40 * np.exp(-((y - 0.62 - width) ** 2) * 400)[..., None] * np.ones(3)
    return Image.fromarray(np.where(inside[..., None], cloth, floor).astype(np.uint8))


def looks_of(rows):
    return Looks.of(rows, fixed_bytes(rows["lab"], LAB_BYTES))
