"""Pictures and measures that the tests of degradations share."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from deepimage.image.degradation.canvas import Canvas, Operation, Size


def picture(array: np.ndarray) -> Tensor:
    """(H,W,3) uint8 -> (1,3,H,W) float in [0, 1]."""
    return torch.from_numpy(array.transpose(2, 0, 1).astype(np.float32) / 255)[None]


def grey(height: int, width: int, value: float = 0.5) -> Tensor:
    return torch.full((1, 3, height, width), value)


def dot(side: int = 65) -> Tensor:
    """One bright pixel in the middle of black."""
    image = torch.zeros(1, 3, side, side)
    image[:, :, side // 2, side // 2] = 1
    return image


def shapes(side: int = 192) -> np.ndarray:
    """(H,W,3) uint8: smooth hills of several widths, nothing periodic, away from black and white."""
    y, x = np.mgrid[:side, :side] / side
    hills = [(0.3, 0.3, 0.10), (0.7, 0.6, 0.07), (0.25, 0.75, 0.05), (0.8, 0.2, 0.06), (0.55, 0.4, 0.04)]
    plane = sum(np.exp(-((y - v) ** 2 + (x - u) ** 2) / (2 * w * w)) for v, u, w in hills)
    return np.repeat(np.rint(70 + 120 * plane / plane.max())[..., None], 3, axis=2).astype(np.uint8)


def apply(operation: Operation, pixels: Tensor, lr: Size | None = None) -> Tensor:
    """One operation on pictures that fill their canvas; `lr` is their own size where none is given."""
    size = (pixels.shape[2], pixels.shape[3])
    results = [type(operation).apply(Canvas(one[None], [size], lr or size), [operation]).pixels for one in pixels]
    return torch.cat(results)


def moments(plane: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Centre (y, x) from the middle, and covariance, of a non-negative plane taken as a distribution; pixels."""
    weights = plane.double().numpy() / plane.double().sum().item()
    y, x = (np.arange(side) - side // 2 for side in weights.shape)
    places = np.stack([np.repeat(y, len(x)), np.tile(x, len(y))])
    centre = places @ weights.ravel()
    offsets = places - centre[:, None]
    return centre, (offsets * weights.ravel()) @ offsets.T


def displacement(image: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How far (y, x) an image lies from a smooth reference, pixels; noise, gain and offset have no say.

    Least squares of the reference's gradients (Lucas and Kanade 1981); both (H,W).
    """
    down, across = np.gradient(reference)
    columns = [-down, -across, reference, np.ones_like(reference)]
    inner = (slice(3, -3), slice(3, -3))
    solution = np.linalg.lstsq(np.stack([c[inner].ravel() for c in columns], 1), image[inner].ravel(), rcond=None)[0]
    return solution[:2] / solution[2]


def blockiness(plane: np.ndarray, axis: int, period: int = 8) -> int:
    """The offset of the block borders along an axis: where steps between neighbours are largest on average."""
    steps = np.abs(np.diff(plane.astype(float), 2, axis=axis)).mean(axis=1 - axis)
    steps[:2] = steps[-2:] = steps.mean()
    means = [steps[start::period].mean() + steps[(start + 1) % period :: period].mean() for start in range(period)]
    return (int(np.argmax(means)) + 2) % period


def spread(planes: Sequence[Tensor]) -> list[float]:
    return [plane.std().item() for plane in planes]
