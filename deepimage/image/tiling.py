"""How a picture is cut: same-size windows whose cores partition it exactly.

A window is what the generator sees, a core is the part of its answer that is kept. Windows lie wholly
inside the image and are shifted back at the right and bottom border, so the true image edge is always a
window edge and every core pixel is at least `halo` away from any other window edge: for a generator
whose receptive radius is at most `halo` the tiles equal the whole image.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from deepimage.image.geometry import Region


@dataclass(frozen=True)
class Tile:
    """One window and the core it answers for, lr pixels."""

    window: Region
    core: Region

    def within(self, outer: Region) -> "Tile":
        """This tile in the coordinates of an `outer` region that holds its window."""
        return Tile(self.window.within(outer), self.core.within(outer))


@dataclass(frozen=True)
class Band:
    """Successive rows of tiles, in the coordinates of the `area` of lr that their windows cover."""

    area: Region
    rows: list[list[Tile]]


def cut(height: int, width: int, tile: int, halo: int, multiple_of: int = 1) -> Iterator[Tile]:
    """Tiles of a (height, width) image, row by row; all windows have one size, at most `tile` a side.

    The window is as small as the number of windows allows (600 px at tile 320, halo 20 is two windows
    of 320, not two of 512), so that little is computed twice. Windows start at multiples of `multiple_of`
    and lack as much of a whole multiple as the image does: a generator that packs pixels packs the same
    ones in a window as in the image. Raises ValueError when `tile` leaves no core.
    """
    rows = list(_spans(height, tile, halo, multiple_of))
    columns = list(_spans(width, tile, halo, multiple_of))
    for y, window_height, top, bottom in rows:
        for x, window_width, left, right in columns:
            window = Region(y, x, window_height, window_width)
            yield Tile(window, Region(top, left, bottom - top, right - left))


def in_rows(tiles: Iterable[Tile]) -> list[list[Tile]]:
    """Tiles in the order of `cut` -> their rows, top to bottom."""
    return [list(row) for _, row in groupby(tiles, lambda tile: tile.core.y)]


def band(rows: Sequence[list[Tile]], number: int, count: int) -> Band:
    """Band `number` of the `count` that `rows` are divided into; empty where there are fewer rows than bands."""
    own = rows[len(rows) * number // count : len(rows) * (number + 1) // count]
    if not own:
        return Band(Region(0, 0, 0, 0), [])
    top, last = own[0][0].window, own[-1][-1].window
    area = Region(top.y, 0, last.bottom - top.y, last.right)
    return Band(area, [[tile.within(area) for tile in row] for row in own])


def _spans(length: int, tile: int, halo: int, multiple_of: int) -> Iterator[tuple[int, int, int, int]]:
    """(window start, window length, core start, core end) along one axis."""
    if length <= tile:
        yield 0, length, 0, length
        return
    largest = tile - (tile - length) % multiple_of
    stride = (largest - 2 * halo) // multiple_of * multiple_of
    if stride <= 0:
        enough = 2 * halo + 2 * (multiple_of - 1)
        raise ValueError(f"tile {tile} leaves no core beside a halo of {halo}: use a tile above {enough}")
    count = -(-(length - 2 * halo) // stride)
    stride = -(-(length - 2 * halo) // (count * multiple_of)) * multiple_of
    size = stride + 2 * halo + (length - stride - 2 * halo) % multiple_of
    steps = (length - size) // multiple_of
    starts = [i * steps // (count - 1) * multiple_of for i in range(count)]
    # neighbours share the seam half-way through their overlap, which is at least two halos wide
    seams = [(left + size + right) // 2 for left, right in pairwise(starts)]
    for start, core_start, core_end in zip(starts, [0, *seams], [*seams, length], strict=True):
        yield start, size, core_start, core_end
