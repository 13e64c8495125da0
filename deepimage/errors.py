"""Every error that deepimage raises on purpose.

    DeepimageError
    ├─ UsageError              what the user asked for cannot be done      exit code 2
    │  ├─ ConfigError          a key or value of the recipe is wrong
    │  └─ CheckpointError      a model name or checkpoint file cannot be used
    ├─ ImageError(code)        the picture's fault                         row: quarantined
    ├─ StorageError            the storage's fault                         row: failed, retried by the next run
    └─ OutOfMemory             the machine's fault                         row: failed, retried by the next run

Messages are one line: the thing, what was expected, what to do.
"""

from typing import Literal, get_args

ErrorCode = Literal[
    "E_EMPTY",  # no bytes
    "E_NOT_IMAGE",  # not a picture in any known format
    "E_FORMAT",  # a picture, but in a format that is not on the allow-list
    "E_TRUNCATED",  # the data ends early or is damaged
    "E_BOMB",  # more pixels, bytes or side than the limits allow
    "E_FRAMES",  # an animation
    "E_COLOR",  # a colour space that cannot be brought to sRGB
    "E_CRASH",  # its decoder process died
    "E_TIMEOUT",  # its decoder process took too long
    "E_ENCODE",  # the result does not fit the output format
]
ERROR_CODES: tuple[str, ...] = get_args(ErrorCode)


class DeepimageError(Exception):
    """Base of every error raised on purpose."""


class UsageError(DeepimageError):
    """The command, its arguments or its surroundings do not allow the work to start."""


class ConfigError(UsageError):
    """A recipe key is unknown or its value is out of range."""


class CheckpointError(UsageError):
    """A model name is unknown, or a checkpoint file is missing, damaged or of another kind."""


class ImageError(DeepimageError):
    """The picture itself cannot be restored; `code` says why in a stable word."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class StorageError(DeepimageError):
    """A store did not answer, refused, or lost a file; worth another try."""


class OutOfMemory(DeepimageError):
    """Even the smallest tile did not fit the device."""
