"""A study of a customer's pictures: what they have been through, as a profile that training can imitate.

inventory -> draw a sample -> look at each -> profile.yaml, profile.html
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deepimage.batch.memory import MemoryTable, every_row
from deepimage.batch.sample import draw
from deepimage.config import Recipe
from deepimage.errors import StorageError, UsageError
from deepimage.report import figures
from deepimage.report.gallery import Pictures
from deepimage.report.progress import Progress
from deepimage.report.study_gallery import Studied
from deepimage.report.study_page import page
from deepimage.report.study_summary import lines
from deepimage.runtime import open_engine
from deepimage.runtime.local import LocalEngine
from deepimage.stages.base import Row, Rows, Stage, ended
from deepimage.stages.fetch import Fetch
from deepimage.stages.opening import open_viewer
from deepimage.stages.study import Study
from deepimage.storage.roots import check_readable
from deepimage.storage.schema import INVENTORY
from deepimage.storage.sources import inventory
from deepimage.storage.uri import fetch
from deepimage.study.profile import Profile
from deepimage.study.traits import Traits

LIMIT = 2000
"""Pictures that are studied by default; a profile hardly changes beyond."""
_DECODERS = 2  # processes of one worker: each is a core's work
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Findings:
    """A finished study."""

    profile: Profile
    path: Path
    page: Path

    def lines(self) -> list[str]:
        """For a person."""
        return [*lines(self.profile), f"profile      {self.path}", f"page         {self.page}"]


def study(input: str, output: Path, recipe: Recipe, limit: int = LIMIT, seed: int = 0, quiet: bool = False) -> Findings:
    """Study at most `limit` pictures of INPUT; writes `output` and a page beside it. Of `recipe` only limits, storage
    and runtime matter.

    Raises UsageError before any work for what cannot be meant, and where there is nothing that could be studied.
    """
    _check_output(output)
    check_readable(input, recipe.storage)
    with Progress(phase="list", quiet=quiet) as progress:
        listing = _Counted(inventory(input, recipe.storage), progress)
        drawn = list(draw(listing, limit, seed))
    if not drawn:
        raise UsageError(f"INPUT {input}: no file to study; give a folder, bucket, archive or list that holds pictures")
    studied, refused = _sorted_out(_look(drawn, recipe, quiet))
    if not studied:
        raise UsageError(f"INPUT {input}: {_nothing(refused)}")
    profile = Profile.of(
        [one.traits for one in studied], input, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", listing.count, refused
    )
    return _write(profile, studied, output, recipe)


class _Counted:
    """Passes rows that can be read, counts them, and shows how many."""

    def __init__(self, rows: Iterator[Row], progress: Progress) -> None:
        self._rows = rows
        self._progress = progress
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if row["problem"] is None:
                self.count += 1
                self._progress.update([row])
                yield row


def _look(drawn: Rows, recipe: Recipe, quiet: bool) -> Iterator[Row]:
    """The drawn rows with their traits or verdicts, in no particular order."""
    runtime = recipe.runtime
    with open_engine(runtime) as engine, Progress(len(drawn), phase="study", quiet=quiet) as progress:
        looker = engine if len(drawn) >= runtime.look_here_below else LocalEngine(runtime)
        stages: Sequence[Stage] = [
            Fetch(recipe, rows=16),
            Study(recipe.limits, looker.width.probes, max(runtime.decoders, _DECODERS)),
        ]
        for rows in looker.run(MemoryTable(drawn, INVENTORY), every_row, stages):
            progress.update(rows)
            yield from rows


def _sorted_out(rows: Iterator[Row]) -> tuple[list[Studied], dict[str, list[str]]]:
    """What was studied, by name; and of the others, by code, "name: reason"."""
    studied: list[Studied] = []
    refused: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if ended(row):
            refused[row["error_code"] or row["status"]].append(f"{row['input']}: {row['error']}")
        else:
            studied.append(Studied(row["input"], row["uri"], Traits.from_json(row["result"])))
    return sorted(studied, key=lambda one: one.name), {code: sorted(refused[code]) for code in sorted(refused)}


def _nothing(refused: dict[str, list[str]]) -> str:
    counts = ", ".join(f"{code} {len(names)}" for code, names in refused.items())
    example = next(iter(refused.values()))[0]
    return f"none of the files could be studied ({counts}); the first: {figures.shown(example, 300)}"


def _check_output(output: Path) -> None:
    if output.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"--output {output}: expected a name that ends in .yaml")
    if output.is_dir() or not output.absolute().parent.is_dir():
        raise UsageError(f"--output {output}: expected a file in a folder that exists")


def _write(profile: Profile, studied: Sequence[Studied], output: Path, recipe: Recipe) -> Findings:
    get = partial(fetch, settings=recipe.storage)
    pictures = Pictures(get, get, open_viewer(recipe))
    findings = Findings(profile, output, output.with_suffix(".html"))
    texts = {
        findings.path: profile.to_yaml(["A profile of pictures by `deepimage study`.", *lines(profile)]),
        findings.page: page(profile, studied, pictures, str(output)),
    }
    for path, text in texts.items():
        try:
            part = path.with_name(f".{path.name}.part")  # a killed study leaves the old file, or the new one
            part.write_text(text, "utf-8")
            part.replace(path)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
    return findings
