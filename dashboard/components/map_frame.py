"""A folium map in a frame of our own: what folium made is a page under an address, a frame shows it.

The page is kept by browsers and stays as it is while what is laid over it changes; what is clicked comes back. Its own
script is the one that its policy allows, by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import folium
import streamlit as st

from dashboard import assets, frames
from dashboard.components.network_map import Calls, Place, network_map, parts_of
from dashboard.language import language, t
from dashboard.safetext import safe
from workflow.model import LonLat

__all__ = ["Clicked", "page_of", "show", "sites_page"]

_STYLE = """html, body { margin: 0; height: 100%; }
.folium-map { position: absolute; inset: 0; font-size: 1rem; }"""
_SCRIPT = """
export default function ({ parentElement, data, setStateValue }) {
  const place = parentElement.querySelector(".sitetrack-map");
  const lay = () => place.ready && place.firstChild.contentWindow.sitetrackLay(place.over);
  place.over = data.over;
  const [page] = data.page.split("?"); // a fresh capability draws no new map
  if (place.shown === page) {
    lay();
    return;
  }
  const frame = document.createElement("iframe");
  Object.assign(frame.style, { border: 0, width: "100%", height: `${data.height_px}px`, display: "block" });
  frame.title = data.title;
  frame.addEventListener("ready", () => { place.ready = true; lay(); });
  frame.addEventListener("clicked", ({ detail }) => setStateValue("clicked", detail));
  place.ready = false;
  place.shown = page;
  frame.src = data.page;
  place.replaceChildren(frame);
}
"""
_component = st.components.v2.component(
    "sitetrack_map", html='<div class="sitetrack-map"></div>', js=_SCRIPT, isolate_styles=False
)


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was clicked last: a place on the map, or a site by its id. `zoom` is that of the map."""

    place: LonLat | None = None
    site: str | None = None
    zoom: int = 0


def page_of(made: folium.Map, lay: str, title: str, lang: str = "en") -> str:
    """HTML of the map, whose words are in the session's language.

    `lay` is the function of ``basemap.js`` that lays something over it, `lang` the session's language.
    """
    Calls("sitetrackFrame", {"lay": lay, "zoomIn": t("Zoom in"), "zoomOut": t("Zoom out")}).add_to(made)
    body, script = parts_of(made)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{safe(title)}</title>'
        f'<link rel="stylesheet" href="{assets.url("leaflet/leaflet.css")}"><style>{_STYLE}</style></head><body>{body}'
        f'<script src="{assets.url("leaflet/leaflet.js")}"></script><script src="{assets.url("basemap.js")}"></script>'
        f"<script>{script}</script></body></html>\n"
    )


@lru_cache(maxsize=4)
def sites_page(places: tuple[Place, ...], dark: bool, title: str, lang: str) -> str:
    """HTML of the map of the sites. It is kept here: a page's own module is executed anew with each run."""
    return page_of(network_map(places, dark=dark), "sitetrackShow", title, lang)


def show(page: str, over: Mapping[str, Any], *, title: str, key: str, height_px: int) -> Clicked:
    """Show the map whose HTML `page_of` gave, with `over` laid over it; what was clicked last.

    The frame is drawn anew only where the page changes.
    """
    address = f"{frames.url(page)}&lang={language()}"
    result = _component(
        key=key,
        data={"page": address, "over": dict(over), "title": title, "height_px": height_px},
        height=height_px,
        on_clicked_change=lambda: None,
    )
    said: Mapping[str, Any] = result.get("clicked") or {}
    lat, lon = said.get("place") or (91.0, 0.0)
    place = LonLat(float(lon), float(lat)) if abs(lat) <= 90 else None
    return Clicked(place, said.get("site"), int(said.get("zoom") or 0))
