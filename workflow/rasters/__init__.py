"""The only modules that read pixels: facts of a header, working copies, a site's grid, pictures for the eye.

Arrays are (band, row, column). A *working copy* is a Cloud Optimized GeoTIFF that the program wrote itself:
north-up, 256 px tiles, lossless, red, green and blue first where the original names them, validity in an
internal mask and nowhere else (no nodata value, no alpha band, no NaN), overviews rebuilt from full
resolution.
"""

from __future__ import annotations

from workflow.rasters.alike import likeness_of
from workflow.rasters.compiled import IS_COMPILED, make_ready
from workflow.rasters.dataset import GDAL_ERRORS
from workflow.rasters.display import display_stretch, encode_jpeg, encode_webp, to_colours, to_display
from workflow.rasters.facts import RasterFacts, describe, joined_size
from workflow.rasters.ongrid import cut_on_grid, kept_open, read_on_grid
from workflow.rasters.stills import read_looked_up
from workflow.rasters.turns import in_turn
from workflow.rasters.warping import write_control_points, write_warped
from workflow.rasters.whole import read_box, read_whole
from workflow.rasters.wholeness import missing_part
from workflow.rasters.working import TileError, UnlikeTilesError, Working, write_joined, write_working

__all__ = [
    "GDAL_ERRORS",
    "IS_COMPILED",
    "RasterFacts",
    "TileError",
    "UnlikeTilesError",
    "Working",
    "cut_on_grid",
    "describe",
    "display_stretch",
    "encode_jpeg",
    "encode_webp",
    "in_turn",
    "joined_size",
    "kept_open",
    "likeness_of",
    "make_ready",
    "missing_part",
    "read_box",
    "read_looked_up",
    "read_on_grid",
    "read_whole",
    "to_colours",
    "to_display",
    "write_control_points",
    "write_joined",
    "write_warped",
    "write_working",
]
