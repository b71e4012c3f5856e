"""The map of the sites: folium without a request to anywhere else.

folium names its scripts at content delivery networks. They are left out: a page brings our bundled copies of the few
that are needed. The ground is Natural Earth in a pane of its own
below everything. What people wrote travels in our own literals (`literal`) and becomes text nodes in the browser.
None of it goes through folium, which reads the scripts that it made as templates once more: a name with ``{{ }}``
would be evaluated on the server.

The map itself holds the places and their names alone. Which of them are shown, in which state, and the outlines of
pictures are a `view` that the browser lays over it, so that another day or filter draws no new map.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.elements import JSCSSMixin
from folium.utilities import JsCode
from jinja2 import Template

from dashboard import assets
from workflow.model import LonLat
from workflow.readmodels.cameras import Camera
from workflow.readmodels.footprints import Footprint

__all__ = [
    "CAMERA_SIGN",
    "DARK",
    "DOTTED",
    "GLYPHS",
    "KINDS",
    "LIGHT",
    "STATE_COLOURS",
    "Basemap",
    "Calls",
    "Place",
    "cones",
    "file_parts",
    "ground_options",
    "literal",
    "network_map",
    "outlines",
    "parts_of",
    "view",
]

Place = tuple[str, str, LonLat]
"""Id, name and position of a site."""

# colour-blind safe (Okabe and Ito), each with a shape of its own in the browser
STATE_COLOURS: Mapping[str, str] = {
    "present": "#0072b2",
    "absent": "#d55e00",
    "uncertain": "#8a63c9",
    "disputed": "#d13a32",
    "not examined": "#7a828e",
    "not covered": "#7a828e",
}
GLYPHS: Mapping[str, str] = {
    "present": "●",
    "absent": "○",
    "uncertain": "■",
    "disputed": "▲",
    "not examined": "◆",
    "not covered": "✕",
}
KINDS: Mapping[str, tuple[str, str]] = {"satellite": ("", "━━"), "aerial": ("7 4", "╍╍")}
"""How the outline of a kind of picture is dashed on the map, and in a legend; the others are dotted."""
DOTTED = ("2 4", "┄┄")
CAMERA_SIGN = "◣"
# colours of the ground, of what is drawn on it (`ink`, `outline`), and of what lies behind a sign (`paper`)
LIGHT: Mapping[str, str] = {
    "water": "#dfe8f0",
    "land": "#f7f6f2",
    "coast": "#a9b4bf",
    "border": "#b9b2a6",
    "graticule": "#c3ccd6",
    "text": "#5a6673",
    "paper": "#ffffff",
    "ink": "#1c2430",
    "outline": "#3f5fa8",
    "camera": "#a1338f",
}
DARK: Mapping[str, str] = {
    "water": "#11161d",
    "land": "#222932",
    "coast": "#4a5563",
    "border": "#4d535c",
    "graticule": "#2e3742",
    "text": "#9aa5b1",
    "paper": "#11161d",
    "ink": "#e4e8ee",
    "outline": "#9db4ec",
    "camera": "#e58fd6",
}


_IN_STRINGS = str.maketrans({char: f"\\u{ord(char):04x}" for char in "{}<>&'`$%#_"})


def literal(value: object) -> str:
    """`value` as a literal of JavaScript in which no text can end a script, or begin a template of any kind."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda found: found.group().translate(_IN_STRINGS), json.dumps(value))


class Basemap(MacroElement):
    """Countries and graticule, drawn by our own script below all layers."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "window.sitetrackBasemap({{ this._parent.get_name() }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Basemap"
        self.options = literal(options)


class Calls(MacroElement):
    """The last that a map's script does: call a function of ours with the map and one argument."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "window.{{ this.function }}({{ this._parent.get_name() }}, {{ this.argument }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, argument: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Calls"
        self.function = function
        self.argument = literal(argument)


