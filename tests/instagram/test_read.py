"""Every vintage and form of an export gives the same pictures, in order, with their times, words and places."""

import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepimage.config import Storage
from deepimage.errors import UsageError
from deepimage.image.codec.picture import Place
from deepimage.instagram.make import Post, Vintage, export, write_archives, write_folder
from deepimage.instagram.read import read_export
from deepimage.instagram.records import Export

NOON = 1_563_105_600  # 14 July 2019, 12:00 UTC
HOME = Place(52.2297, 21.0122)
ARABIC, EMOJI = (
    "\u0645\u0633\u0627\u0621 \u0627\u0644\u062e\u064a\u0631 #\u0628\u062d\u0631",
    "Sommer 🏖️ in Kraków #strand #夏",
)
POSTS = [
    Post([("one.jpg", b"1")], NOON, EMOJI),
    Post([("a.jpg", b"a"), ("b.jpg", b"b"), ("c.mp4", b"c")], NOON + 3600, ARABIC, place=HOME),
    Post([("old.webp", b"o")], NOON + 7200, taken="2018:05:06 07:08:09"),
    Post([("gone.jpg", b"")], NOON + 9000, "it is not there"),
    Post([("story.jpg", b"s")], NOON + 10_000, kind="story"),
    Post([("me.jpg", b"m")], NOON + 11_000, kind="profile"),
]
UTC_SETTINGS = (Storage(), UTC)


def read(*parts: Path) -> Export:
    return read_export([str(part) for part in parts], *UTC_SETTINGS)


def names(found: Export) -> list[str]:
    return [one.entry.key.rpartition("/")[2] for one in found.media]


def laid(files: dict[str, bytes], folder: Path, how: str) -> list[Path]:
    if how == "folder":
        return [write_folder(files, folder / "instagram-me-2025")]
    return write_archives(
        files, folder, parts=2 if how == "two parts" else 1, root="me_2025/" if how == "rooted" else ""
    )


@pytest.mark.parametrize("how", ["folder", "one part", "two parts", "rooted"])
@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("vintage", ["2019", "2021", "2023", "2025"])
def test_every_vintage_tells_the_same(tmp_path: Path, vintage: Vintage, form: str, how: str) -> None:
    if vintage == "2019" and form == "html":
        pytest.skip("there were no pages then")
    found = read(*laid(export(POSTS, vintage, form), tmp_path, how))
    assert sorted(names(found)) == ["a.jpg", "b.jpg", "c.mp4", "me.jpg", "old.webp", "one.jpg", "story.jpg"]
    told = {one.entry.key.rpartition("/")[2]: one.mention for one in found.media}
    assert told["one.jpg"].caption == EMOJI
    assert told["b.jpg"].caption == ARABIC
    assert [told[name].kind for name in ("one.jpg", "story.jpg", "me.jpg")] == ["post", "story", "profile"]
    zone = None if form == "html" else UTC
    assert told["one.jpg"].taken == datetime(2019, 7, 14, 12, tzinfo=zone)
    assert [mention.path.rpartition("/")[2] for mention in found.missing] == ["gone.jpg"]
    if vintage != "2019":
        assert names(found)[:3] == ["one.jpg", "a.jpg", "b.jpg"]
        assert (told["b.jpg"].position, told["b.jpg"].total) == (2, 3)
    if vintage != "2019" and form == "json":
        assert told["old.webp"].taken == datetime(2018, 5, 6, 7, 8, 9)
        assert told["a.jpg"].place == told["b.jpg"].place == HOME
        assert told["a.jpg"].record["media"]["cross_post_source"] == {"source_app": "FB"}


@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_pages_are_read_in_their_own_language(tmp_path: Path, language: str) -> None:
    posts = [
        Post([(f"{month}.jpg", b"x")], int(datetime(2021, month, 3, 17, 5, tzinfo=UTC).timestamp()))
        for month in range(1, 13)
    ]
    found = read(write_folder(export(posts, "2025", "html", language), tmp_path))
    assert [one.mention.taken for one in found.media] == [datetime(2021, month, 3, 17, 5) for month in range(1, 13)]


def test_a_page_in_no_known_language_loses_the_time_and_not_the_picture(tmp_path: Path) -> None:
    files = export(POSTS[:1], "2025", "html")
    page = "your_instagram_activity/media/posts_1.html"
    files[page] = files[page].replace(b"Jul 14, 2019, 12:00 PM", "ⲡⲁⲟⲡⲓ".encode())
    (only,) = read(write_folder(files, tmp_path)).media
    assert only.mention.taken is None


