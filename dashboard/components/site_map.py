"""The map of one site: its place and watch circle, its neighbours, outlines of its pictures, and below them the newest
picture itself. A click gives a place.

As on the overview map nothing is fetched from anywhere else. Names travel beside folium, which reads the scripts that
it made as templates once more, and become text nodes. What the click marked is laid over the map, so that the map
itself stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.elements import JSCSSMixin
from folium.utilities import JsCode
from jinja2 import Template
from streamlit_folium import st_folium

from dashboard import assets
from workflow.coords import METRES_PER_DEGREE
from workflow.model import LonLat
from workflow.readmodels.sitepage import Ground, MapSite

__all__ = ["Clicked", "show_map", "site_map"]

_LIGHT = {
    "water": "#dfe8f0",
    "land": "#f7f6f2",
    "coast": "#a9b4bf",
    "border": "#b9b2a6",
    "graticule": "#c3ccd6",
    "text": "#5a6673",
    "ink": "#1c2430",
    "paper": "#ffffff",
}
_DARK = {
    "water": "#11161d",
    "land": "#222932",
    "coast": "#4a5563",
    "border": "#4d535c",
    "graticule": "#2e3742",
    "text": "#9aa5b1",
    "ink": "#e4e8ee",
    "paper": "#11161d",
}
_SITE, _MARK, _OUTLINE = "#1b62c4", "#d55e00", "#2f6fdb"
_MOST_OUTLINES = 60
_NEAREST_PAD_DEG = 0.0001
# a hand hits a place to within a few pixels; a pixel at the equator and zoom 0
_CLICK_PX, _METRES_PER_PX = 3, 156_543.0
_WORLD = [[-50.0, -130.0], [65.0, 150.0]]
# names of neighbours are shown when they are pointed at; each is only ever a text node
_POINT = """(feature, at) => {
  const { id, chosen, ink, paper, colour } = feature.properties;
  const dot = window.L.circleMarker(at, {
    radius: chosen ? 8 : 5, color: chosen ? colour : ink, weight: chosen ? 3 : 1.5, fillColor: paper,
    fillOpacity: chosen ? 0.25 : 0.9, bubblingMouseEvents: false,
  });
  const label = document.createElement("bdi");
  label.textContent = window.sitetrackNames.get(id);
  return dot.bindTooltip(label, { direction: "top", offset: [0, -8] });
}"""


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was clicked last: a place on the map, or a site by its id. `zoom` is that of the map."""

    place: LonLat | None = None
    site: str | None = None
    zoom: int = 0

    @property
    def digits(self) -> int:
        """Decimals of a degree that a click tells at this zoom, at most five (about one metre)."""
        metres = _CLICK_PX * _METRES_PER_PX / 2**self.zoom
        return min(max(math.floor(math.log10(METRES_PER_DEGREE / metres)), 0), 5)


class _Basemap(JSCSSMixin, MacroElement):
    """Countries and graticule, drawn by our own script below all layers."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        # it takes one object of options, or each by itself
        "((map, colours, url, font) => window.sitetrackBasemap.length > 2 "
        "? window.sitetrackBasemap(map, url, colours, font) "
        ": window.sitetrackBasemap(map, { colours, states: {}, url, font }))"
        "({{ this._parent.get_name() }}, {{ this.colours|tojson }}, {{ this.url|tojson }}, {{ this.font|tojson }});"
        "{{ this._parent.get_name() }}.getContainer().setAttribute('data-site-map', 'ready');"
        "{% endmacro %}"
    )

    def __init__(self, colours: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Basemap"
        self.url = assets.url("countries-50m.json")
        self.colours = dict(colours)
        self.font = assets.url("fonts/NotoSansKR_700Bold.ttf")
        self.default_js = [("basemap", assets.url("basemap.js"))]


class _Names(MacroElement):
    """Names of sites by their ids, as escapes alone: nothing in them ends a script or begins a template."""

    _template = Template(
        "{% macro script(this, kwargs) %}window.sitetrackNames = new Map([{{ this.pairs }}]);{% endmacro %}"
    )

    def __init__(self, sites: Sequence[MapSite]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Names"
        self.pairs = ",".join(f"[{_escaped(site.id)},{_escaped(site.name)}]" for site in sites)


def _escaped(text: str) -> str:
    """A string of JavaScript that has letters and digits of ASCII as they are and all else as code units."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return (
        '"'
        + "".join(chr(one) if one < 128 and chr(one).isalnum() else f"\\u{one:04x}" for one in codes)
        + '"'
    )


