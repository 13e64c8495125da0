"""A finished run in memory: 262 rows with hostile names, small pictures, results made by Lanczos."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image, UnidentifiedImageError

from deepimage.errors import ImageError
from deepimage.report.gallery import Pictures
from deepimage.storage.schema import MANIFEST

HOSTILE = (
    "<img src=x onerror=alert(1)>.jpg",
    "</script><script>alert(2)</script>.jpg",
    "a\nb\tc\x1b[31m.jpg",
    "gpj.\u202egnp.jpg",
    "\"'onload=alert(3) x='.jpg",
    "$style ${body} &amp;.jpg",
    "long/" + "x" * 240 + ".jpg",
    "日本語/сова/👩‍👩‍👧.jpg",
)


def decode(content: bytes) -> np.ndarray:
    """Bytes -> (H, W, 3) uint8."""
    try:
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ImageError("E_NOT_IMAGE", str(error)) from None


def encode(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def photo(seed: int, width: int = 60, height: int = 40) -> Image.Image:
    """A smooth picture with one busy corner."""
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (4, 6, 3), np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    busy = rng.integers(0, 256, (height // 4, width // 4, 3), np.uint8)
    image.paste(Image.fromarray(busy), (width // 2, height // 2))
    return image


@dataclass
class Run:
    """What a run leaves behind. Tests change it, and ask what the report says."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[str, bytes] = field(default_factory=dict)  # by uri
    outputs: dict[str, bytes] = field(default_factory=dict)  # by key

    def manifest(self) -> Iterator[pa.RecordBatch]:
        yield from pa.Table.from_pylist(self.rows, MANIFEST).to_batches(max_chunksize=50)

    def named(self, name: str) -> dict[str, Any]:
        return next(row for row in self.rows if row["input"] == name)

    def with_status(self, status: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["status"] == status]

    def read_input(self, uri: str) -> bytes:
        return _read(self.inputs, uri)

    def read_output(self, key: str) -> bytes:
        return _read(self.outputs, key)

    @property
    def pictures(self) -> Pictures:
        return Pictures(self.read_input, self.read_output, decode)

    def add(self, name: str, status: str, content: bytes = b"", **facts: Any) -> dict[str, Any]:
        row = dict.fromkeys(MANIFEST.names) | {
            "input": name,
            "uri": f"mem://{name}",
            "input_sha256": hashlib.sha256(content).hexdigest(),
            "status": status,
            "recipe_digest": "d" * 64,
            "run_id": "run-2",
            "seconds_fetch": 0.25,
        }
        self.inputs[f"mem://{name}"] = content
        self.rows.append(row | facts)
        return self.rows[-1]

    def restore(self, name: str, image: Image.Image, status: str = "done", **facts: Any) -> dict[str, Any]:
        width, height = image.size
        result = encode(image.resize((4 * width, 4 * height), Image.Resampling.LANCZOS))
        self.outputs[f"{name}.out.jpg"] = result
        measured = {
            "output": f"{name}.out.jpg",
            "output_sha256": hashlib.sha256(result).hexdigest(),
            "output_bytes": len(result),
            "width": width,
            "height": height,
            "output_width": 4 * width,
            "output_height": 4 * height,
            "megapixels": width * height / 1e6,
            "model": "lanczos",
            "consistency_db": 30.0 + len(self.rows) % 17,
            "seconds_decode": 0.5,
            "seconds_restore": 2.0,
        }
        return self.add(name, status, encode(image), **(measured | facts))


def _read(files: dict[str, bytes], name: str) -> bytes:
    if name not in files:
        raise FileNotFoundError(f"{name}: no such file")
    return files[name]


@pytest.fixture
def run(finished: Run) -> Run:
    """A copy to change."""
    return Run([dict(row) for row in finished.rows], dict(finished.inputs), dict(finished.outputs))


@pytest.fixture(scope="session")
def finished() -> Run:
    run = Run()
    for index, name in enumerate(HOSTILE):
        run.restore(name, photo(index))
    for index in range(192):
        run.restore(f"shop/{index:03}.jpg", photo(index % 16), run_id="run-1" if index < 100 else "run-2")
    for index in range(12):
        run.restore(f"again/{index:02}.jpg", photo(0), "aliased", duplicate_of="shop/000.jpg")
    for index in range(9):
        run.restore(f"near/{index}.jpg", photo(100 + index), near_duplicate_of=f"shop/{index % 3:03}.jpg")
    for index in range(6):
        run.add(f"large/{index}.jpg", "skipped", error="12.0 MP is large enough")
    for index in range(25):
        name = f"broken/{index:02}.jpg"
        run.add(
            name, "quarantined", b"no picture", error_code="E_NOT_IMAGE", error=f"{name}: <b>text</b>, not a picture"
        )
    for name in HOSTILE:
        run.add(f"bad {name}", "quarantined", error_code="E_EMPTY", error=f"{name}: no bytes")
    run.add("gone/1.jpg", "failed", error="store: timed out")
    run.add("gone/2.jpg", "failed", error="store: timed out")
    return run
