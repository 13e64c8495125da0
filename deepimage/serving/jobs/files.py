"""Uploads and results on disk, each whole or not there."""

from pathlib import Path

from deepimage.batch.naming import SUFFIXES
from deepimage.config import Storage
from deepimage.serving.order import Result
from deepimage.storage.local import LocalStore


class Files:
    """In `folder`; all methods block. Raises StorageError."""

    def __init__(self, folder: Path) -> None:
        self._store = LocalStore(str(folder), Storage())
        self._store.sweep_temporary()

    def keep_upload(self, id: str, data: bytes) -> None:
        """Until the job has ended."""
        self._store.write(f"uploads/{id}", data)

    def upload(self, id: str) -> bytes:
        """What came with the job."""
        return self._store.read(f"uploads/{id}")

    def drop_upload(self, id: str) -> None:
        """The job has ended."""
        self._store.delete(f"uploads/{id}")

    def keep_result(self, result: Result) -> None:
        """Equal results are one file."""
        self._store.write(name(result.sha256, result.format), result.data)

    def result(self, sha256: str, format: str) -> bytes:
        """The bytes of a result."""
        return self._store.read(name(sha256, format))

    def drop_result(self, sha256: str, format: str) -> None:
        """It has expired."""
        self._store.delete(name(sha256, format))


def name(sha256: str, format: str) -> str:
    """The last part of a result's address, and its place in the folder."""
    return f"results/{sha256}{SUFFIXES[format]}"
