"""Names that sort by time, are never given twice, and lead nowhere else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deepimage.config import read
from deepimage.errors import CheckpointError, ConfigError, UsageError
from deepimage.image.codec.picture import Place
from deepimage.instagram.layout import arranged, check_pattern, description
from deepimage.instagram.records import Media, Mention
from deepimage.instagram.settings import Archive, sized
from deepimage.stages.opening import find_model
from deepimage.storage.store import Entry

JULY = datetime(2019, 7, 14, 18, 30, tzinfo=UTC)


def media(name: str = "media/posts/201907/a.jpg", **told: Any) -> Media:
    return Media(Mention(name, told.pop("kind", "post"), told.pop("post", 0), **told), Entry(name, name))


def keys(*some: Media, **pattern: str) -> list[str]:
    return [place.key for place in arranged(some, **pattern)]


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (media(taken=JULY, caption="Caption slug!"), "2019/2019-07-14_1830_caption-slug_1.jpg"),
        (media(taken=JULY, caption="Caption slug!", position=3, total=3), "2019/2019-07-14_1830_caption-slug_3.jpg"),
        (media(taken=JULY), "2019/2019-07-14_1830_1.jpg"),
        (media(taken=JULY, kind="story"), "2019/2019-07-14_1830_story_1.jpg"),
        (media("a/B.WEBP"), "undated/undated_1.webp"),
        (media("media\\posts\\x.JPG", taken=JULY), "2019/2019-07-14_1830_1.jpg"),
    ],
)
def test_names(one: Media, key: str) -> None:
    assert keys(one) == [key]


def test_no_name_is_given_twice() -> None:
    given = keys(*(media(taken=JULY, caption=text) for text in ("Sea", "sea", "SEA")))
    assert given == [f"2019/2019-07-14_1830_sea_1{more}.jpg" for more in ("", "-2", "-3")]


def test_a_pattern_of_ones_own() -> None:
    assert keys(media(taken=JULY, kind="reel"), pattern="{kind}/{year}{month}{day}-{post}") == ["reel/20190714-0.jpg"]


@pytest.mark.parametrize("pattern", ["", "plain", "{date", "{size}", "../{date}", "/{date}", "{0}"])
def test_patterns_that_cannot_be_are_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="expected a relative path of year, month"):
        check_pattern(pattern)


def test_what_is_written_into_a_picture() -> None:
    told = description(media(taken=JULY, caption="Sea #sun", place=Place(1, 2), position=2, total=5), dpi=300)
    assert (told.title, told.caption, told.keywords, told.place, told.dpi) == (
        "2 of 5",
        "Sea #sun",
        ("sun",),
        Place(1, 2),
        300,
    )
    assert description(media(place=Place(1, 2)), with_place=False).place is None


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("screen", {"max_side": 2560}),
        ("screen:3840", {"max_side": 3840}),
        ("post", {"width": 1440, "height": 1920}),
        ("print", {"max_side": 3543}),
        ("print:8x10in@240", {"max_side": 2400}),
        ("print:100x150mm@254", {"max_side": 1500}),
    ],
)
def test_sizes_suit_their_use(use: str, expected: dict[str, int]) -> None:
    recipe = sized(read(Archive, None, [f"layout.use={use}"]))
    assert recipe.model_dump(include=set(expected)) == expected


def test_a_size_of_ones_own_wins() -> None:
    assert sized(read(Archive, None, ["scale=2"])).max_side is None


@pytest.mark.parametrize(
    "setting", ["layout.use=poster", "layout.timezone=Mars/Base", "layout.pattern={x}", "layout.gsp=true"]
)
def test_wrong_settings_are_named(setting: str) -> None:
    with pytest.raises(ConfigError, match=setting.partition("=")[0]):
        read(Archive, None, [setting])


def test_the_file_of_defaults_is_true() -> None:
    from pathlib import Path

    assert read(Archive, Path(__file__).parents[2] / "configs" / "instagram.yaml") == Archive()


def test_its_own_fidelity_is_no_wish_where_a_model_has_no_twin() -> None:
    assert find_model(Archive(model="lanczos", scale=2, faithful_below=None)).name == "lanczos"
    with pytest.raises(CheckpointError):
        find_model(Archive(model="lanczos", scale=2, faithful_below=None, fidelity=0.5))
