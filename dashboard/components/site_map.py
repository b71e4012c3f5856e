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
from branca.element import MacroElement
from folium.utilities import JsCode
from jinja2 import Template
from streamlit_folium import st_folium

from dashboard.components.network_map import DARK, LIGHT, Basemap, ground_options, literal, localise
from workflow.coords import METRES_PER_DEGREE
from workflow.model import LonLat
from workflow.readmodels.sitepage import Ground, MapSite

__all__ = ["Clicked", "show_map", "site_map"]

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


class _Ready(MacroElement):
    """Names of the sites by their ids, and a sign that the map is there."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "window.sitetrackNames = new Map({{ this.pairs }});"
        "{{ this._parent.get_name() }}.getContainer().setAttribute('data-site-map', 'ready');"
        "{% endmacro %}"
    )

    def __init__(self, sites: Sequence[MapSite]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Ready"
        self.pairs = literal([[site.id, site.name] for site in sites])


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
    Basemap({"colours": dict(colours), "states": {}, "names": {}, **ground_options()}).add_to(made)
    _Ready(sites).add_to(made)
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
        features = [_feature(one, one.id == chosen, colours) for one in sites]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features}, name="sites", point_to_layer=JsCode(_POINT)
        ).add_to(made)
    made.fit_bounds(_bounds([site] if site else sites), max_zoom=19, padding=(8, 8))
    localise(made)
    return made


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
