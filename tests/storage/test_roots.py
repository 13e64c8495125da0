"""check_roots: a run that could only fail, or eat its own results, does not start."""

import subprocess
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import UsageError
from deepimage.storage.bucket import BucketStore
from deepimage.storage.roots import check_apart, check_readable, check_roots, check_writable


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos/sub").mkdir(parents=True)
    (tmp_path / "photos/a.jpg").touch()
    return tmp_path / "photos"


def test_roots_beside_each_other_are_fine(photos: Path, settings: Storage) -> None:
    check_roots(str(photos), str(photos.parent / "photos-out/new"), settings)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("photos", "photos"),
        ("photos", "photos/"),
        ("photos", "photos/sub"),
        ("photos", "photos/new/deep"),
        ("photos/sub", "photos"),
        ("photos", "link/new"),
        ("link", "photos/sub"),
        ("photos", "photos/../photos/x"),
    ],
)
def test_overlap_is_refused(photos: Path, source: str, target: str) -> None:
    (photos.parent / "link").symlink_to(photos)
    with pytest.raises(UsageError, match="overlap"):
        check_apart(f"{photos.parent}/{source}", f"file://{photos.parent}/{target}")


@pytest.mark.parametrize(
    ("source", "target", "apart"),
    [
        ("s3://b/a", "s3://b/ab", True),
        ("s3://b/a", "s3://c/a", True),
        ("s3://b/a", "s3a://b/a/", False),
        ("s3://b", "s3://b/out", False),
        ("s3://b/in/x", "s3://b/in", False),
        ("s3://b/out/list.csv", "s3://b/out", True),
        ("s3://b/out/x.zip", "s3://b/out", True),
        ("s3://b/a", "/b/a", True),
    ],
)
def test_overlap_of_prefixes(source: str, target: str, apart: bool) -> None:
    if apart:
        check_apart(source, target)
    else:
        with pytest.raises(UsageError, match="overlap"):
            check_apart(source, target)


def test_a_list_may_lie_in_output(photos: Path) -> None:
    (photos / "list.txt").touch()
    check_apart(str(photos / "list.txt"), str(photos))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "not found"),
        ("missing.csv", "not found"),
        ("missing.zip", "not found"),
        ("broken.zip", "File is not a zip file"),
        ("a.jpg", "is one file: give a folder"),
    ],
)
def test_an_input_that_cannot_be_read(photos: Path, settings: Storage, name: str, reason: str) -> None:
    (photos / "broken.zip").write_bytes(b"no zip")
    with pytest.raises(UsageError, match=f"INPUT.*{name}.*{reason}") as caught:
        check_readable(str(photos / name), settings)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_can_be_read(tmp_path: Path, settings: Storage) -> None:
    check_readable(str(tmp_path), settings)


def test_an_output_that_cannot_be_written(photos: Path, settings: Storage) -> None:
    for output in (photos / "a.jpg", photos / "a.jpg/out"):
        with pytest.raises(UsageError, match=r"OUTPUT: cannot write .*a file stands where a folder is needed"):
            check_writable(str(output), settings)
    for output in ("https://host/out", f"{photos}/out.zip"):
        with pytest.raises(UsageError, match="can only be read"):
            check_writable(output, settings)


def test_an_unknown_scheme_is_refused(settings: Storage) -> None:
    with pytest.raises(UsageError, match="no store is known for s4://"):
        check_readable("s4://bucket", settings)


def test_a_full_disk_is_said(tmp_path: Path, settings: Storage) -> None:
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "tmpfs", tmp_path], capture_output=True
    ).returncode:
        pytest.skip("may not mount a small file system here")
    try:
        with pytest.raises(UsageError, match=r"OUTPUT: .*no space left: free some"):
            check_writable(str(tmp_path), settings)
        subprocess.run(["mount", "-o", "remount,ro", tmp_path], check=True)
        with pytest.raises(UsageError, match=r"OUTPUT: .*the file system is read-only"):
            check_writable(str(tmp_path), settings)
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.s3
def test_buckets(bucket_store: BucketStore, settings: Storage) -> None:
    with pytest.raises(UsageError, match="nothing is stored at s3://"):
        check_readable(bucket_store.url, settings)
    bucket_store.write("in/a.jpg", b"x")
    check_roots(f"{bucket_store.url}/in", f"{bucket_store.url}/out", settings)
    with pytest.raises(UsageError, match=r"INPUT: .*bucket does not exist"):
        check_readable("s3://no-such-bucket/in", settings)
    with pytest.raises(UsageError, match=r"OUTPUT: .*bucket does not exist"):
        check_writable("s3://no-such-bucket/out", settings)
