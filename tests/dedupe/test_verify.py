from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from deepimage.dedupe.verify import Thresholds, colour_difference, verify

from .catalogue import flipped, garment, half, index_of, jpeg, looks_of, random_hashes, row_of

PHOTOS = ["astronaut", "coffee", "chelsea", "rocket"]
DYES = {
    "red": (190, 30, 40), "orange": (225, 110, 30), "yellow": (235, 200, 40), "green": (30, 110, 60),
    "blue": (40, 80, 180), "navy": (25, 30, 70), "purple": (100, 40, 130), "black": (25, 25, 25),
    "grey": (128, 128, 128), "silver": (175, 175, 175), "white": (235, 235, 235), "cream": (235, 225, 200),
}  # fmt: skip


def photo(name):
    return Image.fromarray(getattr(data, name)())


def verdict(one, other, limits=None):
    looks = looks_of(index_of({"input": "a", **one}, {"input": "b", **other}))
    return verify(looks, np.array([0]), np.array([1]), limits or Thresholds())


def same(one, other, limits=None):
    return bool(verdict(row_of("a", one), row_of("b", other), limits).same[0])


def hue_turned(picture, degrees):
    hue, saturation, value = picture.convert("HSV").split()
    turned = hue.point(lambda level: (level + round(degrees / 360 * 256)) % 256)
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


COPIES = {
    "jpeg 50": lambda picture: jpeg(picture, 50),
    "jpeg 30": lambda picture: jpeg(picture, 30),
    "half": half,
    "half, jpeg 50": lambda picture: jpeg(half(picture), 50),
    "quarter, jpeg 85": lambda picture: jpeg(half(half(picture)), 85),
    "sharpened": lambda picture: picture.filter(ImageFilter.UnsharpMask(2, 100, 0)),
}


@pytest.mark.parametrize("change", COPIES)
@pytest.mark.parametrize("name", PHOTOS)
def test_copies_of_a_photo_are_the_same(name, change):
    base = jpeg(photo(name), 90)
    assert same(base, COPIES[change](base))


@pytest.mark.parametrize("degrees", [20, 45, 90, 180])
@pytest.mark.parametrize("name", PHOTOS)
def test_photos_in_other_hues_are_not(name, degrees):
    assert not same(photo(name), jpeg(hue_turned(photo(name), degrees), 90))


@pytest.mark.parametrize("width", [0.12, 0.3, 0.6])
def test_no_two_dyes_of_one_garment_are_the_same_and_its_copies_are(width):
    small = {dye: row_of(dye, jpeg(garment(colour, width), 70)) for dye, colour in DYES.items()}
    for dye, colour in DYES.items():
        copy = row_of("copy", jpeg(half(garment(colour, width)), 50))
        assert [other for other in DYES if verdict(small[other], copy).same[0]] == [dye]


def test_it_is_the_patch_that_tells_the_dyes_of_a_small_garment_apart():
    blind = replace(Thresholds(), patch_delta_e=1000.0)
    assert same(garment(DYES["black"], 0.12), garment(DYES["navy"], 0.12), blind)
    assert not same(garment(DYES["black"], 0.12), garment(DYES["navy"], 0.12))


def test_another_print_on_one_shirt_is_another_picture():
    shirt = garment(DYES["white"], 0.6)
    yellow, blue = shirt.copy(), shirt.copy()
    yellow.paste(DYES["yellow"], (280, 350, 320, 390))
    blue.paste(DYES["blue"], (280, 350, 320, 390))
    assert not same(yellow, blue)


@pytest.mark.parametrize(("bits", "expected"), [(0, True), (31, True), (32, False)])
def test_hashes_may_differ_by_31_bits(bits, expected):
    [start] = random_hashes(1)
    found = verdict({"pdq": start}, {"pdq": flipped(start, bits)})
    assert (found.same[0], found.distance[0]) == (expected, bits)


@pytest.mark.parametrize(("width", "expected"), [(600, True), (610, True), (615, False), (585, False)])
def test_shapes_may_differ_by_two_percent(width, expected):
    [start] = random_hashes(1)
    assert verdict({"pdq": start}, {"pdq": start, "width": width}).same[0] == expected


def thumbnail(cells):
    """A mid-grey thumbnail in which a square of cells x cells is 10 units redder."""
    lab = np.zeros((1, 32, 32, 3), np.int8)
    lab[:, :cells, :cells, 1] = 10
    return lab.reshape(1, -1)


def test_the_three_colour_differences_are_mean_cell_and_patch():
    for cells, patch in ((1, 10 / 16), (2, 2.5), (4, 10.0), (32, 10.0)):
        expected = [10 * cells**2 / 1024, 10, patch]
        assert colour_difference(thumbnail(cells), thumbnail(0))[:, 0] == pytest.approx(expected, abs=1e-4)


def test_many_pairs_are_judged_as_each_alone():
    rows = [{"input": f"{i:05d}", "pdq": value} for i, value in enumerate(random_hashes(3))]
    looks = looks_of(index_of(*rows))
    left = np.zeros(2500, np.int64)
    right = np.arange(2500) % 3
    found = verify(looks, left, right, Thresholds())
    assert np.array_equal(found.same, right == 0)
    assert np.array_equal(np.isnan(found.delta_e), right != 0)


def test_no_pairs_no_verdicts():
    looks = looks_of(index_of({"input": "a", "pdq": random_hashes(1)[0]}))
    nothing = np.empty(0, np.int64)
    assert [len(column) for column in verify(looks, nothing, nothing, Thresholds())] == [0, 0, 0]
