"""Seven readers and no other; silence; one verdict for every complaint."""

import warnings

import pytest
from corpus.forge import chunk, insert, photo, save
from PIL import Image, ImageFile

from deepimage.errors import ImageError
from deepimage.image.codec.opening import damaged, open_image, quiet


def test_pillows_process_wide_settings_are_untouched() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    assert Image.MAX_IMAGE_PIXELS == 89_478_485


def test_a_phones_jpeg_of_two_pictures_is_opened_as_its_first() -> None:
    first, second = Image.fromarray(photo()), Image.fromarray(photo(8, 8))
    opened = open_image(save(first, "MPO", save_all=True, append_images=[second]), "jpeg")
    assert (opened.format, opened.size) == ("JPEG", (48, 40))


def test_a_file_is_read_by_the_named_reader_only() -> None:
    with pytest.raises(ImageError) as caught:
        open_image(save(photo(), "PNG"), "gif")
    assert caught.value.code == "E_TRUNCATED"


def test_warnings_are_silent_inside_and_as_before_outside() -> None:
    noisy = insert(save(photo(), "PNG"), chunk(b"acTL", bytes(8)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_image(noisy, "png")
        with quiet():
            warnings.warn("unheard", stacklevel=1)
        with pytest.raises(UserWarning):
            warnings.warn("heard", stacklevel=1)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError("image file is truncated"), "E_TRUNCATED"),
        (SyntaxError("broken\nPNG file"), "E_TRUNCATED"),
        (IndexError(), "E_TRUNCATED"),
        (MemoryError(), "E_BOMB"),
        (ValueError("Insufficient memory (case 4)"), "E_BOMB"),
        (Image.DecompressionBombError("size"), "E_BOMB"),
        (ValueError("Decompressed data too large for PngImagePlugin.MAX_TEXT_CHUNK"), "E_BOMB"),
    ],
)
def test_whatever_a_library_raises_has_a_code_and_one_line(error: Exception, code: str) -> None:
    verdict = damaged(error)
    assert verdict.code == code
    assert "\n" not in verdict.message
