"""Fixed degradations to measure on: nothing is drawn but noise, which a picture's index seeds.

Each takes hr (H,W,3) uint8 whose sides the scale divides, the scale and an index, and returns lr (H/scale,W/scale,3)
uint8. They are made of Pillow alone, apart from the trained-on pipeline, so that anyone can make the same inputs.
At scale 4, C0 to C3 are the conditions of the published comparisons of this project.
"""

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageFilter

Fixed = Callable[[np.ndarray, int, int], np.ndarray]
_LANCZOS, _BICUBIC, _BOX = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BOX
_GAMMA = 2.2


def bicubic(hr: np.ndarray, scale: int, index: int = 0) -> np.ndarray:
    """C0, the academic one: an antialiased bicubic resize."""
    return np.asarray(_reduced(Image.fromarray(hr), scale, _BICUBIC))


def faint(hr: np.ndarray, scale: int, index: int) -> np.ndarray:
    """C1: Gaussian of 0.2 lr pixels, bicubic, noise 3, JPEG 75."""
    return np.asarray(_jpeg(_noisy(_soft(hr, scale, 0.2), 3, index), 75))


def twice(hr: np.ndarray, scale: int, index: int = 0) -> np.ndarray:
    """C2: Lanczos halfway, JPEG 80, Lanczos to the end, JPEG 70."""
    image = Image.fromarray(hr)
    half = _jpeg(_reduced(image, scale**0.5, _LANCZOS), 80)
    return np.asarray(_jpeg(half.resize(_sides(image, scale), _LANCZOS), 70))


def worn(hr: np.ndarray, scale: int, index: int) -> np.ndarray:
    """C3: Gaussian of 0.4 lr pixels, bicubic, noise 10, JPEG 45, and JPEG 70 with its grid moved by 3 pixels."""
    first = _jpeg(_noisy(_soft(hr, scale, 0.4), 10, index), 45)
    return np.asarray(_shifted_jpeg(first, 70))


def instagram(hr: np.ndarray, scale: int, index: int = 0) -> np.ndarray:
    """Long side to 1080, JPEG 80, resize to lr, JPEG 70: a photo saved from a feed and posted once more."""
    image = Image.fromarray(hr)
    feed = _jpeg(_reduced(image, max(image.size) / 1080, _LANCZOS), 80)
    return np.asarray(_jpeg(feed.resize(_sides(image, scale), _LANCZOS), 70))


def repost(hr: np.ndarray, scale: int, index: int = 0) -> np.ndarray:
    """JPEG 85 from the phone, halfway by bicubic and JPEG 75, lr by Lanczos, sharpened by the platform, JPEG 72."""
    image = Image.fromarray(hr)
    half = _shifted_jpeg(_reduced(_jpeg(image, 85), scale**0.5, _BICUBIC), 75)
    small = half.resize(_sides(image, scale), _LANCZOS)
    return np.asarray(_jpeg(small.filter(ImageFilter.UnsharpMask(radius=0.7, percent=60, threshold=0)), 72))


def web(hr: np.ndarray, scale: int, index: int = 0) -> np.ndarray:
    """Three hops: JPEG 82 by Lanczos, WebP 65 by box, JPEG 68 by bicubic with its grid moved."""
    image = Image.fromarray(hr)
    first = _jpeg(_reduced(image, scale**0.4, _LANCZOS), 82)
    second = _file(first.resize(_sides(image, scale**0.8), _BOX), "WEBP", quality=65)
    return np.asarray(_shifted_jpeg(second.resize(_sides(image, scale), _BICUBIC), 68))


def lowlight(hr: np.ndarray, scale: int, index: int) -> np.ndarray:
    """A sixth of the light on a phone: shot and read noise at twice the size of lr, a denoiser's stains, JPEG 75."""
    rng = np.random.default_rng(1000 + index)
    image = Image.fromarray(hr)
    camera = np.asarray(image.resize(_sides(image, max(scale / 2, 1)), _BICUBIC))
    light = (camera / 255) ** _GAMMA / 6
    light = light + rng.normal(0, np.sqrt(0.002 * light + 6e-6))
    noisy = Image.fromarray(_bytes(255 * np.clip(6 * light, 0, 1) ** (1 / _GAMMA)))
    y, cb, cr = noisy.convert("YCbCr").split()
    stained = (y.filter(ImageFilter.GaussianBlur(0.6)), *(c.filter(ImageFilter.GaussianBlur(2.5)) for c in (cb, cr)))
    denoised = Image.merge("YCbCr", stained).convert("RGB")
    return np.asarray(_jpeg(denoised.resize(_sides(image, scale), _LANCZOS), 75))


def _once(quality: int) -> Fixed:
    """One JPEG of that quality, after a bicubic resize where the scale is not 1: what a deblocker is measured on."""
    return lambda hr, scale, index: np.asarray(_jpeg(_reduced(Image.fromarray(hr), scale, _BICUBIC), quality))


FIXED: Mapping[str, Fixed] = MappingProxyType(
    {
        "bicubic": bicubic,
        "instagram": instagram,
        "repost": repost,
        "web": web,
        "lowlight": lowlight,
        "C0": bicubic,
        "C1": faint,
        "C2": twice,
        "C3": worn,
        **{f"jpeg{quality}": _once(quality) for quality in (10, 20, 30, 40, 95)},
    }
)


def _sides(image: Image.Image, factor: float) -> tuple[int, int]:
    """Width and height, `factor` times smaller."""
    return round(image.width / factor), round(image.height / factor)


def _reduced(image: Image.Image, factor: float, filter: Image.Resampling) -> Image.Image:
    return image.resize(_sides(image, factor), filter)


def _soft(hr: np.ndarray, scale: int, sigma: float) -> Image.Image:
    """Gaussian of `sigma` lr pixels, then bicubic to lr."""
    return _reduced(Image.fromarray(hr).filter(ImageFilter.GaussianBlur(sigma * scale)), scale, _BICUBIC)


def _noisy(image: Image.Image, sigma: float, index: int) -> Image.Image:
    """White Gaussian noise of `sigma` 8-bit steps in every channel."""
    rng = np.random.default_rng(1000 + index)
    return Image.fromarray(_bytes(np.asarray(image) + rng.normal(0, sigma, (image.height, image.width, 3))))


def _shifted_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """JPEG with its block grid beginning 3 pixels outside the picture; what lies there is the picture, stretched."""
    wide = image.resize((image.width + 8, image.height + 8))
    wide.paste(image, (3, 3))
    return _jpeg(wide, quality).crop((3, 3, 3 + image.width, 3 + image.height))


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Through a JPEG file with 4:2:0 chroma."""
    return _file(image, "JPEG", quality=quality, subsampling=2)


def _file(image: Image.Image, format: str, **options: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, format, **options)
    return Image.open(file).convert("RGB")


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
