"""Tracking for tests: who runs it, and a scorer that is plain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workflow.model import Author, Score
from workflow.pipeline.track import track

AUTHOR = Author("analyst")


@dataclass(frozen=True)
class MeanDifference:
    """A scorer for tests: the mean difference of grey over what both cover."""

    name: str = "mean-difference"
    version: str = "1"

    def score(self, before, after):
        one, other = (chip.data[:, before.valid].astype(float).mean(axis=0) for chip in (before, after))
        return Score(self.name, self.version, float(np.abs(one - other).mean() / 255))


def run(watched, **options):
    return track(watched.project, AUTHOR, **{"executor": "serial", **options})
