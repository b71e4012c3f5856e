"""A streamlit-folium page of the usual kind, served like the dashboard: all scripts and tiles from this machine.

Tiles are cut in Web Mercator from the same working copies, as tile servers for such pages do, and kept as the
dashboard keeps its own.
"""

from __future__ import annotations

import io
import json
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import rasterio
import streamlit as st
from PIL import Image
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import Resampling
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).resolve().parent
CAPTURES = json.loads(os.environ.get("SPEED_CAPTURES", "[]"))
PLUGIN = Path(os.environ.get("SPEED_PLUGIN", "."))
EDGE = 20037508.342789244
TILE_PX = 256


def tile(request: Request) -> Response:
    at = request.path_params
    body, kind = rendered(CAPTURES[at["number"]]["path"], at["z"], at["x"], at["y"])
    return Response(body, media_type=kind, headers={"Cache-Control": "private, max-age=7200, immutable"})


@lru_cache(maxsize=512)
def rendered(path: str, z: int, x: int, y: int) -> tuple[bytes, str]:
    side = 2 * EDGE / 2**z
    west, north = x * side - EDGE, EDGE - y * side
    place = from_bounds(west, north - side, west + side, north, TILE_PX, TILE_PX)
    options = {"crs": "EPSG:3857", "transform": place, "width": TILE_PX, "height": TILE_PX}
    with rasterio.open(path) as file, WarpedVRT(file, resampling=Resampling.bilinear, **options) as warped:
        pixels, mask = warped.read(), warped.dataset_mask()
    picture, out = np.moveaxis(pixels[:3], 0, -1), io.BytesIO()
    if mask.all():
        Image.fromarray(picture).save(out, "JPEG", quality=88)
        return out.getvalue(), "image/jpeg"
    Image.fromarray(np.dstack([picture, mask])).save(out, "PNG")
    return out.getvalue(), "image/png"


def plugin(_: Request) -> Response:
    """The plug-in as npm has it, with Leaflet where it asks for it; its styles are linked beside."""
    source = (PLUGIN / "index.js").read_text("utf-8")
    inside = (
        f"const require = (name) => (name === 'leaflet' ? window.L : undefined); const module = {{}};{source}"
    )
    return Response(f"(() => {{{inside}}})();", media_type="text/javascript")


app = st.App(
    str(HERE / "side_by_side_page.py"),
    routes=[
        Route("/peer/tile/{number:int}/{z:int}/{x:int}/{y:int}", tile),
        Route("/peer/side-by-side.js", plugin),
        Mount("/peer/plugin", StaticFiles(directory=PLUGIN)),
        Mount("/assets", StaticFiles(directory=HERE.parents[1] / "dashboard" / "frontend" / "build")),
    ],
)
