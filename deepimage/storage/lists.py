"""A list file as a stream of lines: .parquet and .csv have a column of URIs, .txt has one URI on each line.

The column is called uri, url or path (the first of these that is there, whatever its case); a column external_id is
carried along. A CSV may be separated by commas, semicolons or tabs, as spreadsheets do by country. In text, blank lines
and lines that begin with # are skipped. Text is UTF-8, or UTF-16 with its mark; stray bytes stay as surrogates.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from deepimage.config import Storage
from deepimage.errors import UsageError
from deepimage.storage.address import path_of, scheme_of
from deepimage.storage.failures import cause, shown
from deepimage.storage.uri import open_binary

_URI_COLUMNS = ("uri", "url", "path")
_BATCH_ROWS = 8192


class Line(NamedTuple):
    """One entry of a list; `number` counts lines of text or rows of a table, from 1."""

    number: int
    uri: str  # as written; "" where the cell is empty
    external_id: str | None


def is_list(url: str) -> bool:
    return _kind(url) in (".parquet", ".csv", ".txt") and not (scheme_of(url) == "file" and Path(path_of(url)).is_dir())


def read_list(url: str, settings: Storage) -> Iterator[Line]:
    """The lines of the list at `url`, in bounded memory. Raises UsageError for what is no such list, StorageError."""
    with open_binary(url, settings) as file:
        try:
            if _kind(url) == ".parquet":
                yield from _parquet(file, url)
            elif _kind(url) == ".csv":
                yield from _csv(file, url)
            else:
                yield from _text(file)
        except (csv.Error, UnicodeError, pa.ArrowException, OSError) as error:
            raise UsageError(f"{shown(url)}: not a readable {_kind(url)[1:]} list: {cause(error)}") from error


def _kind(url: str) -> str:
    return Path(url).suffix.lower()


def _parquet(file: io.BufferedReader, url: str) -> Iterator[Line]:
    table = pq.ParquetFile(file)
    uri, external_id = _columns(table.schema_arrow.names, url)
    names = [name for name in (uri, external_id) if name]
    batches = table.iter_batches(_BATCH_ROWS, columns=names, use_threads=False)
    cells = (
        zip(*(batch.column(name).cast(pa.string()).to_pylist() for name in names), strict=True) for batch in batches
    )
    for number, (cell, *rest) in enumerate(chain.from_iterable(cells), 1):
        yield Line(number, cell or "", rest[0] if rest else None)


def _csv(file: io.BufferedReader, url: str) -> Iterator[Line]:
    with _decoded(file, newline="") as text:
        header = text.readline()
        separator = max(",;\t", key=header.count)
        names = next(csv.reader([header], delimiter=separator), [])
        uri, external_id = _columns(names, url)
        rows = csv.DictReader(text, names, delimiter=separator)
        for row in rows:
            yield Line(rows.line_num + 1, row[uri] or "", row[external_id] if external_id else None)


def _text(file: io.BufferedReader) -> Iterator[Line]:
    with _decoded(file, newline=None) as text:
        for number, line in enumerate(text, 1):
            if line.strip() and not line.startswith("#"):
                yield Line(number, line.rstrip("\n"), None)


def _decoded(file: io.BufferedReader, newline: str | None) -> io.TextIOWrapper:
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if file.peek(2)[:2] in marks else "utf-8-sig"
    return io.TextIOWrapper(file, encoding, "surrogateescape", newline)


def _columns(names: Sequence[str], url: str) -> tuple[str, str | None]:
    """The names of the URI column and, where there is one, of the external id's."""
    known = {name.strip().lower(): name for name in names}
    uri = next((known[name] for name in _URI_COLUMNS if name in known), None)
    if uri is None:
        found = ", ".join(shown(name) for name in names) or "none"
        raise UsageError(f"{shown(url)}: expected a column uri, url or path; found: {found}")
    return uri, known.get("external_id")
