"""Two dates of a site beside a movable line, with streamlit-folium."""

from __future__ import annotations

import json
import os

import folium
import streamlit as st
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import SideBySideLayers
from jinja2 import Template
from streamlit_folium import st_folium

CAPTURES = json.loads(os.environ["SPEED_CAPTURES"])
PLACE = json.loads(os.environ["SPEED_PLACE"])  # latitude, longitude
ZOOM = 17
LOCAL = {
    "leaflet": "/assets/leaflet/leaflet.js",
    "leaflet_css": "/assets/leaflet/leaflet.css",
    "leaflet.sidebyside": "/peer/side-by-side.js",
}


class Ready(MacroElement):
    """Tells the page around the map when the pictures of both sides stand."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{ let loaded = 0;"
        "for (const layer of [{{ this.left }}, {{ this.right }}]) layer.once('load', () => {"
        "if (++loaded === 2) parent.document.documentElement.dataset.mapReady = '{{ this.pair }}'; }); }"
        "{% endmacro %}"
    )

    def __init__(self, left: folium.TileLayer, right: folium.TileLayer, pair: str) -> None:
        super().__init__()
        self.left, self.right, self.pair = left.get_name(), right.get_name(), pair


def local(element: MacroElement) -> None:
    for part in (element, *element._children.values()):
        if isinstance(part, JSCSSMixin):
            part.default_js = [(name, LOCAL[name]) for name, _ in part.default_js if name in LOCAL]
            part.default_css = [(name, LOCAL[name]) for name, _ in part.default_css if name in LOCAL]
            if isinstance(part, SideBySideLayers):
                part.default_css = [(name, f"/peer/plugin/{name}.css") for name in ("layout", "range")]
        if part is not element:
            local(part)


st.set_page_config(layout="wide")
st.title("Side by side")
number = st.session_state.setdefault("number", len(CAPTURES) - 1)
back, on, _ = st.columns([1, 1, 8])
if on.button("Earlier"):
    number = st.session_state["number"] = max(number - 1, 1)
if back.button("Later"):
    number = st.session_state["number"] = min(number + 1, len(CAPTURES) - 1)
made = folium.Map(PLACE, zoom_start=ZOOM, max_zoom=21, tiles=None)
sides = [
    folium.TileLayer(f"/peer/tile/{n}/{{z}}/{{x}}/{{y}}", attr=CAPTURES[n]["label"], max_zoom=21)
    for n in (0, number)
]
for side in sides:
    side.add_to(made)
SideBySideLayers(*sides).add_to(made)
Ready(*sides, f"0|{number}").add_to(made)
local(made)
st_folium(made, key="map", height=700, use_container_width=True, returned_objects=[])
