"""The kernel's out-of-memory killer, played by a thread: the honest way for a sound picture to kill its decoder."""

import os
import threading
from types import TracebackType

import psutil

from .bombs import striped_png
from .case import Case, refused

HUNGRY = 200_000_000  # bytes that no decoder of the corpus comes near, and the hungry picture passes


def hungry_picture() -> Case:
    """64 megapixels, legal under the default limits; E_CRASH while a Reaper runs, and only then."""
    return refused("picture that kills its decoder", striped_png(8000, 8000), ".png", "E_CRASH")


class Reaper:
    """Kills every decoder process among the descendants of `root` that grows beyond `memory` bytes, while entered."""

    def __init__(self, root: int | None = None, memory: int = HUNGRY) -> None:
        self.root = psutil.Process(root or os.getpid())
        self.memory = memory
        self.killed = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)

    def __enter__(self) -> "Reaper":
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    def _watching(self) -> None:
        while not self._over.wait(0.01):
            for process in self.root.children(recursive=True):
                self._look_at(process)

    def _look_at(self, process: psutil.Process) -> None:
        try:
            if process.memory_info().rss > self.memory and "deepimage.sandbox.child" in process.cmdline():
                process.kill()
                self.killed += 1
        except psutil.NoSuchProcess:
            return
