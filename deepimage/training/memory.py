"""Memory that one step frees is kept for the next."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # parameters of glibc's mallopt
_LARGEST = {_MMAP_THRESHOLD: 32 * 2**20, _TRIM_THRESHOLD: 2**31 - 1}  # bytes that it takes


def keep_freed() -> None:
    """Tell glibc to hand no memory back: else the kernel clears thousands of new pages in every step.

    Another C library is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for parameter, size in _LARGEST.items():
            mallopt(parameter, size)