def test_a_single_post_is_a_bare_object(tmp_path: Path) -> None:
    (only,) = read(write_folder(export(POSTS[:1]), tmp_path)).media
    assert only.mention.caption == EMOJI


def test_documents_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    posts = [Post([(f"{number}.jpg", b"x")], NOON + number) for number in range(12)]
    found = read(write_folder(export(posts, per_document=1), tmp_path))
    assert names(found) == [f"{number}.jpg" for number in range(12)]


def test_labelled_values_are_walked(tmp_path: Path) -> None:
    inner = b'{"label": "Media", "media": [{"uri": "media/posts/201907/x.jpg", "creation_timestamp": 1563105600}]}'
    document = b'[{"timestamp": 1, "label_values": [{"label": "Caption", "value": "v"}, ' + inner + b"]}]"
    files = {"your_instagram_activity/media/posts_1.json": document, "media/posts/201907/x.jpg": b"x"}
    (only,) = read(write_folder(files, tmp_path)).media
    assert only.mention.taken == datetime(2019, 7, 14, 12, tzinfo=UTC)


def test_a_picture_that_nothing_names_is_taken_and_a_message_is_not(tmp_path: Path) -> None:
    files = export(POSTS[:1]) | {
        "media/posts/202003/lost.jpg": b"l",
        "your_instagram_activity/messages/inbox/ann/photos/1.jpg": b"private",
        "files/Instagram-Logo.png": b"logo",
        "media/posts/202003/lost.srt": b"words",
    }
    found = read(write_folder(files, tmp_path))
    assert names(found) == ["one.jpg", "lost.jpg"]
    lost = found.media[1].mention
    assert (lost.kind, lost.taken) == ("unlisted", datetime(2020, 3, 1))


def test_a_path_may_end_elsewhere_or_have_a_unique_name_only(tmp_path: Path) -> None:
    files = export(POSTS[:2])
    moved = {
        path.replace("media/posts/201907/a", "pictures/a").replace("201907/b.jpg", "201907/B.JPG"): d
        for path, d in files.items()
    }
    assert names(read(write_folder(moved, tmp_path))) == ["one.jpg", "a.jpg", "B.JPG", "c.mp4"]


def test_epochs_come_out_in_the_zone_that_was_asked_for(tmp_path: Path) -> None:
    folder = write_folder(export(POSTS[:1]), tmp_path)
    found = read_export([str(folder)], Storage(), ZoneInfo("Europe/Warsaw"))
    taken = found.media[0].mention.taken
    assert taken is not None
    assert taken.isoformat() == "2019-07-14T14:00:00+02:00"


def test_a_broken_document_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    files = export(POSTS, per_document=1)
    files["your_instagram_activity/media/posts_2.json"] = b'{"media": ['
    found = read(write_folder(files, tmp_path))
    assert list(found.problems) == ["your_instagram_activity/media/posts_2.json"]
    assert {"one.jpg", "a.jpg"} <= set(names(found)), "what it named is found by itself"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"holiday/1.jpg": b"x", "notes.txt": b"x"}, "is no Instagram export"),
        ({"your_instagram_activity/media/posts_1.json": b"[]", "start_here.html": b"x"}, "has no pictures: it was"),
        (export([Post([("a.jpg", b"")], NOON)]), "are in none of the 1 parts"),
        (export([Post([("a.mp4", b"x")], NOON)]), "all of them are videos"),
    ],
)
def test_three_messages_for_three_faults(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(write_folder(files, tmp_path))


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4 no archive")
    (tmp_path / "empty").mkdir()
    (tmp_path / "posts_1.json").write_bytes(b"[]")
    for name, said in (
        ("bad.zip", "cannot be read"),
        ("none.zip", "cannot be read"),
        ("empty", "cannot be read"),
        ("posts_1.json", "one document"),
    ):
        with pytest.raises(UsageError, match=said):
            read(tmp_path / name)


def test_five_thousand_posts_are_read_quickly_and_small(tmp_path: Path) -> None:
    posts = [Post([(f"{number}.jpg", b"x")], NOON + number * 60, f"day {number} #sun") for number in range(5000)]
    archives = write_archives(export(posts), tmp_path, parts=2)
    tracemalloc.start()
    started = time.thread_time()
    found = read(*archives)
    seconds, peak = time.thread_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.media) == 5000
    assert seconds < 20
    assert peak < 100_000_000
