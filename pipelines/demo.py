"""The first minute: a small dirty catalogue is made, restored as any catalogue is, and held against its originals."""

import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from rich.console import Console
from rich.table import Table

from deepimage.batch.job import REPORT, Job
from deepimage.config import load
from deepimage.errors import UsageError
from deepimage.image.interpolation import resize
from deepimage.metrics.haarpsi import haarpsi
from deepimage.metrics.psnr import psnr_y
from deepimage.stages.opening import open_viewer
from pipelines import catalog

_SCALE = 4
_PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "camera")
_ORIENTATION = 0x0112
_CROP = (200, 400)  # height and width of a picture in the figure
FIGURE = "before-after.jpg"


def demo(output: Path) -> None:
    """Make OUTPUT/catalogue and OUTPUT/originals, run the job into OUTPUT/restored, print what came of it."""
    if output.exists():
        shutil.rmtree(output)
    originals = sample_photos()
    make_catalogue(output / "catalogue", originals)
    recipe = load(None)
    with catalog.opened(str(output / "catalogue"), str(output / "restored"), recipe) as (job, engine):
        summary = catalog.run(job, engine)
        catalog.show(job, summary)
        _compare(job, originals, output)
    sys.stdout.write(f"\nOpen {output / 'restored' / REPORT} in a browser; {output / FIGURE} is the short of it.\n")


def make_catalogue(folder: Path, originals: dict[str, np.ndarray]) -> None:
    """What a shop might send: dirty photos, and the odd files that every real folder has."""
    folder.mkdir(parents=True)
    dirty = {name: _dirty(hr) for name, hr in originals.items()}
    for name, data in dirty.items():
        (folder / f"{name}.jpg").write_bytes(data)
    coffee = Image.open(io.BytesIO(dirty["coffee"])).convert("RGB")
    (folder / "coffee copy.jpg").write_bytes(dirty["coffee"])
    coffee.resize((120, 80), Image.Resampling.LANCZOS).save(folder / "coffee-small.jpg", quality=60)
    _hue_turned(coffee).save(folder / "coffee-blue.jpg", quality=75)
    _lying(Image.open(io.BytesIO(dirty["rocket"]))).save(folder / "phone.jpg", quality=80, exif=_orientation(6))
    _cut_out(Image.open(io.BytesIO(dirty["astronaut"]))).save(folder / "cut-out.png")
    (folder / "truncated.jpg").write_bytes(dirty["chelsea"][: len(dirty["chelsea"]) // 2])
    (folder / "notes.jpg").write_text("Remember to ask the photographer for the originals.\n")


def sample_photos() -> dict[str, np.ndarray]:
    """Photographs that scikit-image ships: name -> (H, W, 3) uint8, sides multiples of 4."""
    try:
        from skimage import data
    except ImportError:
        raise UsageError("the demo needs sample photos: pip install 'deepimage[demo]'") from None
    photos = {}
    for name in _PHOTOS:
        pixels = np.asarray(getattr(data, name)())
        rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
        height, width = (side - side % _SCALE for side in rgb.shape[:2])
        photos[name] = np.ascontiguousarray(rgb[:height, :width])
    return photos


def _dirty(hr: np.ndarray) -> bytes:
    """hr -> what a platform leaves of it: to a feed's 1080 pixels, JPEG 80, then to a quarter of hr, JPEG 70."""
    grey = bool((hr == hr[:, :, :1]).all())
    photo = Image.fromarray(hr[:, :, 0] if grey else hr)
    feed = photo.resize([round(side * 1080 / max(photo.size)) for side in photo.size], Image.Resampling.LANCZOS)
    with Image.open(io.BytesIO(_jpeg(feed, 80))) as seen:
        return _jpeg(seen.resize([side // _SCALE for side in photo.size], Image.Resampling.LANCZOS), 70)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling=2)
    return buffer.getvalue()


def _hue_turned(image: Image.Image) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    return Image.merge("HSV", (hue.point(lambda h: (h + 150) % 256), saturation, value)).convert("RGB")


def _lying(image: Image.Image) -> Image.Image:
    """As a phone stores an upright picture: turned, with the turn in EXIF."""
    return image.transpose(Image.Transpose.ROTATE_90)


def _orientation(tag: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = tag
    return exif


def _cut_out(image: Image.Image) -> Image.Image:
    """The middle of the picture on a transparent ground, as shops show their goods."""
    y, x = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    alpha = np.clip((0.9 - np.hypot(x, y)) * 1200, 0, 255).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    return image


def _compare(job: Job, originals: dict[str, np.ndarray], output: Path) -> None:
    """Each known picture against its original, beside Lanczos, in figures; and the two side by side as a picture."""
    view = open_viewer(job.recipe)
    rows = {row["input"]: row for row in pa.Table.from_batches(job.manifest.batches()).to_pylist()}
    table = Table(title="against the originals; PSNR-Y: errors, HaarPSI: edges; more is better")
    for heading in ("photo", "PSNR-Y, dB", "of Lanczos", "gain", "HaarPSI", "of Lanczos", "gain"):
        table.add_column(heading, justify="left" if heading == "photo" else "right")
    gains, pairs = [], []
    for name, hr in originals.items():
        lr = view((output / "catalogue" / f"{name}.jpg").read_bytes())
        before, after = resize(lr, *hr.shape[:2]), view(job.output.read(rows[f"{name}.jpg"]["output"]))
        psnrs = [psnr_y(sr, hr, _SCALE) for sr in (after, before)]
        likenesses = [haarpsi(sr, hr) for sr in (after, before)]
        gains.append((psnrs[0] - psnrs[1], likenesses[0] - likenesses[1]))
        pairs.append((before, after))
        table.add_row(name, *_figures(psnrs, 2), *_figures(likenesses, 3))
    db, likeness = np.mean(gains, axis=0)
    table.add_row("mean", "", "", f"{db:+.2f}", "", "", f"{likeness:+.3f}")
    Console().print(table)
    Image.fromarray(_side_by_side(pairs[:3])).save(output / FIGURE, quality=90)


def _figures(values: list[float], digits: int) -> tuple[str, str, str]:
    ours, others = values
    return f"{ours:.{digits}f}", f"{others:.{digits}f}", f"{ours - others:+.{digits}f}"


def _side_by_side(pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The middle of each picture: before on the left, after on the right, one pair above the other."""
    bands = []
    for pair in pairs:
        top, left = ((side - cut) // 2 for side, cut in zip(pair[0].shape, _CROP, strict=False))
        bands.append(np.hstack([image[top : top + _CROP[0], left : left + _CROP[1]] for image in pair]))
    return np.vstack(bands)
