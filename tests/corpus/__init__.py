"""Bad and odd files, made in code, each with the verdict it must get under the default limits.

`cases()` is for everything that takes a stranger's files: the decoder, the sandbox, a whole batch.
"""

from functools import cache

from . import bombs, broken, colour, foreign, odd
from .case import Case

__all__ = ["Case", "cases"]


@cache
def cases() -> tuple[Case, ...]:
    """All of them; every file name occurs once."""
    return tuple(case for module in (foreign, broken, bombs, colour, odd) for case in module.cases())
