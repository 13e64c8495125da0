"""The archive's first minute: an export is made of sample photos, and restored as any export is."""

import shutil
import sys
from pathlib import Path

import numpy as np

from deepimage.config import read
from deepimage.image.codec.picture import Place
from deepimage.instagram.make import Post, as_posted, export, write_archives
from deepimage.instagram.settings import Archive
from pipelines import instagram
from pipelines.demo import sample_photos

_NOON = 1_563_105_600  # 14 July 2019, 12:00 UTC
_DAY = 86_400


def demo(output: Path) -> None:
    """Make OUTPUT/export (two .zip files), restore it into OUTPUT/library, say what came of it."""
    if output.exists():
        shutil.rmtree(output)
    parts = write_archives(export(_posts(sample_photos())), output / "export", parts=2)
    recipe = read(Archive, None, ["runtime.engine=local"])
    with instagram.opened([str(part) for part in parts], str(output / "library"), recipe) as library:
        instagram.show(library, instagram.run(library))
    sys.stdout.write(f"\nOpen {output / 'library' / 'index.html'} in a browser.\n")


def _posts(photos: dict[str, np.ndarray]) -> list[Post]:
    """A carousel with a video, captions in three scripts, a story that repeats a post, a picture that is missing."""
    small = {name: as_posted(hr, 320) for name, hr in photos.items()}
    return [
        Post([("1.jpg", small["rocket"])], _NOON, "Before the start 🚀 #space", place=Place(28.6082, -80.6041)),
        Post([("2.jpg", small["coffee"]), ("3.jpg", small["camera"]), ("4.mp4", b"")], _NOON + _DAY, "Mała czarna ☕"),
        Post([("5.jpg", small["chelsea"])], _NOON + 400 * _DAY, "القطة #cat", taken="2018:05:06 07:08:09"),
        Post([("6.jpg", small["coffee"])], _NOON + 2 * _DAY, kind="story"),
        Post([("7.jpg", small["astronaut"])], _NOON - 900 * _DAY, kind="profile"),
        Post([("8.jpg", b"")], _NOON + 3 * _DAY, "lost"),
    ]
