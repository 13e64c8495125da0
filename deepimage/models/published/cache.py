"""What was measured of a file, kept beside it as FILE.deepimage.json, or in the user's cache where that cannot be."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from deepimage.models.facts import Facts, dumps, loads


def read(path: Path, sha256: str) -> Facts | None:
    """The facts kept for the file with that digest, or None."""
    for place in _places(path, sha256):
        try:
            kept = json.loads(place.read_text())
            if kept["sha256"] == sha256:
                return loads(json.dumps(kept["facts"]))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # missing, damaged, or of a file that has changed: measured again
    return None


def write(path: Path, sha256: str, facts: Facts) -> Path:
    """Keep facts; returns the file that holds them. Raises OSError where neither place can be written."""
    text = json.dumps({"sha256": sha256, "facts": json.loads(dumps(facts))}, indent=2)
    beside, cached = _places(path, sha256)
    try:
        return _write(beside, text)
    except OSError:
        cached.parent.mkdir(parents=True, exist_ok=True)
        return _write(cached, text)


def _write(place: Path, text: str) -> Path:
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    temporary.write_text(text)
    return temporary.replace(place)


def _places(path: Path, sha256: str) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.deepimage.json")
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deepimage" / f"{sha256}.json"
