"""fetch and open_binary: one address in, the same bytes out; faults are one line."""

from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError
from deepimage.storage.uri import fetch, open_binary


def test_paths_and_file_urls(tmp_path: Path, settings: Storage) -> None:
    path = tmp_path / "a #1 100%?.jpg"
    path.write_bytes(b"x")
    for uri in (str(path), f"file://{path}", path.as_uri(), f"{tmp_path}/sub/../a #1 100%?.jpg"):
        (tmp_path / "sub").mkdir(exist_ok=True)
        assert fetch(uri, settings) == b"x"
        with open_binary(uri, settings) as file:
            assert file.read() == b"x"


@pytest.mark.parametrize("uri", ["/no/such.jpg", "nul\0.jpg", "/", "\udce9.jpg", "", "zip://a::/no/such.zip"])
def test_faults_are_one_line(uri: str, settings: Storage) -> None:
    with pytest.raises(StorageError) as caught:
        fetch(uri, settings)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("uri", ["s4://a/b", "s3:///a", "zip://a"])
def test_an_address_that_no_store_has_is_a_fault_of_its_row_alone(uri: str, settings: Storage) -> None:
    with pytest.raises(StorageError, match=uri):
        fetch(uri, settings)


def test_a_huge_file_is_refused_unread(tmp_path: Path, settings: Storage) -> None:
    with (tmp_path / "sparse.tiff").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ImageError) as caught:
        fetch(str(tmp_path / "sparse.tiff"), settings, limit=200_000_000)
    assert caught.value.code == "E_BOMB"


def test_globs_are_names(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(StorageError, match="not found"):
        fetch(f"{tmp_path}/*.jpg", settings)
