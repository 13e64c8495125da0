"""`deepimage benchmark --adapt RECIPE`: what adapting to one customer brings on pictures that it held back.

make the customer -> study -> train --profile -> evaluate both generators
"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageFilter

from deepimage.config import Recipe, read
from deepimage.evaluation.config import Evaluation
from deepimage.models.catalog import find, twin
from deepimage.training.config import load
from deepimage.training.photos import decode, listed
from pipelines.evaluate import MARKDOWN
from pipelines.evaluate import run as evaluate
from pipelines.study import study
from pipelines.train import main as train

_STUDIED = 120  # photos of the training folder that the customer has shown
_SIDE = 768  # of the middle of photos that is used, hr pixels: a multiple of the scale
_SHARPEN = ImageFilter.UnsharpMask(radius=1, percent=80, threshold=0)


def measure(recipe: Path, folder: Path, threads: int | None = None) -> list[str]:
    """Everything is made in `folder`; what is there already is not made again. Returns the table, line by line."""
    config = load(recipe)
    _made(listed(config.data.train)[:_STUDIED], config.net.scale, folder / "shown")
    _made(listed(config.data.val), config.net.scale, folder / "held", originals=folder / "originals")
    profile = folder / "profile.yaml"
    if not profile.exists():
        study(str(folder / "shown"), profile, read(Recipe, None, ["runtime.engine=local"]))
    start = config.start or ""
    run = folder / f"run-{config.digest()[:8]}-{find(start).sha256[:8]}"  # another recipe or start is another run
    adapted = train(recipe, shortcuts={"data.profile": str(profile)}, run=run, threads=threads)
    whole = {"fidelity": 1} if twin(start, "fidelity") else {}  # as it learned, not mixed
    settings = {
        "pictures": [str(folder / "held")],
        "against_hr": str(folder / "originals"),
        "output": str(folder / "evaluation"),
        "systems": ["lanczos", {"model": start, **whole}, str(adapted)],
        "metrics": ["psnr_y", "haarpsi", *(["lpips"] if config.losses.perceptual_weights else [])],
        "lpips": config.losses.perceptual_weights,
        "runtime": {"engine": "local"},
    }
    evaluate(read(Evaluation, None, (), settings))
    return (folder / "evaluation" / MARKDOWN).read_text().splitlines()


def _made(photos: Sequence[Path], scale: int, folder: Path, originals: Path | None = None) -> None:
    """The customer's pictures, and their originals where asked for, which are written first."""
    for place in filter(None, (folder, originals)):
        place.mkdir(parents=True, exist_ok=True)
    for path in photos:
        thumbnail = folder / f"{path.stem}.webp"
        if thumbnail.exists() or (photo := decode(path)) is None:
            continue
        hr = _middle(Image.fromarray(photo), scale)
        if originals:
            hr.save(originals / f"{path.stem}.png")
        _thumbnail(hr, scale).save(thumbnail, quality=45)


def _middle(photo: Image.Image, scale: int) -> Image.Image:
    width, height = (min(side, _SIDE) // scale * scale for side in photo.size)
    left, top = (photo.width - width) // 2, (photo.height - height) // 2
    return photo.crop((left, top, left + width, top + height))


def _thumbnail(hr: Image.Image, scale: int) -> Image.Image:
    """Reduced, and sharpened twice by two programs that did not know of each other."""
    small = hr.resize((hr.width // scale, hr.height // scale), Image.Resampling.LANCZOS)
    return small.filter(_SHARPEN).filter(_SHARPEN)
