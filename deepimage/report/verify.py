"""Judge a finished run from outside: listing, outputs and manifest alone must agree, whatever was killed on the way.

Nothing is believed that can be looked up: every result is read, hashed and decoded. Memory holds a 16-byte digest
of each name, never the names.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

import numpy as np

from deepimage.errors import ERROR_CODES, DeepimageError
from deepimage.report.figures import count, shown
from deepimage.report.rows import STATUSES, TROUBLED, Manifest, Row, having, rows

PRIVATE = "_deepimage/"

Rule = Literal[
    "missing-row",  # an input without a row
    "double-row",  # a second row of the same input
    "bad-status",  # a status that the contract does not know
    "bad-error",  # trouble without a reason, or a reason without trouble
    "bad-output",  # a row names an output that it must not have, or none where it must have one
    "shared-output",  # two rows name the same output
    "missing-output",  # a named output cannot be read
    "wrong-bytes",  # an output is not what the manifest says: sha256, decodable, size
    "stray-output",  # a file in OUTPUT that no row names
    "bad-copy",  # an aliased row whose canonical picture is not a restored one with the same bytes
    "bad-success",  # _SUCCESS stands beside an incomplete run, or is absent from a complete one
]

_COLUMNS = (
    "input", "input_sha256", "status", "error_code", "error", "output", "output_sha256",
    "output_width", "output_height", "duplicate_of", "near_duplicate_of",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One way in which a run contradicts itself; `name` is an input or an output key."""

    rule: Rule
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {shown(self.name)}: {shown(self.message, 400)}"


@dataclass
class _Seen:
    """What the rows so far have claimed, as digests."""

    inputs: set[bytes] = field(default_factory=set)
    outputs: set[bytes] = field(default_factory=set)
    canonical: dict[bytes, tuple[bytes, bytes] | None] = field(default_factory=dict)
    """Input that others are copies of -> contents of its input and output, once its `done` row was met."""


def verify(
    listing: Iterable[str] | None,
    outputs: Iterable[str],
    manifest: Manifest,
    read_output: Callable[[str], bytes],
    decode: Callable[[bytes], np.ndarray],
    has_success: bool,
    threads: int = 4,
) -> Iterator[Finding]:
    """Every contradiction, as it is found; none means that the run did what it says.

    listing: keys of all inputs, or None to check the rows only. outputs: keys of all files under OUTPUT.
    read_output: key -> bytes, raising OSError or a DeepimageError. decode: -> (H, W, 3) uint8, raising the same.
    `threads` results are read and decoded at a time.
    """
    seen = _Seen(canonical={_digest(_canonical(row)): None for row in _copies(manifest)})
    with ThreadPoolExecutor(threads) as pool:
        for batch in manifest():
            batch_rows = list(rows(batch, _COLUMNS))
            for row in batch_rows:
                yield from _check_row(row, seen)
            named = [row for row in batch_rows if row["output"] and _inside(row["output"])]
            for findings in pool.map(lambda row: list(_check_output(row, read_output, decode)), named):
                yield from findings
    yield from _check_copies(manifest, seen)
    yield from (
        Finding("stray-output", key, "no row names this file")
        for key in outputs
        if not key.startswith(PRIVATE) and _digest(key) not in seen.outputs and not _goes_along(key, seen)
    )
    yield from _check_complete(listing, seen, has_success)


def _goes_along(key: str, seen: _Seen) -> bool:
    """A library's own page, or the record beside one of its pictures: photo.jpg.json."""
    return key == "index.html" or (key.endswith(".json") and _digest(key.removesuffix(".json")) in seen.outputs)


