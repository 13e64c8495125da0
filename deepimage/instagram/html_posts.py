"""HTML documents -> mentions. Class names change with the years; what stays is a card with media, caption and time."""

from collections.abc import Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepimage.instagram.moments import of_page
from deepimage.instagram.records import Kind, Mention, is_media

_CARDS = ("div.uiBoxWhite", "div.pam")  # of the newer pages, and of the older
_CAPTIONS = "h2, h3, ._2lek, ._a6-h"
_TIMES = "._a6-o, ._2lem, ._3-94"
_LINKS = (("a", "href"), ("img", "src"), ("video", "src"), ("source", "src"))


def read_html(data: bytes, kind: Kind) -> list[Mention]:
    """In the order of the page; a card without media is none, and a page without cards is one card for each picture."""
    page = LexborHTMLParser(data.decode("utf-8", "replace"))
    cards = next((cards for selector in _CARDS if (cards := _cards(page, selector))), None)
    if not cards:
        return [Mention(path, kind, number) for number, path in enumerate(_paths(page.root))]
    return [mention for number, card in enumerate(cards) for mention in _card(card, kind, number)]


def _cards(page: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """Those with media; one that holds others is a frame."""
    return [card for card in page.css(selector) if len(card.css(selector)) == 1 and _paths(card)]


def _card(card: LexborNode, kind: Kind, number: int) -> Iterator[Mention]:
    paths, caption, when = _paths(card), _caption(card), _time(card)
    taken = of_page(when) if when else None
    for position, path in enumerate(paths, 1):
        record = {"uri": path, "title": caption, "time": when}
        yield Mention(path, kind, number, position, len(paths), taken, caption, record=record)


def _paths(node: LexborNode | None) -> list[str]:
    """Of media in the export itself, each once."""
    found = []
    for tag, attribute in _LINKS:
        for element in node.css(f"{tag}[{attribute}]") if node else ():
            path = unquote(element.attributes.get(attribute) or "").partition("?")[0]
            if is_media(path) and "://" not in path:
                found.append((element, path))
    order = {path: None for _, path in found}
    return list(order)


def _caption(card: LexborNode) -> str:
    node = card.css_first(_CAPTIONS)
    return node.text(separator="").strip() if node else ""


def _time(card: LexborNode) -> str:
    """The last line that reads as a time: captions of single pictures may have the same class."""
    lines = [node.text().strip() for node in card.css(_TIMES)]
    return next((line for line in reversed(lines) if line and of_page(line)), "")
