"""Rendered scenes of a register's places, for the sample project and for measuring: nothing here is a real
picture.

``scenes`` tells the sample's story, ``series`` makes random ones, ``render`` writes a scene's file. What is
true of a scene stands in the scene (`truth`, `offset_m`, `cloud`, `history`), never in its file. This
package only renders; taking in and recording is the caller's work.
"""

from __future__ import annotations

from workflow.demo.crowded import CONFUSERS, crowded
from workflow.demo.marks import marks
from workflow.demo.render import render
from workflow.demo.scene import Change, ChangeKind, Encoding, Scene, Statement, View
from workflow.demo.script import ANALYSTS, SEED, scenes
from workflow.demo.series import series
from workflow.demo.still import same_places, standpoint_of
from workflow.shadows import Sun, sun_at

__all__ = [
    "ANALYSTS",
    "CONFUSERS",
    "SEED",
    "Change",
    "ChangeKind",
    "Encoding",
    "Scene",
    "Statement",
    "Sun",
    "View",
    "crowded",
    "marks",
    "render",
    "same_places",
    "scenes",
    "series",
    "standpoint_of",
    "sun_at",
]
