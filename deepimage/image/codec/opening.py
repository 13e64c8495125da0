"""The seven of Pillow's readers that may see a file, and what their complaints mean.

Pillow's process-wide settings (LOAD_TRUNCATED_IMAGES, MAX_IMAGE_PIXELS) are left alone: a truncated file is refused,
and the limits of the recipe are checked on every file instead.
"""

import io
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from deepimage.errors import ImageError

# The plugins themselves, not Image.open: no other reader can ever be reached, no process-wide pixel limit interferes,
# and a JPEG with more pictures behind it (MPO) stays a JPEG, its first.
_PLUGINS: dict[str, Callable[[io.BytesIO, str], ImageFile.ImageFile]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}
_NO_MEMORY = re.compile("insufficient memory|allocation failed|out of memory", re.IGNORECASE)  # libjpeg, libavif
_ONE_AT_A_TIME = threading.Lock()


def open_image(data: bytes, format: str) -> ImageFile.ImageFile:
    """Parse the header of `data` by the reader of `format`; no pixel is decoded. Raises ImageError."""
    try:
        with quiet():
            return _PLUGINS[format](io.BytesIO(data), "")
    except Exception as error:
        raise damaged(error) from None


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Pillow's warnings: notes and errors say the same. Python's warning filters are process-wide."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def damaged(error: BaseException) -> ImageError:
    """The verdict on whatever a decoder library raised; on 11,000 broken files it was one of eleven exception types."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, MemoryError) or _NO_MEMORY.search(text):
        return ImageError("E_BOMB", "its decoding needs more memory than there is")
    if isinstance(error, Image.DecompressionBombError) or "too large" in text:
        return ImageError("E_BOMB", f"it unpacks to more than a picture needs: {text}")
    return ImageError("E_TRUNCATED", f"the data ends early or is damaged: {text}")
