"""Enlarging and shrinking by a kernel: the kernels by name, their weights, and what applies them to pixels.

Importing this needs no torch; tensors are resampled by `deepimage.image.interpolation.tensors`.
"""

from deepimage.image.interpolation.kernels import KERNELS, Kernel
from deepimage.image.interpolation.pillow import SHARP, SMOOTH, resize, resize_rows
from deepimage.image.interpolation.pixels import interpolate
from deepimage.image.interpolation.weights import matrix

__all__ = ["KERNELS", "SHARP", "SMOOTH", "Kernel", "interpolate", "matrix", "resize", "resize_rows"]
