"""A chart becomes a PNG or an SVG without a browser and without a request: same chart and wheels, same bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    from workflow.fonts import Fonts

__all__ = ["to_png", "to_svg"]

_SCALE = 2.0  # pixels of the picture to one of the chart
# XML has no such characters: the converter ends the whole process on an SVG that holds one
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_png(chart: alt.TopLevelMixin, fonts: Fonts) -> bytes:
    """The chart on white as PNG bytes, set in `fonts`."""
    convert, how = _converter(fonts)
    return bytes(convert.vegalite_to_png(_specification(chart, fonts), scale=_SCALE, **how))


def to_svg(chart: alt.TopLevelMixin, fonts: Fonts) -> bytes:
    """The chart on white as SVG; its text stays text and names the family of `fonts`."""
    convert, how = _converter(fonts)
    return str(convert.vegalite_to_svg(_specification(chart, fonts), **how)).encode()


def _converter(fonts: Fonts) -> tuple[Any, dict[str, Any]]:
    import altair as alt
    import vl_convert

    vl_convert.register_font_directory(str(fonts.regular.parent))
    # no address is allowed: what a chart shows stands in it
    return vl_convert, {
        "vl_version": ".".join(alt.SCHEMA_VERSION[1:].split(".")[:2]),
        "allowed_base_urls": [],
    }


def _specification(chart: alt.TopLevelMixin, fonts: Fonts) -> dict[str, Any]:
    found: dict[str, Any] = chart.to_dict()
    found["config"] = {"background": "white", "font": fonts.name, "view": {"stroke": None}}
    return {name: _readable(value) for name, value in found.items()}


def _readable(value: Any) -> Any:
    """The same with another character for each that XML has none for."""
    if isinstance(value, str):
        return _NOT_XML.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _readable(one) for name, one in value.items()}
    return [_readable(one) for one in value] if isinstance(value, list) else value
