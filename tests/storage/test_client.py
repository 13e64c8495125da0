"""The S3 client: shared within a process, never across a fork."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from deepimage.config import Storage
from deepimage.errors import StorageError
from deepimage.storage.client import filesystem, reaching


def _identity(settings: Storage) -> int:
    return id(filesystem(settings))


def test_threads_share_one_client() -> None:
    settings = Storage()
    mine = _identity(settings)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(_identity, [settings, Storage()] * 4)) == {mine}
    assert _identity(Storage(retries=1)) != mine


def test_a_forked_child_makes_its_own() -> None:
    mine = _identity(Storage())
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_identity, [Storage()]).get(30) != mine


def test_paths_are_split_at_the_first_slash_only() -> None:
    split = filesystem(Storage()).split_path
    assert split("bucket/a//b/?versionId=7") == ("bucket", "a//b/?versionId=7", None)
    assert split("bucket//a") == ("bucket", "/a", None)


def test_missing_credentials_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/no/such")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/no/such")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageError, match="set AWS_ACCESS_KEY_ID"), reaching("read", "s3://b/k"):
        filesystem(Storage(retries=0, connect_seconds=4)).call_s3("head_object", Bucket="b", Key="k")
