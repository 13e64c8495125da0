import numpy as np
import pdqhash
import pytest
from PIL import Image
from skimage import color, data

from deepimage.dedupe import fingerprint as fingerprints
from deepimage.dedupe.fingerprint import GATE, Fingerprint, fingerprint, unpack_lab

from .catalogue import garment, half, jpeg

FROZEN = bytes.fromhex("8a81fed4aa817fd42a81bfd4aa81ffd4aa89fff45556000baa96aa83aa97003f")


def waves(height=400, width=600):
    """A picture that every machine draws alike."""
    y, x = np.mgrid[0:height, 0:width] / width
    planes = [127 + 60 * np.sin(20 * x + 3 * y * (k + 1)) + 60 * np.sin(31 * y - 7 * x * k) for k in range(3)]
    return np.stack(planes, axis=-1).astype(np.uint8)


def distance(a, b):
    return sum((one ^ other).bit_count() for one, other in zip(a.pdq, b.pdq, strict=True))


def pdq_by_definition(square):
    """PDQ of a 64 x 64 picture, for which its smoothing is skipped: 16 x 16 DCT terms against their median."""
    luma = square.astype(np.float64) @ [0.299, 0.587, 0.114]
    frequency, position = np.arange(1, 17)[:, None], np.arange(64)[None]
    dct = np.sqrt(2 / 64) * np.cos(np.pi / 128 * frequency * (2 * position + 1))
    terms = dct @ luma @ dct.T
    bits = terms.ravel() > np.median(terms)
    return np.packbits(bits[::-1]).tobytes()


def test_the_hash_is_pdq_with_the_most_significant_bit_first():
    square = np.asarray(Image.fromarray(data.astronaut()).resize((64, 64)))
    bits, _ = pdqhash.compute(square)
    packed = np.packbits(bits.astype(np.uint8))
    differing = np.bitwise_count(packed ^ np.frombuffer(pdq_by_definition(square), np.uint8)).sum()
    assert differing <= 2  # the library takes one of the two middle terms for the median


def test_the_hash_of_a_drawn_picture_stays_what_it_was():
    assert distance(fingerprint(waves()), Fingerprint(FROZEN, 100, b"")) <= 4  # other libraries round otherwise


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket"])
def test_copies_hash_alike_and_pictures_do_not(name):
    photo = Image.fromarray(getattr(data, name)())
    original = fingerprint(np.asarray(photo))
    assert original.quality >= GATE
    assert distance(original, fingerprint(np.asarray(jpeg(photo, 50)))) <= 16
    assert distance(original, fingerprint(np.asarray(half(photo)))) <= 16
    assert distance(original, fingerprint(waves())) > 60


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_pictures_stay_below_the_gate(level):
    assert fingerprint(np.full((300, 200, 3), level, np.uint8)).quality < GATE


def test_a_smooth_gradient_stays_below_the_gate():
    ramp = np.broadcast_to(np.linspace(0, 255, 600)[None, :, None], (400, 600, 3))
    assert fingerprint(ramp.astype(np.uint8)).quality < GATE


@pytest.mark.parametrize(
    ("shape", "hashed"), [((1, 1), False), ((63, 900), False), ((64, 64), True), ((2000, 64), True)]
)
def test_only_pictures_of_64_pixels_a_side_are_hashed(shape, hashed):
    found = fingerprint(waves(*shape))
    assert (found.pdq is not None) == hashed
    assert len(found.lab) == 3072
    assert hashed or found.quality < GATE


def test_the_thumbnail_holds_the_colours_of_the_picture():
    photo = garment((180, 30, 40))
    lab = unpack_lab(np.frombuffer(fingerprint(np.asarray(photo)).lab, np.int8))[0]
    small = photo.resize((32, 32), Image.Resampling.BOX)
    difference = np.linalg.norm(lab - color.rgb2lab(np.asarray(small)), axis=-1)
    assert difference.mean() < 1.5
    assert np.median(difference) < 1


@pytest.mark.parametrize("rgb", [(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (119, 119, 119)])
def test_plain_colours_come_back_within_the_rounding(rgb):
    flat = np.full((80, 80, 3), rgb, np.uint8)
    lab = unpack_lab(np.frombuffer(fingerprint(flat).lab, np.int8))[0]
    assert np.abs(lab - color.rgb2lab(flat[:32, :32])).max() <= 0.6


@pytest.mark.parametrize("shape", [(1, 1), (5, 900), (1237, 389), (800, 1201)])
def test_the_canvas_made_band_by_band_is_pillows(shape, monkeypatch):
    monkeypatch.setattr(fingerprints, "_BAND", 5000)
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    whole = Image.fromarray(rgb).resize((128, 128), Image.Resampling.BILINEAR, reducing_gap=3.0)
    assert np.array_equal(np.asarray(fingerprints._canvas(rgb)), np.asarray(whole))
