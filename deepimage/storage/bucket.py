"""BucketStore: a prefix in an S3 bucket. An object appears under its key whole, by one PUT, and is never renamed.

Requests are retried by the client; an answer that breaks off is asked for again, so a read is whole or a failure.
"""

import mimetypes
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fsspec.asyn import sync
from s3fs import S3FileSystem

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.address import split_bucket
from deepimage.storage.client import FAILURES, filesystem, reaching
from deepimage.storage.failures import check_limit, retrying
from deepimage.storage.store import OWN, Entry, Store

_MEDIA = mimetypes.MimeTypes()
_MEDIA.add_type("image/webp", ".webp")
_MEDIA.add_type("image/avif", ".avif")


class BucketStore(Store):
    """The objects below s3://bucket/prefix."""

    def __init__(self, url: str, settings: Storage) -> None:
        """Raises UsageError where the URL names no bucket."""
        self.url = url
        self.settings = settings
        self._bucket, prefix = split_bucket(url)
        self._prefix = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
        self._conditional: bool | None = None  # not probed yet
        if not self._bucket:
            raise UsageError(f"{url}: expected s3://bucket/prefix")

    def uri(self, key: str) -> str:
        return f"s3://{self._path(key)}"

    def list(self, prefix: str = "") -> Iterator[Entry]:
        folder = prefix and prefix.rstrip("/") + "/"
        position: dict[str, str] = {}
        while True:
            page = self._call("list", folder, "list_objects_v2", Prefix=self._prefix + folder, **position)
            for found in page.get("Contents", ()):
                if found["Size"] or not found["Key"].endswith("/"):  # an empty "folder/" is a browser's mark
                    key = found["Key"].removeprefix(self._prefix)
                    yield Entry(key, self.uri(key), found["Size"], found["ETag"].strip('"'))
            if not page["IsTruncated"]:
                return
            position = {"ContinuationToken": page["NextContinuationToken"]}

    def read(self, key: str, limit: int | None = None) -> bytes:
        with reaching("read", self.uri(key)):
            return retrying(lambda: self._get(key, limit), self.settings.retries)

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        with reaching("read", self.uri(key)):
            return retrying(lambda: self._get(key, Range=f"bytes={start}-{stop - 1}"), self.settings.retries)

    def size(self, key: str) -> int | None:
        try:
            return int(self._call("look at", key, "head_object", Key=self._prefix + key)["ContentLength"])
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise

    def write(self, key: str, data: bytes) -> None:
        with reaching("write", self.uri(key)):
            self._system.pipe_file(self._path(key), data, ContentType=_media_type(key))

    def create(self, key: str, data: bytes) -> bool:
        if self._conditional is None:
            self.probe_conditional()
        if self._conditional:
            return self._put_new(key, data)
        self.write(key, data)
        return True

    @contextmanager
    def open_upload(self, key: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="deepimage-") as folder:
            temporary = Path(folder) / "upload"
            yield temporary
            with reaching("write", self.uri(key)):
                self._system.put_file(str(temporary), self._path(key), ContentType=_media_type(key))

    def delete(self, key: str) -> None:
        self._call("delete", key, "delete_object", Key=self._prefix + key)

    def sweep_temporary(self) -> int:
        """Unfinished uploads of parts, which cost money and are seen nowhere."""
        swept = 0
        position: dict[str, str] = {}
        while True:
            page = self._call("sweep", "", "list_multipart_uploads", Prefix=self._prefix, **position)
            for upload in page.get("Uploads", ()):
                self._call("sweep", "", "abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])
                swept += 1
            if not page["IsTruncated"]:
                return swept
            position = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    def probe_conditional(self) -> bool:
        key = f"{OWN}/probe-{uuid.uuid4().hex}"
        self.write(key, b"")
        try:
            self._conditional = not self._put_new(key, b"")
        except StorageError:  # some stores refuse the condition itself
            self._conditional = False
        finally:
            self.delete(key)
        return self._conditional

    @property
    def _system(self) -> S3FileSystem:
        return filesystem(self.settings)

    def _path(self, key: str) -> str:
        return f"{self._bucket}/{self._prefix}{key}"

    def _call(self, action: str, key: str, method: str, **request: str) -> dict[str, Any]:
        with reaching(action, self.uri(key)):
            return self._system.call_s3(method, Bucket=self._bucket, **request)

    def _get(self, key: str, limit: int | None = None, **request: str) -> bytes:
        answer = self._system.call_s3("get_object", Bucket=self._bucket, Key=self._prefix + key, **request)
        return sync(self._system.loop, _receive, answer, self.uri(key), limit)

    def _put_new(self, key: str, data: bytes) -> bool:
        with reaching("write", self.uri(key)):
            try:
                self._system.pipe_file(self._path(key), data, mode="create", ContentType=_media_type(key))
            except OSError as error:
                if _status(error) != 412:
                    raise
                return False
        return True


async def _receive(answer: dict[str, Any], uri: str, limit: int | None) -> bytes:
    length: int = answer["ContentLength"]
    async with answer["Body"] as body:
        check_limit(uri, length, limit)
        try:
            data: bytes = await body.read()
        except FAILURES as error:
            raise ConnectionError(f"the answer broke off: {error}") from error
    if len(data) != length:
        raise ConnectionError(f"the answer broke off after {len(data):,} of {length:,} bytes")
    return data


def _status(error: OSError) -> int | None:
    """The HTTP status behind a failure that s3fs translated."""
    response: dict[str, Any] = getattr(error.__cause__, "response", {})
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode")


def _media_type(key: str) -> str:
    """What a browser is told when the object is served."""
    return _MEDIA.guess_type(key)[0] or "application/octet-stream"
