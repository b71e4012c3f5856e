"""Placing a picture by hand: pairs of points, the mapping they give, and how far off it is. No pixels are read here."""

from workflow.georef.fitting import MOST_POINTS, Fit, Misfit, fit, lattice, pixel_m
from workflow.georef.mappings import Plane, Spline
from workflow.georef.points import PointsFile, format_points, in_crs, parse_points
from workflow.georef.wording import control_words

__all__ = [
    "MOST_POINTS",
    "Fit",
    "Misfit",
    "Plane",
    "PointsFile",
    "Spline",
    "control_words",
    "fit",
    "format_points",
    "in_crs",
    "lattice",
    "parse_points",
    "pixel_m",
]