class _Picture(MacroElement):
    """A picture on its grid, which is turned a little against the map: each corner lies where it belongs."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "(() => {"
        "const space = 'http://www.w3.org/2000/svg';"
        "const frame = document.createElementNS(space, 'svg');"
        "frame.setAttribute('viewBox', '0 0 1 1'); frame.setAttribute('preserveAspectRatio', 'none');"
        "const picture = document.createElementNS(space, 'image');"
        "const said = {{ this.attributes|tojson }};"
        "for (const name in said) picture.setAttribute(name, said[name]);"
        "frame.append(picture);"
        "window.L.svgOverlay(frame, {{ this.bounds|tojson }}, { interactive: false })"
        ".addTo({{ this._parent.get_name() }});"
        "})();"
        "{% endmacro %}"
    )

    def __init__(self, ground: Ground, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Picture"
        self.bounds = [[ground.south, ground.west], [ground.north, ground.east]]
        self.attributes = {
            "href": url,
            "width": "1",
            "height": "1",
            "preserveAspectRatio": "none",
            "transform": f"matrix({' '.join(f'{number:.9f}' for number in ground.matrix)})",
        }


def site_map(
    sites: Sequence[MapSite],
    *,
    chosen: str | None,
    outlines: Sequence[Sequence[LonLat]] = (),
    ground: tuple[Ground, str] | None = None,
    dark: bool,
) -> folium.Map:
    """The map of the `chosen` site and all others; without one, of all of them.

    `outlines` are rings on WGS 84, `ground` is where a picture lies and its address.
    """
    colours = _DARK if dark else _LIGHT
    made = folium.Map(tiles=None, attribution_control=False, zoom_control="topright", zoom_snap=0.25)
    _Basemap(colours).add_to(made)
    if ground is not None:
        _Picture(*ground).add_to(made)
    for ring in outlines[:_MOST_OUTLINES]:
        line = [[place.lat, place.lon] for place in ring]
        folium.PolyLine(  # type: ignore[no-untyped-call]
            line, color=_OUTLINE, weight=1, opacity=0.55, interactive=False
        ).add_to(made)
    site = next((one for one in sites if one.id == chosen), None)
    if site is not None:
        folium.Circle(
            [site.lonlat.lat, site.lonlat.lon],
            radius=site.radius_m,
            color=_SITE,
            weight=1.5,
            dash_array="6 4",
            fill=False,
            interactive=False,
        ).add_to(made)
    if sites:
        _Names(sites).add_to(made)
        features = [_feature(one, one.id == chosen, colours) for one in sites]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features}, name="sites", point_to_layer=JsCode(_POINT)
        ).add_to(made)
    made.fit_bounds(_bounds([site] if site else sites), max_zoom=19, padding=(8, 8))
    _localise(made)
    return made


def _localise(element: Element) -> None:
    """Point scripts and styles of a folium tree, on its instances, at the bundled copies; leave out the others."""
    local = {"leaflet": assets.url("leaflet/leaflet.js"), "leaflet_css": assets.url("leaflet/leaflet.css")}
    if isinstance(element, JSCSSMixin):
        for attribute in ("default_js", "default_css"):
            links = [(name, local.get(name, link)) for name, link in getattr(element, attribute)]
            setattr(element, attribute, [one for one in links if one[1].startswith(assets.PREFIX)])
    for child in element._children.values():
        _localise(child)


def _feature(site: MapSite, is_chosen: bool, colours: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": site.id,
        "geometry": {"type": "Point", "coordinates": [site.lonlat.lon, site.lonlat.lat]},
        "properties": {
            "id": site.id,
            "chosen": is_chosen,
            "ink": colours["ink"],
            "paper": colours["paper"],
            "colour": _SITE,
        },
    }


def _bounds(sites: Sequence[MapSite]) -> list[list[float]]:
    if not sites:
        return _WORLD
    corners = [_reach(site) for site in sites]
    souths, wests, norths, easts = zip(*corners, strict=True)
    return [[min(souths), min(wests)], [max(norths), max(easts)]]


def _reach(site: MapSite) -> tuple[float, float, float, float]:
    north = 1.1 * site.radius_m / METRES_PER_DEGREE + _NEAREST_PAD_DEG
    east = north * 1.3
    place = site.lonlat
    return place.lat - north, place.lon - east, place.lat + north, place.lon + east


def show_map(made: folium.Map, *, mark: LonLat | None, key: str, height_px: int) -> Clicked:
    """Draw the map with `mark` on it; what was clicked last, nothing before the first click."""
    over = folium.FeatureGroup(name="mark")
    if mark is not None:
        folium.CircleMarker(
            [mark.lat, mark.lon],
            radius=9,
            color=_MARK,
            weight=3,
            fill=True,
            fill_opacity=0.2,
            interactive=False,
        ).add_to(over)
    answer = (
        st_folium(
            made,
            key=key,
            height=height_px,
            use_container_width=True,
            returned_objects=["last_clicked", "last_active_drawing", "zoom"],
            feature_group_to_add=over,
            wrap_longitude=True,
        )
        or {}
    )
    at, drawing = answer.get("last_clicked"), answer.get("last_active_drawing")
    place = LonLat(float(at["lng"]), float(at["lat"])) if at and abs(at["lat"]) <= 90 else None
    return Clicked(place, drawing["properties"]["id"] if drawing else None, int(answer.get("zoom") or 0))
