"""Addresses: a path is literal, and only a scheme makes a URL."""

from pathlib import Path

import pytest

from deepimage.storage.address import is_absolute, path_of, scheme_of, split_bucket, split_chain


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("photos", "file"),
        ("/a::b#c?d%20", "file"),
        ("file:///a", "file"),
        ("file:abc", "file"),
        ("a/b://c", "file"),
        ("S3://b/k", "s3"),
        ("s3a://b/k", "s3"),
        ("zip://a::/b.zip", "zip"),
    ],
)
def test_schemes(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme


def test_absolute_means_the_same_everywhere() -> None:
    assert is_absolute("/a")
    assert is_absolute("s3://b/k")
    assert not is_absolute("a.jpg?from=http://x")
    assert not is_absolute("../a")


def test_file_urls_are_literal_and_decoded_only_where_that_exists(tmp_path: Path) -> None:
    (tmp_path / "a%20b").touch()
    (tmp_path / "c d").touch()
    assert path_of(f"file://{tmp_path}/a%20b") == f"{tmp_path}/a%20b"
    assert path_of((tmp_path / "c d").as_uri()) == f"{tmp_path}/c d"
    assert path_of(f"{tmp_path}/c%20d") == f"{tmp_path}/c%20d"


def test_splitting_keeps_every_letter_of_a_key() -> None:
    assert split_bucket("s3://b/a//b?c#d::e/") == ("b", "a//b?c#d::e/")
    assert split_bucket("s3://b") == ("b", "")
    assert split_chain("zip://a::b.jpg::/x.zip") == ("a::b.jpg", "/x.zip")
