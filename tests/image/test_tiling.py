"""Tiles: same-size windows inside the image whose cores cover it once, far enough from any seam."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepimage.image.geometry import Region
from deepimage.image.tiling import Tile, band, cut, in_rows


@given(
    height=st.integers(1, 900),
    width=st.integers(1, 900),
    tile=st.integers(64, 320),
    halo=st.integers(0, 28),
    multiple_of=st.sampled_from([1, 2, 4]),
)
@settings(max_examples=200, deadline=None)
def test_cores_partition_the_image_and_keep_their_halo(
    height: int, width: int, tile: int, halo: int, multiple_of: int
) -> None:
    tiles = list(cut(height, width, tile, halo, multiple_of))
    assert sum(t.core.height * t.core.width for t in tiles) == height * width
    assert len({(t.window.height, t.window.width) for t in tiles}) == 1
    for t in tiles:
        assert 0 <= t.window.y <= t.core.y < t.core.bottom <= t.window.bottom <= height
        assert 0 <= t.window.x <= t.core.x < t.core.right <= t.window.right <= width
        assert max(t.window.height, t.window.width) <= tile
        assert t.window.y % multiple_of == t.window.x % multiple_of == 0
        assert (height - t.window.bottom) % multiple_of == (width - t.window.right) % multiple_of == 0
        for inner, outer, edge in (
            (t.core.y, t.window.y, 0),
            (t.core.x, t.window.x, 0),
            (t.window.bottom, t.core.bottom, height),
            (t.window.right, t.core.right, width),
        ):
            at_true_edge = edge in (outer, inner)
            assert at_true_edge or inner - outer >= halo


def test_cores_do_not_overlap() -> None:
    seen: set[tuple[int, int]] = set()
    for t in cut(130, 97, 64, 10):
        pixels = {(y, x) for y in range(t.core.y, t.core.bottom) for x in range(t.core.x, t.core.right)}
        assert not pixels & seen
        seen |= pixels
    assert len(seen) == 130 * 97


def test_windows_are_no_larger_than_needed() -> None:
    assert {t.window.height for t in cut(600, 600, 512, 20)} == {320}


def test_a_tile_without_core_is_refused() -> None:
    with pytest.raises(ValueError, match="tile above 64"):
        list(cut(500, 500, 64, 32))


@given(height=st.integers(1, 900), width=st.integers(1, 300), halo=st.integers(0, 28), count=st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_bands_are_the_tiles_of_the_image_and_hold_all_that_they_see(
    height: int, width: int, halo: int, count: int
) -> None:
    tiles = list(cut(height, width, 64, halo))
    back: list[Tile] = []
    for number in range(count):
        own = band(in_rows(tiles), number, count)
        assert own.rows or own.area.height == 0
        origin = Region(-own.area.y, 0, 0, 0)
        for tile in (tile for row in own.rows for tile in row):
            assert 0 <= tile.window.y < tile.window.bottom <= own.area.height
            back.append(tile.within(origin))
    assert back == tiles


def test_bands_are_about_equal() -> None:
    rows = in_rows(cut(3000, 100, 64, 10))
    sizes = [len(band(rows, number, 7).rows) for number in range(7)]
    assert max(sizes) - min(sizes) == 1
