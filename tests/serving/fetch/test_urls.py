"""Which URLs are taken, by their text."""

import pytest
from yarl import URL

from deepimage.errors import ConfigError
from deepimage.serving.config import Urls, load
from deepimage.serving.fetch.urls import admit, next_hop
from deepimage.serving.problems import Problem

FOLDER = Urls(prefixes=("https://pictures.example/shop/", "http://other.example:8080/"))


@pytest.mark.parametrize(
    "url",
    [
        "https://pictures.example/shop/1.jpg",
        "https://PICTURES.example:443/shop/a/../1.jpg",
        "http://other.example:8080/",
    ],
)
def test_below_a_prefix(url: str) -> None:
    admit(url, FOLDER)


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/shop/1.jpg",
        "https://pictures.example/1.jpg",
        "https://pictures.example/shop",
        "https://pictures.example/shopping/1.jpg",
        "https://pictures.example/shop/../1.jpg",
        "https://pictures.example/shop/%2e%2e/1.jpg",
        "https://pictures.example/shop/..%2f1.jpg",
        "https://pictures.example/shop/..%5c1.jpg",
        "https://pictures.example:8443/shop/1.jpg",
        "https://pictures.example.com/shop/1.jpg",
        "https://pictures.example./shop/1.jpg",
        "https://pictures.example@other.com/shop/1.jpg",
        "http://other.example/1.jpg",
        "http://other.example:80801/1.jpg",
    ],
)
def test_not_below_a_prefix(url: str) -> None:
    with pytest.raises(Problem) as caught:
        admit(url, FOLDER)
    assert caught.value.code == "url-refused"


@pytest.mark.parametrize(
    "prefix",
    [
        "https://pictures.example",
        "https://pictures.example/shop",
        "pictures.example/",
        "ftp://pictures.example/",
        "https:///",
        "https://user@pictures.example/",
        "https://pictures.example/?a=/",
        "https://pictures.example/#/",
        "/",
        "",
    ],
)
def test_a_prefix_that_would_let_others_through_is_refused_at_load(prefix: str) -> None:
    with pytest.raises(ConfigError, match=r"urls\.prefixes\.0"):
        load(None, shortcuts={"urls.prefixes": [prefix]})


def test_addresses_of_one_s_own_are_closed_unless_asked_for() -> None:
    assert not Urls().private
    assert not Urls().enabled


@pytest.mark.parametrize(
    "location", ["http://a.example/", "file:///etc/passwd", "https://a.example:22/", "//u@b.example/"]
)
def test_a_redirect_is_judged_again(location: str) -> None:
    with pytest.raises(Problem) as caught:
        next_hop(URL("https://a.example/1.jpg"), location, Urls())
    assert caught.value.code == "url-refused"


@pytest.mark.parametrize(
    ("location", "there"),
    [("2.jpg", "https://a.example/x/2.jpg"), ("/2", "https://a.example/2"), ("//b.example/", "https://b.example/")],
)
def test_a_redirect_may_be_relative(location: str, there: str) -> None:
    assert next_hop(URL("https://a.example/x/1.jpg"), location, Urls()) == URL(there)
