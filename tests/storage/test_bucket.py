"""BucketStore on a real S3 server: the contract, keys no disk can have, and a server that fails."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.bucket import BucketStore
from deepimage.storage.client import filesystem
from deepimage.storage.uri import fetch

from .contract import StoreContract
from .faults import BadLine

pytestmark = pytest.mark.s3


@pytest.fixture
def store(bucket_store: BucketStore) -> BucketStore:
    return bucket_store


class TestContract(StoreContract):
    pass


@pytest.mark.parametrize("key", ["a//b", "/a", "./a", "a/../b", "a/.", "..", "folder/", "zip://x", "x" * 900])
def test_keys_that_no_disk_can_have_round_trip(store: BucketStore, key: str) -> None:
    store.write(key, b"x")
    (entry,) = store.list()
    assert entry.key == key
    assert fetch(entry.uri, store.settings) == b"x"
    assert store.size(key) == 1


def test_a_listing_of_many_pages_is_complete_and_a_stream(store: BucketStore) -> None:
    keys = [f"{number:04}.jpg" for number in range(105)]  # the server answers 50 at a time
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.write(key, b"x"), keys))
    listing = store.list()
    found = [next(listing).key]
    store.write("9999.jpg", b"x")  # after the first page was read: only a stream can see it
    found += [entry.key for entry in listing]
    assert found == [*keys, "9999.jpg"]


def test_folder_marks_are_no_entries(store: BucketStore) -> None:
    store.write("folder/", b"")
    store.write("folder/a.jpg", b"")
    assert [entry.key for entry in store.list()] == ["folder/a.jpg"]


def test_a_prefix_ends_at_a_slash(store: BucketStore, settings: Storage) -> None:
    store.write("ab/1", b"x")
    assert list(BucketStore(f"{store.url}/a", settings).list()) == []
    assert [entry.key for entry in BucketStore(f"{store.url}/ab/", settings).list()] == ["1"]


def test_browsers_are_told_the_type(store: BucketStore, settings: Storage) -> None:
    for name, media in {"a.jpg": "image/jpeg", "a.webp": "image/webp", "a.avif": "image/avif"}.items():
        store.write(name, b"x")
        assert filesystem(settings).info(store.uri(name))["ContentType"] == media


def test_a_large_upload(store: BucketStore) -> None:
    data = bytes(range(256)) * 80_000
    with store.open_upload("large.tiff") as temporary:
        temporary.write_bytes(data)
    assert store.read("large.tiff") == data


def test_an_upload_in_parts(store: BucketStore) -> None:
    size = 101 << 20
    with store.open_upload("parts.tiff") as temporary, temporary.open("wb") as file:
        file.truncate(size)
    assert store.size("parts.tiff") == size
    assert store.sweep_temporary() == 0


def test_unfinished_uploads_are_swept(store: BucketStore, settings: Storage) -> None:
    bucket, _, key = store.uri("a.tiff").removeprefix("s3://").partition("/")
    filesystem(settings).call_s3("create_multipart_upload", Bucket=bucket, Key=key)
    assert store.sweep_temporary() == 1
    assert store.sweep_temporary() == 0


def test_answers_that_break_off_are_asked_for_again(store: BucketStore) -> None:
    data = bytes(range(256)) * 4000
    store.write("a.jpg", data)
    with BadLine(urlsplit(_endpoint(store)).port, cuts=2) as line:
        settings = Storage(endpoint_url=line.endpoint, retries=2)
        assert fetch(store.uri("a.jpg"), settings) == data
        assert line.made == 2


def test_a_short_answer_is_never_taken_for_the_whole(store: BucketStore) -> None:
    store.write("a.jpg", bytes(1_000_000))
    with BadLine(urlsplit(_endpoint(store)).port, cuts=99) as line:
        settings = Storage(endpoint_url=line.endpoint, retries=1)
        with pytest.raises(StorageError, match="broke off"):
            fetch(store.uri("a.jpg"), settings)


def test_a_server_that_says_nothing_is_given_up(store: BucketStore) -> None:
    with BadLine(urlsplit(_endpoint(store)).port, stalled=True) as line:
        settings = Storage(endpoint_url=line.endpoint, retries=0, read_seconds=0.5)
        started = time.monotonic()
        with pytest.raises(StorageError, match=r"a\.jpg"):
            fetch(store.uri("a.jpg"), settings)
        assert time.monotonic() - started < 5


def test_wrong_credentials_are_said(store: BucketStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    other = BucketStore(store.url, Storage(retries=0, connect_seconds=3))  # other settings, so another client
    for action in (
        lambda: other.write("a", b"x"),
        lambda: other.read("a"),
        lambda: next(other.list()),
        other.probe_conditional,
    ):
        with pytest.raises(StorageError, match=r"cannot .*s3://photos/.*denied") as caught:
            action()
        assert "\n" not in str(caught.value)


def test_a_missing_bucket_is_said(settings: Storage, bucket: str) -> None:
    with pytest.raises(StorageError, match="bucket does not exist"):
        next(BucketStore("s3://no-such-bucket", settings).list())


def test_a_url_without_bucket_is_refused(settings: Storage) -> None:
    with pytest.raises(UsageError, match="s3://bucket/prefix"):
        BucketStore("s3:///a", settings)


def test_a_server_that_dies_and_comes_back(swift, store: BucketStore) -> None:
    store.write("a.jpg", b"x")
    swift.kill()
    try:
        with pytest.raises(StorageError, match=r"cannot read s3://photos/.*a.jpg.*connect"):
            store.read("a.jpg")
        with pytest.raises(StorageError, match=r"cannot write s3://photos/.*b.jpg"):
            store.write("b.jpg", b"x")
    finally:
        swift.start()
    assert store.read("a.jpg") == b"x"
    store.write("b.jpg", b"x")
    assert [entry.key for entry in store.list()] == ["a.jpg", "b.jpg"]


def _endpoint(store: BucketStore) -> str:
    return filesystem(store.settings).s3.meta.endpoint_url
