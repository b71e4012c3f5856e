"""The overview map: folium without a request to anywhere else.

folium names its scripts at content delivery networks. The few that are needed are replaced, on the
instances, by our bundled copies, the rest is left out. The ground is Natural Earth in a pane of its own
below everything. Names of sites travel as JSON and become text nodes in the browser: nothing that a person
wrote is ever pasted into HTML or script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.elements import JSCSSMixin
from folium.utilities import JsCode
from jinja2 import Template
from streamlit_folium import st_folium

from dashboard import assets
from workflow.readmodels.pages import SiteCard

__all__ = ["STATE_COLOURS", "localise", "overview_map", "show_map"]

# colour-blind safe (Okabe and Ito), each with a shape of its own in the browser
STATE_COLOURS: Mapping[str, str] = {
    "present": "#0072b2",
    "absent": "#d55e00",
    "uncertain": "#8a63c9",
    "disputed": "#d13a32",
    "not examined": "#7a828e",
    "not covered": "#7a828e",
}
_LIGHT = {
    "water": "#dfe8f0",
    "land": "#f7f6f2",
    "coast": "#a9b4bf",
    "border": "#b9b2a6",
    "graticule": "#c3ccd6",
    "text": "#5a6673",
}
_DARK = {
    "water": "#11161d",
    "land": "#222932",
    "coast": "#4a5563",
    "border": "#4d535c",
    "graticule": "#2e3742",
    "text": "#9aa5b1",
}


class _Basemap(JSCSSMixin, MacroElement):
    """Countries and graticule, drawn by our own script below all layers."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "window.sitetrackBasemap("
        "{{ this._parent.get_name() }}, {{ this.url|tojson }}, {{ this.colours|tojson }}, "
        "{{ this.font|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, colours: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Basemap"
        self.url = assets.url("countries-50m.json")
        self.colours = dict(colours)
        self.font = assets.url("fonts/NotoSansKR_700Bold.ttf")
        self.default_js = [("basemap", assets.url("basemap.js"))]


def overview_map(sites: Sequence[SiteCard], *, chosen: str | None, dark: bool) -> folium.Map:
    """The map of all located sites; `chosen` is ringed."""
    colours = _DARK if dark else _LIGHT
    made = folium.Map(tiles=None, attribution_control=False, zoom_control="topright")
    _Basemap(colours).add_to(made)
    located = [site for site in sites if site.lonlat is not None]
    if located:
        features = [_feature(site, chosen, dark) for site in located]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            name="sites",
            point_to_layer=JsCode("(feature, at) => window.sitetrackMarker(feature, at)"),
        ).add_to(made)
        made.fit_bounds(_bounds(located), max_zoom=15, padding=(40, 40))
    else:
        made.fit_bounds([[-50, -130], [65, 150]])
    localise(made)
    return made


def _feature(site: SiteCard, chosen: str | None, dark: bool) -> dict[str, Any]:
    if site.lonlat is None:
        raise ValueError(f"site {site.id} is not located")
    return {
        "type": "Feature",
        "id": site.id,
        "geometry": {"type": "Point", "coordinates": [site.lonlat.lon, site.lonlat.lat]},
        "properties": {
            "id": site.id,
            "name": site.name,
            "state": site.state,
            "colour": STATE_COLOURS.get(site.state, "#7a828e"),
            "paper": "#11161d" if dark else "#ffffff",
            "ink": "#e4e8ee" if dark else "#1c2430",
            "chosen": site.id == chosen,
        },
    }


def _bounds(sites: Sequence[SiteCard]) -> list[list[float]]:
    places = [site.lonlat for site in sites if site.lonlat is not None]
    lats, lons = [place.lat for place in places], [place.lon for place in places]
    pad = 0.005  # about half a kilometre, so that a single site has surroundings
    return [[min(lats) - pad, min(lons) - pad], [max(lats) + pad, max(lons) + pad]]


def localise(element: Element) -> None:
    """Point every script and style sheet of a folium tree at the bundled copies; those we do not bundle are
    left out.

    Attributes of the instances are set: folium's own helpers would change the lists of the classes, for
    everybody.
    """
    local = {"leaflet": assets.url("leaflet/leaflet.js"), "leaflet_css": assets.url("leaflet/leaflet.css")}
    for part in _tree(element):
        if not isinstance(part, JSCSSMixin):
            continue
        for attribute in ("default_js", "default_css"):
            links = [(name, local.get(name, link)) for name, link in getattr(part, attribute)]
            setattr(part, attribute, [(name, link) for name, link in links if link.startswith(assets.PREFIX)])


def _tree(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _tree(child)


def show_map(made: folium.Map, *, key: str, height_px: int) -> str | None:
    """Draw the map; the id of the site that was clicked last, None before the first click."""
    answer = st_folium(
        made, key=key, height=height_px, use_container_width=True, returned_objects=["last_active_drawing"]
    )
    clicked = (answer or {}).get("last_active_drawing")
    return clicked["properties"]["id"] if clicked else None
