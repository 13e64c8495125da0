"""The record of a run: one row a measurement, as Parquet, and a page that plots it while it grows."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, object]

TABLE, PAGE = "metrics.parquet", "progress.html"
_WIDTH, _HEIGHT, _MARGIN = 360, 150, 8
_HEAD = (
    "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=30>"
    "<style>body{font:14px system-ui;margin:2em;display:flex;flex-wrap:wrap;gap:1.5em}h1{width:100%}"
    "figure{margin:0}polyline{fill:none;stroke:#246;stroke-width:1.5}svg{background:#f4f4f2}</style>"
)


class Record:
    """Rows of a folder, oldest first; `add` writes table and page anew, each whole or not at all."""

    def __init__(self, folder: Path, upto: int) -> None:
        """Rows after step `upto` are of a run that was killed before it saved its state: they will come again."""
        self._folder = folder
        table = folder / TABLE
        rows = pq.read_table(table).to_pylist() if table.exists() else []
        self.rows: list[Row] = [row for row in rows if row["step"] <= upto]

    def add(self, row: Row) -> None:
        self.rows.append(row)
        part = self._folder / f"{TABLE}.part"
        pq.write_table(pa.Table.from_pylist(_even(self.rows)), part)
        part.replace(self._folder / TABLE)
        (self._folder / PAGE).write_text(page(self._folder.name, self.rows))


def page(name: str, rows: list[Row]) -> str:
    """HTML that needs no network and reloads itself: every number over the steps."""
    keys = [key for key in _even(rows)[-1] if key != "step"]
    return f"{_HEAD}<title>{escape(name)}</title><h1>{escape(name)}</h1>" + "".join(_figures(keys, rows))


def _figures(keys: list[str], rows: list[Row]) -> Iterator[str]:
    for key in keys:
        points = [(float(str(row["step"])), float(str(row[key]))) for row in rows if row.get(key) is not None]
        if points:
            caption = f"{escape(key)}: {points[-1][1]:.4g} at step {points[-1][0]:.0f}"
            yield f"<figure><figcaption>{caption}</figcaption>{_curve(points)}</figure>"


def _curve(points: list[tuple[float, float]]) -> str:
    xs, ys = zip(*points, strict=True)
    path = " ".join(f"{_place(x, xs, _WIDTH):.1f},{_HEIGHT - _place(y, ys, _HEIGHT):.1f}" for x, y in points)
    low, high = f"{min(ys):.4g}", f"{max(ys):.4g}"
    labels = f"<text x=4 y=12 font-size=10>{high}</text><text x=4 y={_HEIGHT - 3} font-size=10>{low}</text>"
    return f'<svg width={_WIDTH} height={_HEIGHT}><polyline points="{path}"/>{labels}</svg>'


def _place(value: float, values: tuple[float, ...], length: int) -> float:
    low, high = min(values), max(values)
    return _MARGIN + (value - low) / ((high - low) or 1) * (length - 2 * _MARGIN)


def _even(rows: list[Row]) -> list[dict[str, object]]:
    """Every row with every key."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key) for key in keys} for row in rows]
