"""Every format holds the picture, says sRGB, and is the same bytes every time."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from corpus.forge import orientation, photo
from PIL import Image, ImageCms

from deepimage.config import Limits, Output
from deepimage.errors import ImageError
from deepimage.image.codec.decode import decode
from deepimage.image.codec.encode import LONGEST_SIDE, check_fits, encode, flatten
from deepimage.image.codec.header import read_header
from deepimage.image.codec.picture import Metadata, Picture

LIMITS = Limits()
FORMATS = ["jpeg", "png", "webp", "avif", "tiff"]
LOSSLESS = {"png", "tiff"}
GREY = np.dstack([photo()[..., 0]] * 3)
ALPHA = photo()[..., 2]
PICTURES = {
    "colour": Picture(photo()),
    "grey": Picture(GREY, grey=True),
    "alpha": Picture(photo(), alpha=ALPHA),
    "grey and alpha": Picture(GREY, grey=True, alpha=ALPHA),
    "dot": Picture(photo(1, 1)),
    "strip": Picture(photo(3, 700)),
    "described": Picture(photo(), metadata=Metadata(orientation(6), b"<photoshop:Credit>x</photoshop:Credit>", None)),
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", PICTURES)
def test_what_is_encoded_is_decoded(format: str, kind: str) -> None:
    picture = PICTURES[kind]
    back = decode(encode(picture, format, Output()), LIMITS)
    assert back.note is None  # above all: our own profiles fit and are recognised
    expected = picture.pixels
    if picture.alpha is not None and format == "jpeg":
        expected = flatten(picture.pixels, picture.alpha, "#ffffff")
        assert back.alpha is None
    elif picture.alpha is not None:
        assert back.alpha is not None
        assert np.abs(back.alpha.astype(int) - picture.alpha).max() <= (0 if format in LOSSLESS else 4)
    assert np.abs(back.pixels.astype(int) - expected).max() <= (0 if format in LOSSLESS else 12)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", PICTURES)
def test_the_same_picture_gives_the_same_bytes(format: str, kind: str) -> None:
    assert encode(PICTURES[kind], format, Output()) == encode(PICTURES[kind], format, Output())


def test_the_same_bytes_in_another_process() -> None:
    script = (
        "import numpy as np, hashlib; from deepimage.config import Output\n"
        "from deepimage.image.codec.encode import encode; from deepimage.image.codec.picture import Picture\n"
        "pixels = (np.indices((60, 70)).sum(axis=0)[..., None] * np.array([1, 2, 3])).astype(np.uint8)\n"
        f"for format in {FORMATS}: print(hashlib.sha256(encode(Picture(pixels), format, Output())).hexdigest())"
    )
    root = Path(__file__).parents[3]
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=root) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert len(set(runs[0].stdout.split())) == len(FORMATS)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("kind", "mode"), [("colour", "RGB"), ("grey", "L"), ("alpha", "RGBA")])
def test_every_output_is_tagged_srgb(format: str, kind: str, mode: str) -> None:
    image = Image.open(io.BytesIO(encode(PICTURES[kind], format, Output())))
    space = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])).profile.xcolor_space.strip()
    assert space == ("GRAY" if image.mode == "L" else "RGB")
    if format in LOSSLESS:
        assert image.mode == mode


@pytest.mark.parametrize("format", FORMATS)
def test_metadata_travels_and_orientation_does_not(format: str) -> None:
    data = encode(PICTURES["described"], format, Output(metadata="keep"))
    assert read_header(data, LIMITS).orientation == 1
    assert decode(data, LIMITS).metadata.xmp == PICTURES["described"].metadata.xmp
    assert decode(encode(PICTURES["described"], format, Output(metadata="strip")), LIMITS).metadata == Metadata()


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_settings_are_obeyed(grey: bool, chroma: str, progressive: bool) -> None:
    output = Output.model_validate({"quality": 83, "chroma": chroma, "progressive": progressive})
    header = read_header(encode(PICTURES["grey" if grey else "colour"], "jpeg", output), LIMITS)
    assert (header.jpeg_quality, header.progressive, header.grey) == (83, progressive, grey)
    assert header.chroma == (None if grey else chroma)


def test_a_progressive_jpeg_of_pure_noise_is_written_too() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    assert read_header(encode(Picture(noise), "jpeg", Output(quality=100, progressive=True)), LIMITS).width == 256


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_quality_costs_bytes(format: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    sizes = [len(encode(Picture(pixels), format, Output(quality=quality))) for quality in (30, 60, 95)]
    assert sizes == sorted(sizes)


def test_flattening_mixes_with_the_background() -> None:
    pixels = np.full((1, 3, 3), 200, np.uint8)
    flat = flatten(pixels, np.array([[0, 128, 255]], np.uint8), "#0a0000")
    assert flat[0].tolist() == [[10, 0, 0], [105, 100, 100], [200, 200, 200]]


def test_grey_on_a_coloured_background_becomes_colour() -> None:
    data = encode(PICTURES["grey and alpha"], "jpeg", Output(background="#ff0000"))
    assert not decode(data, LIMITS).grey


@pytest.mark.parametrize("format", FORMATS)
def test_what_does_not_fit_is_known_beforehand(format: str) -> None:
    longest = LONGEST_SIDE[format]
    check_fits(format, longest, 1)
    for size in ((longest + 1, 1), (1, longest + 1)):
        with pytest.raises(ImageError, match=f"{format} ends at {longest}") as caught:
            check_fits(format, *size)
        assert caught.value.code == "E_ENCODE"


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_the_longest_side_is_true(format: str) -> None:
    longest = LONGEST_SIDE[format]
    strip = Picture(np.zeros((1, longest, 3), np.uint8))
    assert read_header(encode(strip, format, Output()), LIMITS).width == longest
    with pytest.raises(ImageError) as caught:
        encode(Picture(np.zeros((1, longest + 1, 3), np.uint8)), format, Output())
    assert caught.value.code == "E_ENCODE"


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_the_highest_quality_that_fits_is_taken(format: str) -> None:
    picture = PICTURES["colour"]
    sizes = {quality: len(encode(picture, format, Output(quality=quality))) for quality in (20, 40, 95)}
    best = encode(picture, format, Output(max_bytes=sizes[40]))
    assert sizes[20] < len(best) <= sizes[40]
    assert encode(picture, format, Output(max_bytes=sizes[95])) == encode(picture, format, Output())


def test_a_file_that_cannot_be_so_small_is_refused() -> None:
    for format, remedy in (("jpeg", "smaller"), ("png", "choose jpeg")):
        with pytest.raises(ImageError, match=remedy):
            encode(PICTURES["colour"], format, Output(max_bytes=100))
