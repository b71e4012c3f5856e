"""The map of the sites on a page: drawn once, looked at on any day and through any filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streamlit_folium import st_folium

from dashboard.components.network_map import Place, network_map, view_layer

__all__ = ["show_map"]


def show_map(
    places: Sequence[Place], shown: Mapping[str, Any], *, dark: bool, key: str, height_px: int
) -> str | None:
    """Draw the map of `places` and lay the view `shown` over it; the id of the site that was clicked last, None
    before the first click.

    The same places give the same map, which the browser keeps: it is remounted only where they change.
    """
    answer = st_folium(
        network_map(places, dark=dark),
        key=key,
        height=height_px,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=view_layer(shown),
    )
    clicked = (answer or {}).get("last_active_drawing") or {}
    said: str | None = (clicked.get("properties") or {}).get("id")
    return said
