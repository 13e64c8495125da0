"""Stores for the storage tests: impatient settings, and a bucket on a real S3 server."""

import itertools

import pytest
from s3 import Swift

from deepimage.config import Storage
from deepimage.storage.bucket import BucketStore
from deepimage.storage.client import filesystem

_numbers = itertools.count()


@pytest.fixture(scope="session")
def settings() -> Storage:
    return Storage(retries=2, connect_seconds=2, read_seconds=20)


@pytest.fixture(scope="session")
def bucket(swift: Swift, settings: Storage) -> str:
    filesystem(settings).mkdir("photos")
    return "photos"


@pytest.fixture
def prefix(bucket: str) -> str:
    """s3://bucket/prefix that no other test uses."""
    return f"s3://{bucket}/test {next(_numbers)}"


@pytest.fixture
def bucket_store(prefix: str, settings: Storage) -> BucketStore:
    return BucketStore(prefix, settings)
