"""Pictures from the ground: stills of the same view laid on each other by a homography, and where they were taken from.
No pixels are read here.
"""

from workflow.stills.cones import cone_features, standpoint_words, told_cameras
from workflow.stills.frames import Lying, Space, lying, onto, space_of
from workflow.stills.still import Still, frame_of, marks_shown, split_name, stills_of
from workflow.stills.timecodes import parse_timecode, timecode
from workflow.stills.views import ViewFit, aligned_words, fit_view, projected, px_words, view_words

__all__ = [
    "Lying",
    "Space",
    "Still",
    "ViewFit",
    "aligned_words",
    "cone_features",
    "fit_view",
    "frame_of",
    "lying",
    "marks_shown",
    "onto",
    "parse_timecode",
    "projected",
    "px_words",
    "space_of",
    "split_name",
    "standpoint_words",
    "stills_of",
    "timecode",
    "told_cameras",
    "view_words",
]
