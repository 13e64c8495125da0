"""The S3 client: one per process, made on first use, with patience as the settings say.

A failed request is tried again by botocore (exponential back-off with full jitter, a budget against retry storms).
Endpoint and credentials come from the settings, else from the usual AWS_* variables and profiles.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientError
from botocore.exceptions import BotoCoreError, NoCredentialsError
from s3fs import S3FileSystem

from deepimage.config import Storage
from deepimage.storage.failures import blaming

FAILURES = (OSError, BotoCoreError, ClientError)
PARALLEL_PARTS = 2  # parts of 50 MB that one large upload holds in memory


class _ExactS3(S3FileSystem):
    """Keys are literal: s3fs would cut `?versionId=` off, and see an access point in `arn:`."""

    def split_path(self, path: str) -> tuple[str, str, None]:
        bucket, _, key = path.partition("/")
        return bucket, key, None


def filesystem(settings: Storage) -> S3FileSystem:
    """This process's client; a forked child gets its own, for sockets and event loops do not survive a fork."""
    return _filesystem(settings, os.getpid())


@functools.lru_cache
def _filesystem(settings: Storage, pid: int) -> S3FileSystem:
    system = _ExactS3(
        anon=settings.anonymous,
        endpoint_url=settings.endpoint_url,
        use_listings_cache=False,
        skip_instance_cache=True,  # fsspec's own cache makes one client per thread
        max_concurrency=PARALLEL_PARTS,
        config_kwargs={
            "connect_timeout": settings.connect_seconds,
            "read_timeout": settings.read_seconds,
            "retries": {"mode": "standard", "total_max_attempts": settings.retries + 1},
        },
    )
    system.retries = 1  # the client has retried already
    return system


@contextmanager
def reaching(action: str, uri: str) -> Iterator[None]:
    """Whatever S3 and the way to it may raise becomes a StorageError of one line."""
    with blaming(action, uri, FAILURES):
        try:
            yield
        except NoCredentialsError as error:
            advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or storage.anonymous=true"
            raise PermissionError(f"no credentials: {advice}") from error
