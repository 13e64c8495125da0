"""The part of an XMP packet that says whose picture it is, in a packet of its own making.

XMP is a stranger's XML: entities that explode, scripts, the history of every edit, the place and the serial number.
It is never parsed as XML. The few properties that should survive are found by pattern, their plain text is checked,
and a new packet is written round them; anything unusual is left behind.
"""

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

# Written by standard prefix, as every known writer does. Alt: one text per language; Seq and Bag: several texts.
_KEPT = {
    "dc:title": "Alt",
    "dc:description": "Alt",
    "dc:rights": "Alt",
    "dc:creator": "Seq",
    "dc:subject": "Bag",
    "xmpRights:UsageTerms": "Alt",
    "xmpRights:Owner": "Bag",
    "xmpRights:Marked": None,
    "xmpRights:WebStatement": None,
    "photoshop:Credit": None,
    "photoshop:Source": None,
    "photoshop:Headline": None,
    "photoshop:DateCreated": None,
    "Iptc4xmpExt:DigitalSourceType": None,
}
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_ITEM = re.compile(r"<rdf:li(?: xml:lang=[\"']([A-Za-z0-9-]{1,20})[\"'])?\s*>([^<]*)</rdf:li>")
_PLAIN = re.compile(r"(?:[^&<>\"\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|&(?:amp|lt|gt|quot|apos);)*")
_LONGEST = 1_000_000  # characters searched
_MOST_ITEMS = 200


def rights(packet: bytes, given: Mapping[str, Sequence[str]] | None = None) -> bytes | None:
    """A new XMP packet with title, description, keywords, authors and rights of `packet`; None where it has none.

    `given`: plain texts of some of these properties, by their prefixed names, that take the place of what is there.
    """
    text, given = packet[:_LONGEST].decode("utf-8", "replace"), given or {}
    properties = "".join(
        _written(name, kind, given[name]) if name in given else _property(text, name, kind)
        for name, kind in _KEPT.items()
    )
    if not properties:
        return None
    namespaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{namespaces}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    ).encode()


def _property(text: str, name: str, kind: str | None) -> str:
    """`name` as it stands in `text`, written anew; empty where it is missing or anything but plain text."""
    element = re.search(rf"<{name}(?:\s[^<>]*)?>(.*?)</{name}>", text, re.DOTALL)
    if kind and element:
        found = _ITEM.findall(element[1])[:_MOST_ITEMS]
        items = [(language, value) for language, value in found if _PLAIN.fullmatch(value) and value.strip()]
        body = "".join(f"<rdf:li{_language(language)}>{value}</rdf:li>" for language, value in items)
        return f"<{name}><rdf:{kind}>{body}</rdf:{kind}></{name}>" if body else ""
    attribute = re.search(rf"\s{name}=\"([^\"]*)\"", text)
    value = element[1] if element else attribute[1] if attribute else ""
    plain = kind is None and value.strip() and _PLAIN.fullmatch(value)
    return f"<{name}>{value}</{name}>" if plain else ""


def _written(name: str, kind: str | None, texts: Sequence[str]) -> str:
    plain = [
        escape("".join(c for c in text if c in "\t\n\r" or c >= " ")) for text in texts
    ]  # XML has no other controls
    if not kind:
        return f"<{name}>{plain[0]}</{name}>"
    language = _language("x-default" if kind == "Alt" else "")
    return (
        f"<{name}><rdf:{kind}>{''.join(f'<rdf:li{language}>{text}</rdf:li>' for text in plain)}</rdf:{kind}></{name}>"
    )


def _language(language: str) -> str:
    return f' xml:lang="{language}"' if language else ""
