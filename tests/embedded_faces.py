"""The typefaces that a DOCX brings, read as ECMA-376 part 4 says."""

from __future__ import annotations

import io
import re
import zipfile

from defusedxml.ElementTree import fromstring
from fontTools.ttLib import TTFont

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"


def embedded_faces(content: bytes) -> dict[str, TTFont]:
    """By the name of the element that leads to each."""
    faces = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        links = fromstring(archive.read("word/_rels/fontTable.xml.rels"))
        places = {one.get("Id"): one.get("Target") for one in links}
        types = archive.read("[Content_Types].xml").decode()
        (family,) = fromstring(archive.read("word/fontTable.xml")).findall(f"*[@{WORD}name='Noto Sans KR']")
        for one in family.findall(f"*[@{WORD}fontKey]"):
            place, key = places[one.get(LINK)], str(one.get(f"{WORD}fontKey"))
            assert f'PartName="/word/{place}" ContentType="{TYPE}"' in types
            assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", key)
            digits = re.sub("[^0-9A-F]", "", key)
            data = bytearray(archive.read(f"word/{place}"))
            for at in range(32):  # the key's digits from its end
                end = 32 - 2 * (at % 16)
                data[at] ^= int(digits[end - 2 : end], 16)
            faces[one.tag.removeprefix(WORD)] = TTFont(io.BytesIO(data))
    return faces