def network_map(places: Sequence[Place], *, dark: bool, inline: bool = False) -> folium.Map:
    """The map of these places. `inline` is for a file: the ground lies in the page, which loads nothing itself."""
    colours = DARK if dark else LIGHT
    ground = {} if inline else ground_options()
    made = folium.Map(tiles=None, attribution_control=False, zoom_control="topright")
    names = {key: name for key, name, _ in places}
    Basemap({"colours": colours, "states": dict(STATE_COLOURS), "names": names, **ground}).add_to(made)
    if places:
        features = [
            {
                "type": "Feature",
                "id": key,
                "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
                "properties": {"id": key},
            }
            for key, _, place in places
        ]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            name="sites",
            point_to_layer=JsCode("(feature, at) => window.sitetrackMarker(feature, at)"),
        ).add_to(made)
        made.fit_bounds(_bounds([place for _, _, place in places]), max_zoom=15, padding=(40, 40))
    else:
        made.fit_bounds([[-50, -130], [65, 150]])
    return made


def ground_options() -> dict[str, str]:
    """Where a page finds the countries and the typeface of names."""
    return {"url": assets.url("countries-50m.json"), "font": assets.url("fonts/NotoSansKR_700Bold.ttf")}


def view(
    states: Iterable[tuple[str, str]],
    words: Mapping[str, str],
    *,
    day: str = "",
    chosen: str | None = None,
    outlined: Sequence[Mapping[str, Any]] = (),
    seen: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What the browser lays over the map: the sites of `states` (id, state), all others hidden; `chosen` ringed.

    `words` are the states in the reader's language, `outlined` what `outlines` gives, `seen` what
    `cones` gives.
    """
    by_state: dict[str, list[str]] = {}
    for key, state in states:
        by_state.setdefault(state, []).append(key)
    return {
        "states": by_state,
        "words": {state: words[state] for state in by_state},
        "day": day,
        "chosen": chosen,
        "outlines": list(outlined),
        "cones": list(seen),
    }


def cones(some: Iterable[Camera]) -> list[dict[str, Any]]:
    """What cameras saw as the browser draws it."""
    return [{"ring": [[at.lat, at.lon] for at in one.ring], "text": one.words} for one in some]


def outlines(prints: Iterable[Footprint], days: Sequence[str]) -> list[dict[str, Any]]:
    """Footprints as the browser draws them, the largest first; `days` has the text that each is told with."""
    return [
        {
            "ring": [[corner.lat, corner.lon] for corner in one.ring],
            "dash": KINDS.get(one.kind, DOTTED)[0],
            "text": text,
        }
        for one, text in sorted(zip(prints, days, strict=True), key=lambda pair: -_extent(pair[0]))
    ]


def _extent(one: Footprint) -> float:
    lons, lats = [corner.lon for corner in one.ring], [corner.lat for corner in one.ring]
    return (max(lons) - min(lons)) * (max(lats) - min(lats))


def file_parts(places: Sequence[Place], shown: Mapping[str, Any]) -> tuple[str, str]:
    """Element and script of a map in a file of its own, with a view on it.

    The same places and view give the same text.
    """
    made = network_map(places, dark=False, inline=True)
    Calls("sitetrackFile", shown).add_to(made)
    return parts_of(made)


def parts_of(made: folium.Map) -> tuple[str, str]:
    """Element and script of a map; nothing in them names a script or a style, and the same map gives the same text."""
    figure: Any = made.get_root()
    for number, part in enumerate(_tree(figure)):
        part._id = str(number)  # folium's own are random
        if isinstance(part, JSCSSMixin):  # on the instances: the lists of the classes are everybody's
            part.default_js, part.default_css = [], []
    figure.render()
    return str(figure.html.render()), str(figure.script.render())


def _bounds(places: Sequence[LonLat]) -> list[list[float]]:
    lats, lons = [place.lat for place in places], [place.lon for place in places]
    pad = 0.005  # about half a kilometre, so that a single site has surroundings
    return [[min(lats) - pad, min(lons) - pad], [max(lats) + pad, max(lons) + pad]]


def _tree(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _tree(child)
