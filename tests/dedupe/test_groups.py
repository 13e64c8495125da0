"""Stars round a canonical picture, on made-up rows and on a real catalogue."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from PIL import Image

from deepimage.dedupe import groups
from deepimage.dedupe.exact import exact_duplicates
from deepimage.dedupe.groups import NEAR
from deepimage.dedupe.verify import Thresholds, verify

from .catalogue import flipped, garment, half, index_of, jpeg, looks_of, random_hashes, row_of, shuffled

CATALOG = Path(__file__).parents[3] / "shared" / "data" / "catalog"


def near_duplicates(table):
    """As a plan asks for them: exact copies left out, thumbnails apart."""
    copies = exact_duplicates(table)["input"].combine_chunks()
    canonical = table.filter(pc.invert(pc.is_in(table["input"], value_set=copies)))
    labs = canonical.select(["input", "lab"])
    return groups.near_duplicates(
        canonical.drop_columns("lab"), lambda inputs: [labs.filter(pc.is_in(labs["input"], inputs))]
    )


def near(table):
    return {row["input"]: row["near_duplicate_of"] for row in near_duplicates(table).to_pylist()}


@pytest.fixture(scope="module")
def crowd():
    """120 pictures with up to 6 copies each, some exact, in several sizes and tints."""
    rng = np.random.default_rng(0)
    rows = []
    for number, value in enumerate(random_hashes(120)):
        for copy in range(rng.integers(1, 7)):
            tint, size = (int(value) for value in rng.integers((0, 1), (3, 3)))
            rows.append(
                {
                    "input": f"{number:03d}-{copy}.jpg",
                    "input_sha256": f"{number}-{copy // 2}",
                    "pdq": flipped(value, int(rng.integers(0, 25)), seed=copy),
                    "lab": np.tile(np.array([0, 4 * tint, 0], np.int8), 1024).tobytes(),
                    "width": 600 * size,
                    "height": 400 * size,
                    "jpeg_quality": int(rng.integers(40, 95)),
                }
            )
    return index_of(*rows)


def test_groups_do_not_depend_on_the_order_of_the_rows(crowd):
    results = [near_duplicates(shuffled(crowd, seed)) for seed in range(5)]
    assert len(results[0]) > 80
    assert all(result.equals(results[0]) for result in results)


def test_groups_are_the_same_in_parts_that_fit_memory(crowd, monkeypatch):
    whole = near_duplicates(crowd)
    monkeypatch.setattr(groups, "_ROWS", 7)
    assert near_duplicates(crowd).equals(whole)


def test_every_near_duplicate_was_verified_against_a_kept_picture(crowd):
    found = near_duplicates(crowd)
    position = {name: i for i, name in enumerate(crowd["input"].to_pylist())}
    copy = np.array([position[name] for name in found["input"].to_pylist()])
    head = np.array([position[name] for name in found["near_duplicate_of"].to_pylist()])
    checked = verify(looks_of(crowd), head, copy, Thresholds())
    assert checked.same.all()
    assert checked.distance.tolist() == found["near_distance"].to_pylist()
    assert not set(found["near_duplicate_of"].to_pylist()) & set(found["input"].to_pylist())


def test_a_chain_is_not_one_group():
    [a] = random_hashes(1)
    b = flipped(a, 20, seed=1)
    c = flipped(a, 40, seed=1)  # 20 bits from b, 40 from a

    def groups(*sizes):
        rows = zip("abc", (a, b, c), sizes, strict=True)
        return near(index_of(*({"input": name, "pdq": value, "size": size} for name, value, size in rows)))

    assert groups(3, 2, 1) == {"b": "a"}
    assert groups(2, 3, 1) == {"a": "b", "c": "b"}


def test_the_canonical_copy_is_the_largest():
    [value] = random_hashes(1)
    sizes = {"a": 300, "b": 1200, "c": 600}
    rows = ({"input": name, "pdq": value, "width": w, "height": w} for name, w in sizes.items())
    assert near(index_of(*rows)) == {"a": "b", "c": "b"}


def test_only_the_canonical_exact_copy_takes_part():
    [value] = random_hashes(1)
    rows = [{"input": name, "input_sha256": name[0], "pdq": value} for name in ("a1", "a2", "b1", "b2")]
    assert near(index_of(*rows)) == {"b1": "a1"}


def test_one_hash_in_many_colours_makes_one_group_a_colour():
    [value] = random_hashes(1)
    lab = {name: np.tile(np.array([0, 20 * i, 0], np.int8), 1024).tobytes() for i, name in enumerate("abcd")}
    rows = [{"input": f"{name}{copy}", "pdq": value, "lab": lab[name]} for name in lab for copy in range(3)]
    assert near(index_of(*rows)) == {f"{name}{copy}": f"{name}0" for name in lab for copy in (1, 2)}


def test_pictures_below_the_gate_are_nobodys_near_duplicate():
    [value] = random_hashes(1)
    rows = [{"input": name, "pdq": value, "pdq_quality": 49} for name in "ab"]
    assert near(index_of(*rows)) == {}


def test_an_index_without_hashes_has_no_near_duplicates():
    assert near_duplicates(index_of()).equals(NEAR.empty_table())
    unread = {"pdq": None, "pdq_quality": None, "lab": None, "width": None, "height": None}
    assert near(index_of({"input": "a", **unread}, {"input": "b", **unread})) == {}


def test_colour_variants_of_one_product_stay_apart_and_its_copies_join():
    dyes = {"red": (190, 30, 40), "blue": (40, 80, 180), "navy": (25, 30, 70), "black": (25, 25, 25)}
    rows = []
    for dye, colour in dyes.items():
        photo = jpeg(garment(colour), 70)
        rows += [row_of(f"{dye}.jpg", photo), row_of(f"{dye}-copy.jpg", jpeg(half(photo), 50))]
    assert near(index_of(*rows)) == {f"{dye}-copy.jpg": f"{dye}.jpg" for dye in dyes}


@pytest.mark.skipif(not CATALOG.is_dir(), reason=f"the sample catalogue {CATALOG} is not here")
def test_a_real_catalogue_keeps_its_products_and_finds_their_copies():
    rows = []
    for path in sorted(CATALOG.glob("*.jpg")):
        photo = Image.open(path)
        photo.draft("RGB", (700, 700))
        photo.thumbnail((600, 600))
        web = jpeg(photo.convert("RGB"), 70)
        rows.append(row_of(f"{path.stem}.jpg", web, jpeg_quality=70))
        rows.append(row_of(f"{path.stem}.again", jpeg(web, 50), jpeg_quality=50))
        rows.append(row_of(f"{path.stem}.half", half(web), jpeg_quality=85))
    assert len(rows) >= 90
    found = near(index_of(*rows))
    assert all(copy.rsplit(".")[0] == kept.removesuffix(".jpg") for copy, kept in found.items())
    for kind in ("again", "half"):
        assert sum(name.endswith(kind) for name in found) >= 0.95 * len(rows) / 3
