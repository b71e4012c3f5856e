"""What the terms of a picture let one pass on: its original, and files derived from it. A reminder, no legal advice.

Terms are free text; those that are known stand in one table. What is not known may not be passed on: then a bundle
names the picture by its hash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TERMS", "Passing", "Terms", "passing", "terms_of"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms by `name`, and the pattern of the texts that mean them (lower case, blanks and underscores as hyphens).

    `original` and `derived` say whether files may be passed on, `attribution` that a credit has to go with them,
    `condition` what whoever receives them must know, and `owner` the pattern of the names one of which that credit has
    to hold.
    """

    name: str
    pattern: str
    original: bool
    derived: bool
    attribution: bool = False
    condition: str = ""
    owner: str = ""


_CC = r"(?:https?://creativecommons\.org/licenses/|cc-)"
_END = r"(?:[-/].*)?"
_NOT_COMMERCIAL = "not for commercial use"
_SAME = "what is made of it must keep this licence"

TERMS = (
    Terms("CC0", r"cc0.*|cc-zero.*|https?://creativecommons\.org/publicdomain/zero/.*", True, True),
    Terms(
        "public domain",
        r"public-domain(?:-mark)?.*|pdm(?:-.*)?|cc-pddc|https?://creativecommons\.org/publicdomain/mark/.*",
        True,
        True,
    ),
    Terms("CC BY", rf"{_CC}by(?:[-/]\d.*)?/?", True, True, True),
    Terms("CC BY-SA", rf"{_CC}by-sa{_END}", True, True, True, _SAME),
    Terms("CC BY-ND", rf"{_CC}by-nd{_END}", True, False, True, "nothing made of it may be passed on"),
    Terms("CC BY-NC", rf"{_CC}by-nc(?:[-/]\d.*)?/?", True, True, True, _NOT_COMMERCIAL),
    Terms("CC BY-NC-SA", rf"{_CC}by-nc-sa{_END}", True, True, True, f"{_NOT_COMMERCIAL}; {_SAME}"),
    Terms(
        "CC BY-NC-ND",
        rf"{_CC}by-nc-nd{_END}",
        True,
        False,
        True,
        f"{_NOT_COMMERCIAL}; nothing made of it may be passed on",
    ),
    Terms(
        "Copernicus Sentinel data", r"copernicus-sentinel.*", True, True, True, owner="copernicus|sentinel"
    ),
    Terms("Google Earth", r"google-(?:earth|maps).*", False, False, True, owner="google"),
    Terms("Esri", r"esri.*", False, False, True, owner="esri"),
    Terms("Planet", r"planet.*", False, False, True, owner="planet"),
    Terms(
        "Maxar",
        r"(?:maxar|vantor|digitalglobe).*",
        False,
        False,
        True,
        owner="maxar|vantor|digitalglobe",
    ),
    Terms("Airbus", r"airbus.*", False, False, True, owner="airbus|cnes"),
    Terms("broadcast", r"broadcast.*", False, False, True),
    Terms("proprietary", r"proprietary.*|all-rights-reserved.*", False, False, True),
)


@dataclass(frozen=True, slots=True)
class Passing:
    """Why the original, and files derived from it, may not be passed on; each empty where they may.

    `terms` is the name of the terms, empty where they are not known; `condition` goes with what is passed on.
    """

    terms: str
    original: str
    derived: str
    condition: str = ""


def terms_of(licence: str) -> Terms | None:
    """The terms that a capture's licence text means; None for a text that the table does not know."""
    text = re.sub(r"[\s_]+", "-", licence.strip().lower())
    return next((one for one in TERMS if re.fullmatch(one.pattern, text)), None)


def passing(licence: str, credit: str, withdrawn: str = "") -> Passing:
    """What may be passed on of a picture with this licence and credit; `withdrawn` is why it is no longer used."""
    terms = terms_of(licence)
    if terms is None:
        said = f"the licence '{licence.strip()}' is not known" if licence.strip() else "no licence is known"
        return Passing("", said, said)
    reason = _withheld(terms, credit, withdrawn)
    forbidden = f"the terms of {terms.name} do not let it be passed on"
    return Passing(
        terms.name,
        reason or ("" if terms.original else forbidden),
        reason or ("" if terms.derived else forbidden),
        terms.condition if terms.original else "",
    )


def _withheld(terms: Terms, credit: str, withdrawn: str) -> str:
    """What keeps everything back, whatever the terms allow."""
    if withdrawn:
        return f"the capture was withdrawn: {withdrawn}"
    if terms.attribution and terms.original and not credit.strip():
        return f"{terms.name} asks for a credit, and none is known"
    return ""
