"""Colours come to sRGB by their profile; sRGB itself is left alone; our own profiles never change."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from corpus.forge import display_p3, grey_gamma, icc, photo
from PIL import ImageCms

from deepimage.image.codec import profile
from deepimage.image.codec.profile import to_srgb


def test_our_profiles_are_the_same_in_every_process() -> None:
    script = "from deepimage.image.codec import profile as p; print((p.srgb() + p.grey()).hex())"
    root = Path(profile.__file__).parents[3]
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, cwd=root)
    assert bytes.fromhex(run.stdout) == profile.srgb() + profile.grey()


@pytest.mark.parametrize(("data", "space"), [(profile.srgb(), "RGB"), (profile.grey(), "GRAY")])
def test_our_profiles_are_valid_and_small(data: bytes, space: str) -> None:
    read = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
    assert read.xcolor_space.strip() == space
    assert "sRGB" in str(read.profile_description)
    assert int.from_bytes(data[:4], "big") == len(data) < 700


def test_srgb_is_recognised_and_left_alone() -> None:
    pixels = photo()
    assert to_srgb(pixels, "RGB", profile.srgb()) == (pixels, None)
    assert to_srgb(pixels[..., 0], "L", profile.grey())[1] is None


def test_a_wide_profile_moves_colours_but_not_greys() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    converted, note = to_srgb(ramp, "RGB", display_p3())
    assert note is None
    assert np.ptp(converted.astype(int), axis=2).max() <= 2
    red, _ = to_srgb(np.array([[[200, 60, 60]]], np.uint8), "RGB", display_p3())
    assert red[0, 0, 0] > 205
    assert red[0, 0, 1] < 55


def test_black_and_white_stay_exact() -> None:
    extremes = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    assert np.array_equal(to_srgb(extremes, "RGB", display_p3())[0], extremes)


@pytest.mark.parametrize(
    ("mode", "shape", "data"),
    [
        ("RGB", (4, 4, 3), b""),
        ("RGB", (4, 4, 3), b"garbage" * 40),
        ("RGB", (4, 4, 3), display_p3()[:300]),
        ("RGB", (4, 4, 3), grey_gamma(2.2)),
        ("L", (4, 4), icc(b"CMYK", b"Lab ", b"prtr", {})),
        ("CMYK", (4, 4, 4), display_p3()),
        ("RGB", (4, 4, 3), icc(b"RGB ", b"XYZ ", b"mntr", {})),
        ("RGB", (4, 4, 3), icc(b"6CLR", b"Lab ", b"prtr", {})),
        ("LAB", (4, 4, 3), display_p3()),
        ("RGB", (4, 4, 3), bytes(17_000_000)),
    ],
)
def test_a_broken_or_unfitting_profile_is_ignored_with_a_note(mode: str, shape: tuple[int, ...], data: bytes) -> None:
    converted, note = to_srgb(np.full(shape, 100, np.uint8), mode, data)
    assert converted.shape == ((4, 4) if mode == "L" else (4, 4, 3))
    assert (note or "").startswith("ICC profile ignored") or not data


def test_cmyk_without_a_profile_is_the_plain_formula() -> None:
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 255]]], np.uint8)
    converted, note = to_srgb(inks, "CMYK", None)
    assert converted[0].tolist() == [[255, 255, 255], [0, 255, 255], [255, 0, 255], [255, 255, 0], [0, 0, 0]]
    assert note == "CMYK without a profile converted by the plain formula"
