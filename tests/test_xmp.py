"""XMP: the properties that are asked for are found in every way they are written, and nothing else runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.xmp import LONGEST_PACKET, xmp_fields

RDF = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
SPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' "
    "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:cc='http://creativecommons.org/ns#' xmlns:odd='urn:odd'"
)


def packet(inside: str, attributes: str = "") -> str:
    return (
        f"<?xpacket begin='' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF {RDF}>"
        f"<rdf:Description {SPACES} {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    )


@pytest.mark.parametrize(
    ("inside", "attributes", "found"),
    [
        ("", "photoshop:Credit=' Agency  X '", {"photoshop:Credit": "Agency X"}),
        ("<xmp:CreateDate>2021-11-14</xmp:CreateDate>", "", {"xmp:CreateDate": "2021-11-14"}),
        (
            "<dc:rights><rdf:Alt><rdf:li xml:lang='de'>R</rdf:li><rdf:li xml:lang='x-default'>(c) A</rdf:li></rdf:Alt>"
            "</dc:rights>",
            "",
            {"dc:rights": "(c) A"},
        ),
        (
            "<dc:creator><rdf:Seq><rdf:li/><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>",
            "",
            {"dc:creator": "A"},
        ),
        (
            "<cc:license rdf:resource='https://cc.example/by/4.0/'/>",
            "",
            {"cc:license": "https://cc.example/by/4.0/"},
        ),
        ("<odd:thing>x</odd:thing><dc:title></dc:title>", "odd:more='x'", {}),
        ("<dc:rights>first</dc:rights><dc:rights>second</dc:rights>", "", {"dc:rights": "first"}),
        (f"<dc:rights>{'x' * 2000}</dc:rights>", "", {}),
    ],
)
def test_properties_are_found(inside: str, attributes: str, found: dict[str, str]) -> None:
    assert xmp_fields(packet(inside, attributes)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<x",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" + packet("<dc:rights>&a;</dc:rights>")[37:],
        packet("<dc:rights>x</dc:rights>") + " " * 3 + "x" * LONGEST_PACKET,
        "<?xml version='1.0' encoding='nobody'?><a/>",
    ],
)
def test_what_is_no_xmp_gives_nothing(text: str) -> None:
    assert xmp_fields(text) == {}


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert xmp_fields(packet(text)) is not None
