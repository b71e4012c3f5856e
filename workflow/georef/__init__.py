"""Placing a picture by pairs of points, set by hand or proposed by matching. No pixels are read from files here."""

from workflow.georef.fitting import MOST_POINTS, Fit, Misfit, Wording, fit, lattice, pixel_m
from workflow.georef.mappings import Plane, Spline
from workflow.georef.matching import SCALES, Matched, Obstacle, Unmatched, match
from workflow.georef.overlays import ground_mask
from workflow.georef.points import PointsFile, format_points, in_crs, parse_points
from workflow.georef.proposing import best_model
from workflow.georef.seeking import Ground, levels
from workflow.georef.wording import control_words, unmatched_words

__all__ = [
    "MOST_POINTS",
    "SCALES",
    "Fit",
    "Ground",
    "Matched",
    "Misfit",
    "Obstacle",
    "Plane",
    "PointsFile",
    "Spline",
    "Unmatched",
    "Wording",
    "best_model",
    "control_words",
    "fit",
    "format_points",
    "ground_mask",
    "in_crs",
    "lattice",
    "levels",
    "match",
    "parse_points",
    "pixel_m",
    "unmatched_words",
]
