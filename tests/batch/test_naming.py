"""Output names: the input's own where possible, never two alike, never outside the root."""

from hypothesis import given
from hypothesis import strategies as st

from deepimage.batch.naming import SUFFIXES, Names


def test_a_name_is_kept_with_its_own_spelling_of_the_suffix() -> None:
    names = Names()
    assert names.assign("a/b.JPG", "jpeg") == "a/b.JPG"
    assert names.assign("a/c.jpeg", "jpeg") == "a/c.jpeg"
    assert names.assign("a/d.gif", "png") == "a/d.png"
    assert names.assign("a/e", "webp") == "a/e.webp"


def test_collisions_keep_the_whole_name_then_a_digest() -> None:
    names = Names()
    assert names.assign("a.png", "webp") == "a.webp"
    assert names.assign("a.jpg", "webp") == "a.jpg.webp"
    assert names.assign("A.PNG", "webp") == "A.PNG.webp"
    assert names.assign("a.jpg.jpg", "webp").startswith("a.jpg.jpg")
    assert names.collisions == 3


def test_names_given_by_an_earlier_run_stay_given() -> None:
    names = Names()
    names.keep("a.webp")
    assert names.assign("a.png", "webp") == "a.png.webp"


def test_unicode_twins_do_not_meet_on_disk() -> None:
    names = Names()
    assert names.assign("caf\u00e9.jpg", "jpeg") != names.assign("cafe\u0301.jpg", "jpeg")
    second = names.assign("cafe\u0301.jpg2", "jpeg")
    assert second.startswith("cafe\u0301")


def test_keys_no_disk_can_hold_stay_below_the_root() -> None:
    names = Names()
    assert names.assign("../../etc/a.jpg", "jpeg") == "__/__/etc/a.jpg"
    assert names.assign("a//b/./c.jpg", "jpeg") == "a/_/b/_/c.jpg"
    assert names.assign("/abs.jpg", "jpeg") == "_/abs.jpg"


def test_long_names_are_shortened_by_a_digest() -> None:
    name = Names().assign("x" * 300 + ".bmp", "png")
    assert len(name.encode()) <= 255
    assert name.endswith(".png")


@given(st.lists(st.text(min_size=1, max_size=12), unique=True), st.sampled_from(sorted(SUFFIXES)))
def test_no_two_inputs_share_an_output(keys: list[str], format: str) -> None:
    names = Names()
    outputs = [names.assign(key, format) for key in keys]
    assert len({output.casefold() for output in outputs}) == len(keys)
    for output in outputs:
        assert not any(part in ("", ".", "..") for part in output.split("/"))
