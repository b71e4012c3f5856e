"""The choices of a figure as they stand in an address. What an address says badly is left to the record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from workflow.figure.lint import CODES
from workflow.figure.spec import DPI_LIMITS, SIZE_LIMITS_MM
from workflow.model import MOST_PANELS, Allowance, CoordinateForm, FigureOptions, Layout

__all__ = ["LONGEST", "MOST_EXTENT_M", "NAMES", "Query", "options_of", "query_of", "said"]

Query = Mapping[str, Sequence[str]]
NAMES = (
    "target",
    "captures",
    "layout",
    "extent",
    "width",
    "dpi",
    "style",
    "coordinates",
    "caption",
    "drawn",
    "number",
    "alt",
    "provider",
    "credit",
    "by",
    "inset",
    "marks",
    "stretch",
    "allow",
)
"""What an address may say of a figure, beside its site."""
LONGEST = {"caption": 2000, "alt": 2000}
"""Most characters of the long texts; all others have `_SHORT`."""
_SHORT = 200
MOST_EXTENT_M = 100_000.0
_DEFAULT = FigureOptions()
_Word = TypeVar("_Word", bound=StrEnum)


def said(text: str, longest: int = _SHORT) -> str:
    """What was typed, on one line and no longer than it may be."""
    return " ".join(text.split())[:longest].strip()


def options_of(query: Query, styles: Sequence[str]) -> FigureOptions:
    """What an address asks for; `styles` are the names of the house styles, files of one's own are not taken."""
    texts = {name: said(_one(query, name), LONGEST.get(name, _SHORT)) for name in NAMES}
    style = texts["style"]
    return FigureOptions(
        target=",".join(_list(_one(query, "target"))) or None,
        captures=_list(_one(query, "captures"))[:MOST_PANELS],
        layout=_word(Layout, texts["layout"], _DEFAULT.layout),
        extent_m=_number(texts["extent"], 1.0, MOST_EXTENT_M),
        width_mm=_number(texts["width"], *SIZE_LIMITS_MM) or _DEFAULT.width_mm,
        dpi=int(_number(texts["dpi"], *DPI_LIMITS) or _DEFAULT.dpi),
        style=style if style in styles else _DEFAULT.style,
        caption=texts["caption"] or None,
        draw_caption=texts["drawn"] != "no",
        number=texts["number"].removesuffix(".").strip(),
        alt=texts["alt"],
        name_provider=texts["provider"] == "yes",
        credit=texts["credit"],
        annotated_by=texts["by"],
        coordinates=_word(CoordinateForm, texts["coordinates"], _DEFAULT.coordinates),
        inset=texts["inset"] == "yes",
        marks=texts["marks"] != "no",
        one_stretch=texts["stretch"] == "one",
        allow=_allowed(query.get("allow", ())),
    )


def query_of(options: FigureOptions) -> dict[str, list[str]]:
    """The address of options: only what differs from the default."""
    texts = {
        "target": options.target or "",
        "captures": ",".join(options.captures),
        "layout": options.layout.value if options.layout is not _DEFAULT.layout else "",
        "extent": f"{options.extent_m:.10g}" if options.extent_m is not None else "",
        "width": f"{options.width_mm:.10g}" if options.width_mm != _DEFAULT.width_mm else "",
        "dpi": str(options.dpi) if options.dpi != _DEFAULT.dpi else "",
        "style": options.style if options.style != _DEFAULT.style else "",
        "coordinates": options.coordinates.value if options.coordinates is not _DEFAULT.coordinates else "",
        "caption": options.caption or "",
        "drawn": "" if options.draw_caption else "no",
        "number": options.number,
        "alt": options.alt,
        "provider": "yes" if options.name_provider else "",
        "credit": options.credit,
        "by": options.annotated_by,
        "inset": "yes" if options.inset else "",
        "marks": "" if options.marks else "no",
        "stretch": "one" if options.one_stretch else "",
    }
    found = {name: [text] for name, text in texts.items() if text}
    return found | ({"allow": [f"{one.code}={one.reason}" for one in options.allow]} if options.allow else {})


def _one(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for one in text.split(",") if (part := said(one))))


def _word(kind: type[_Word], text: str, default: _Word) -> _Word:
    return kind(text) if text in [one.value for one in kind] else default


def _number(text: str, least: float, most: float) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and least <= number <= most else None


def _allowed(texts: Sequence[str]) -> tuple[Allowance, ...]:
    found = {}
    for text in texts:
        code, _, reason = text.partition("=")
        if code in CODES and said(reason):
            found[code] = Allowance(code, said(reason))
    return tuple(found.values())
