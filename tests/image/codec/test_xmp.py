"""Of XMP the rights survive, in a packet that is harmless and well-formed whatever came in."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepimage.image.codec.xmp import rights

PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" exif:GPSLatitude="52,30.0N" aux:SerialNumber="SERIAL-1"
 photoshop:Credit="An &amp; Agency">
<dc:creator><rdf:Seq><rdf:li>Jörg</rdf:li><rdf:li>Mia</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© all</rdf:li></rdf:Alt></dc:rights>
<xmpRights:Marked>True</xmpRights:Marked><photoshop:City>Berlin</photoshop:City>
<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved"/></rdf:Seq></xmpMM:History>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def texts(packet: bytes) -> list[str]:
    """All text of a packet, in order; the parser here is the test's, on our own output."""
    return [text for element in ElementTree.fromstring(packet).iter() if (text := (element.text or "").strip())]


def test_authors_and_rights_survive() -> None:
    packet = rights(PACKET)
    assert packet
    assert texts(packet) == ["© all", "Jörg", "Mia", "True", "An & Agency"]


def test_place_serial_number_and_history_do_not() -> None:
    packet = rights(PACKET)
    assert packet
    assert not [word for word in (b"GPS", b"SERIAL", b"Berlin", b"History") if word in packet]


def test_it_is_stable() -> None:
    once = rights(PACKET)
    assert once
    assert rights(once) == once


def test_a_packet_without_rights_is_dropped() -> None:
    assert rights(b"<x:xmpmeta><rdf:RDF/></x:xmpmeta>") is None


@pytest.mark.parametrize("value", ["&bomb;", "a<script>b</script>", "a\x00b", "a\x1bb", "&#x1b;"])
def test_anything_but_plain_text_stays_behind(value: str) -> None:
    packet = f"<photoshop:Credit>{value}</photoshop:Credit><photoshop:Source>plain</photoshop:Source>"
    kept = rights(packet.encode())
    assert kept
    assert texts(kept) == ["plain"]


@given(st.text(max_size=60))
def test_the_result_is_always_well_formed(text: str) -> None:
    packet = rights(f'<dc:rights>{text}<rdf:li>{text}</rdf:li></dc:rights> photoshop:Credit="{text}"'.encode())
    assert packet is None or texts(packet)


def test_a_huge_packet_is_searched_quickly() -> None:
    assert rights(b"<dc:rights " * 200_000) is None
    assert rights(b"<dc:rights>" + b"<rdf:li>" * 200_000) is None
