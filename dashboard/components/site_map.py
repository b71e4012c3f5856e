"""The map of one site: its place and watch circle, its neighbours, outlines of its pictures, and below them the newest
picture itself. A click gives a place.

As on the overview map nothing is fetched from anywhere else. Names travel beside folium, which reads the scripts that
it made as templates once more, and become text nodes. What the click marked is laid over the map, so that the map
itself stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import folium
from branca.element import MacroElement
from folium.utilities import JsCode
from jinja2 import Template

from dashboard.components import map_frame
from dashboard.components.map_frame import Clicked
from dashboard.components.network_map import DARK, LIGHT, Basemap, ground_options, literal
from dashboard.language import language, t
from workflow.coords import METRES_PER_DEGREE
from workflow.model import LonLat
from workflow.readmodels.sitepage import Ground, MapSite

__all__ = ["CONE", "digits", "show_map", "site_map"]

_SITE, _MARK, _OUTLINE = "#1b62c4", "#d55e00", "#2f6fdb"
CONE = LIGHT["camera"]
"""Colour of a camera on the ground and of what it saw."""

_MOST_OUTLINES = 60
_NEAREST_PAD_DEG = 0.0001
# a hand hits a place to within a few pixels; a pixel at the equator and zoom 0
_CLICK_PX, _METRES_PER_PX = 3, 156_543.0
_WORLD = [[-50.0, -130.0], [65.0, 150.0]]


def digits(clicked: Clicked) -> int:
    """Decimals of a degree that a click tells at its zoom, at most five (about one metre)."""
    metres = _CLICK_PX * _METRES_PER_PX / 2**clicked.zoom
    return min(max(math.floor(math.log10(METRES_PER_DEGREE / metres)), 0), 5)


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


class _Cones(MacroElement):
    """What cameras on the ground saw, each with its number at the camera and its words for those who do not see it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "(() => {"
        "const map = {{ this._parent.get_name() }};"
        "for (const { geometry, properties } of {{ this.features }}) {"
        "const ring = geometry.coordinates[0].map(([lon, lat]) => [lat, lon]);"
        "const cone = window.L.polygon(ring, { color: {{ this.colour }}, weight: 2, dashArray: '2 4',"
        " fillOpacity: 0.18, interactive: false });"
        "cone.on('add', () => { const path = cone.getElement(); path.setAttribute('role', 'img');"
        " path.setAttribute('aria-label', properties.words); path.setAttribute('data-cone', properties.number); });"
        "cone.addTo(map);"
        "const number = document.createElement('span');"
        "number.textContent = properties.number;"
        "number.setAttribute('aria-hidden', 'true');"
        "number.style.cssText = 'display:grid;place-items:center;width:20px;height:20px;border-radius:50%;"
        "font:700 12px system-ui,sans-serif;color:#fff;border:1.5px solid #fff;background:' + {{ this.colour }};"
        "const icon = window.L.divIcon({ className: '', html: number, iconSize: [20, 20] });"
        "window.L.marker(ring[0], { icon, interactive: false, keyboard: false }).addTo(map);"
        "}"
        "})();"
        "{% endmacro %}"
    )

    def __init__(self, features: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Cones"
        self.features = literal(features)
        self.colour = literal(CONE)


def site_map(
    sites: Sequence[MapSite],
    *,
    chosen: str | None,
    outlines: Sequence[Sequence[LonLat]] = (),
    cones: Sequence[Mapping[str, Any]] = (),
    ground: tuple[Ground, str] | None = None,
    dark: bool,
) -> folium.Map:
    """The map of the `chosen` site and all others; without one, of all of them.

    `outlines` are rings on WGS 84, `cones` features of `workflow.stills.cone_features`, `ground` is where a picture
    lies and its address.
    """
    colours = DARK if dark else LIGHT
    made = folium.Map(tiles=None, attribution_control=False, zoom_control="topright", zoom_snap=0.25)
    names = {site.id: site.name for site in sites}
    told = {"colours": {**colours, "chosen": _SITE}, "states": {}, "names": names}
    Basemap({**told, **ground_options()}).add_to(made)
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
        features = [_feature(one, one.id == chosen) for one in sites]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            name="sites",
            point_to_layer=JsCode("(feature, at) => window.sitetrackDot(feature, at)"),
        ).add_to(made)
    if cones:
        _Cones(cones).add_to(made)
    made.fit_bounds(_bounds([site] if site else sites, cones), max_zoom=19, padding=(8, 8))
    return made


def _feature(site: MapSite, is_chosen: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": site.id,
        "geometry": {"type": "Point", "coordinates": [site.lonlat.lon, site.lonlat.lat]},
        "properties": {"id": site.id, "chosen": is_chosen},
    }


def _bounds(sites: Sequence[MapSite], cones: Sequence[Mapping[str, Any]] = ()) -> list[list[float]]:
    if not sites:
        return _WORLD
    cameras = [(one["properties"]["lat"], one["properties"]["lon"]) for one in cones]
    corners = [*map(_reach, sites), *((*place, *place) for place in cameras)]
    souths, wests, norths, easts = zip(*corners, strict=True)
    return [[min(souths), min(wests)], [max(norths), max(easts)]]


def _reach(site: MapSite) -> tuple[float, float, float, float]:
    north = 1.1 * site.radius_m / METRES_PER_DEGREE + _NEAREST_PAD_DEG
    east = north * 1.3
    place = site.lonlat
    return place.lat - north, place.lon - east, place.lat + north, place.lon + east


def show_map(made: folium.Map, *, mark: LonLat | None, key: str, height_px: int) -> Clicked:
    """Draw the map with `mark` on it; what was clicked last, nothing before the first click."""
    title = t("Map")
    over = {"place": [mark.lat, mark.lon] if mark else None, "colour": _MARK}
    page = map_frame.page_of(made, "sitetrackMark", title, language())
    return map_frame.show(page, over, title=title, key=key, height_px=height_px)
