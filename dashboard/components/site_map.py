"""The map of one site: its place and watch circle, its neighbours, outlines of its pictures, and below them the newest
picture itself. A click gives a place.

As on the overview map nothing is fetched from anywhere else. Names travel beside folium, which reads the scripts that
it made as templates once more, and become text nodes. What the click marked is laid over the map, so that the map
itself stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import folium
from branca.element import MacroElement
from folium.utilities import JsCode
from jinja2 import Template

from dashboard.components import map_frame
from dashboard.components.map_frame import Clicked
from dashboard.components.network_map import DARK, LIGHT, Basemap, ground_options
from dashboard.language import t
from workflow.coords import METRES_PER_DEGREE
from workflow.model import LonLat
from workflow.readmodels.sitepage import Ground, MapSite

__all__ = ["digits", "show_map", "site_map"]

_SITE, _MARK, _OUTLINE = "#1b62c4", "#d55e00", "#2f6fdb"
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
    made.fit_bounds(_bounds([site] if site else sites), max_zoom=19, padding=(8, 8))
    return made


def _feature(site: MapSite, is_chosen: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": site.id,
        "geometry": {"type": "Point", "coordinates": [site.lonlat.lon, site.lonlat.lat]},
        "properties": {"id": site.id, "chosen": is_chosen},
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
    title = t("Map")
    over = {"place": [mark.lat, mark.lon] if mark else None, "colour": _MARK}
    page = map_frame.page_of(made, "sitetrackMark", title)
    return map_frame.show(page, over, title=title, key=key, height_px=height_px)
