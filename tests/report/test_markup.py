"""Nothing that is not Markup can become markup."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from deepimage.report.markup import Markup, filename, join, link, section, tag


class Reader(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(), st.text())
def test_children_and_attributes_come_back_as_they_went_in(child: str, value: str) -> None:
    read = Reader(tag("p.quiet", child, attributes={"title": value}))
    assert [name for name, _ in read.tags] == ["p"]
    assert read.text == child
    assert read.tags[0][1] == {"class": "quiet", "title": value}


def test_markup_nests_and_text_does_not() -> None:
    assert tag("p", tag("b", "<i>")) == "<p><b>&lt;i&gt;</b></p>"
    assert join(["<", Markup("<br>")]) == "&lt;<br>"


def test_markup_joined_with_text_is_escaped_again() -> None:
    assert tag("p", tag("b", "x") + "<script>") == "<p>&lt;b&gt;x&lt;/b&gt;&lt;script&gt;</p>"


def test_void_elements_have_no_end() -> None:
    assert tag("img.thumb", attributes={"alt": ""}) == '<img class="thumb" alt="">'


def test_a_file_name_is_isolated_text() -> None:
    assert filename("<b>\u202e.jpg") == '<bdi class="name">&lt;b&gt;\\u202e.jpg</bdi>'


def test_a_link_finds_its_section() -> None:
    target = Reader(link("Not restored")).tags[0][1]["href"]
    anchors = [attributes.get("id") for _, attributes in Reader(section("Not restored")).tags]
    assert target in [f"#{anchor}" for anchor in anchors]