def _digest(text: str | None) -> bytes:
    return hashlib.blake2b((text or "").encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _inside(key: str) -> bool:
    """Whether a key stays in OUTPUT, and out of the run's own folder."""
    path = PurePosixPath(key)
    return not path.is_absolute() and ".." not in path.parts and not key.startswith(PRIVATE)


def _check_row(row: Row, seen: _Seen) -> Iterator[Finding]:
    """What one row must be, alone and beside those before it."""
    name, status, output = row["input"] or "", row["status"], row["output"]
    own = _digest(name)
    if own in seen.inputs:
        yield Finding("double-row", name, "the manifest has more than one row for this input")
    seen.inputs.add(own)
    yield from _check_verdict(row)
    if output:
        if _digest(output) in seen.outputs:
            yield Finding("shared-output", name, f"another row names the same output {output!r}")
        seen.outputs.add(_digest(output))
    if status == "done" and own in seen.canonical:
        seen.canonical[own] = _digest(row["input_sha256"]), _digest(row["output_sha256"])


def _check_verdict(row: Row) -> Iterator[Finding]:
    """Status, reason and output must fit each other."""
    name, status, output, code = row["input"] or "", row["status"], row["output"], row["error_code"]
    if status not in STATUSES:
        yield Finding("bad-status", name, f"status {status!r} is none of {', '.join(STATUSES)}")
        return
    if (status in ("done", "aliased")) != bool(output):
        yield Finding(
            "bad-output", name, f"a row with status {status} names {f'output {output!r}' if output else 'no output'}"
        )
    elif output and not _inside(output):
        yield Finding("bad-output", name, f"output {output!r} is not a key of its own inside OUTPUT")
    if status == "quarantined" and code not in ERROR_CODES:
        yield Finding("bad-error", name, f"a quarantined row has error code {code!r}, none of the contract's")
    if (status in TROUBLED) and not row["error"]:
        yield Finding("bad-error", name, f"a {status} row does not say why")
    if status not in TROUBLED and code:
        yield Finding("bad-error", name, f"a row with status {status} has error code {code!r}")


def _check_output(row: Row, read: Callable[[str], bytes], decode: Callable[[bytes], np.ndarray]) -> Iterator[Finding]:
    """The file that a row names must exist, be the manifest's bytes, and decode to the stated size."""
    key = row["output"]
    try:
        content = read(key)
    except (DeepimageError, OSError) as error:
        yield Finding("missing-output", key, f"named by {row['input']!r}, but cannot be read: {error}")
        return
    if (found := hashlib.sha256(content).hexdigest()) != row["output_sha256"]:
        yield Finding("wrong-bytes", key, f"sha256 is {found}, the manifest says {row['output_sha256']}")
    try:
        height, width = decode(content).shape[:2]
    except (DeepimageError, OSError, ValueError) as error:
        yield Finding("wrong-bytes", key, f"does not decode: {error}")
        return
    if (width, height) != (row["output_width"], row["output_height"]):
        stated = f"{row['output_width']} x {row['output_height']}"
        yield Finding("wrong-bytes", key, f"is {width} x {height}, the manifest says {stated}")


def _copies(manifest: Manifest) -> Iterator[Row]:
    return (row for batch in manifest() for row in rows(having(batch, "status", "aliased"), _COLUMNS))


def _canonical(row: Row) -> str | None:
    """The input whose result an aliased row shares."""
    return row["duplicate_of"] or row["near_duplicate_of"]


def _check_copies(manifest: Manifest, seen: _Seen) -> Iterator[Finding]:
    """An aliased row has the result of a `done` row; as an exact duplicate it has its input's bytes, too."""
    for row in _copies(manifest):
        name, canonical = row["input"] or "", _canonical(row)
        contents = seen.canonical.get(_digest(canonical))
        if contents is None:
            yield Finding("bad-copy", name, f"it is a copy of {canonical!r}, which is not a restored picture")
        elif row["duplicate_of"] and contents[0] != _digest(row["input_sha256"]):
            yield Finding("bad-copy", name, f"its input_sha256 differs from that of {canonical!r}, its duplicate")
        elif contents[1] != _digest(row["output_sha256"]):
            yield Finding("bad-copy", name, f"its output_sha256 differs from that of {canonical!r}, its duplicate")


def _check_complete(listing: Iterable[str] | None, seen: _Seen, has_success: bool) -> Iterator[Finding]:
    """Every input has a row, and _SUCCESS stands exactly where that is so. Rows of inputs that are gone may stay."""
    missing = 0
    for name in listing or ():
        if _digest(name) not in seen.inputs:
            missing += 1
            yield Finding("missing-row", name, "no row accounts for this input")
    if has_success and missing:
        yield Finding("bad-success", f"{PRIVATE}_SUCCESS", f"it stands although {count(missing, 'input')} have no row")
    if not has_success and not missing:
        yield Finding(
            "bad-success", f"{PRIVATE}_SUCCESS", "it is absent: the run did not end; the same command ends it"
        )
