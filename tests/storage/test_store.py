"""Store.open: each address finds its kind of store, without contacting it."""

import subprocess
import sys
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.storage.archive import ZipStore
from deepimage.storage.bucket import BucketStore
from deepimage.storage.local import LocalStore
from deepimage.storage.remote import RemoteStore
from deepimage.storage.store import Store


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("photos", LocalStore),
        ("file:///no/such", LocalStore),
        ("/folder.zip", ZipStore),
        ("s3://bucket/a", BucketStore),
        ("s3a://bucket", BucketStore),
        ("s3://bucket/a.ZIP", ZipStore),
        ("zip://a::s3://bucket/b", ZipStore),
        ("https://host/a", RemoteStore),
        ("tar://a::/b.tar", RemoteStore),
    ],
)
def test_addresses(url: str, kind: type[Store], settings: Storage) -> None:
    assert type(Store.open(url, settings)) is kind


def test_a_folder_named_like_an_archive_is_a_folder(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "x.zip").mkdir()
    assert isinstance(Store.open(str(tmp_path / "x.zip"), settings), LocalStore)


def test_a_relative_root_stays_where_it_was_opened(
    tmp_path: Path, settings: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store.open("out", settings)
    monkeypatch.chdir("/")
    store.write("a", b"x")
    assert (tmp_path / "out/a").read_bytes() == b"x"


def test_a_disk_needs_no_client_of_a_remote_store(tmp_path: Path) -> None:
    code = (
        "import sys; from deepimage.config import Storage; from deepimage.storage.store import Store\n"
        "from deepimage.storage.uri import fetch; from deepimage.storage.roots import check_roots\n"
        f"Store.open({str(tmp_path)!r}, Storage()).write('a', b'x'); fetch({str(tmp_path / 'a')!r}, Storage())\n"
        "print(sorted({'s3fs', 'fsspec', 'aiohttp', 'torch', 'ray'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
