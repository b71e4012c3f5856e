"""Several stills of one clip as one picture: their time codes, and the order that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from workflow.errors import InputRefused
from workflow.intake.orders import Order
from workflow.stills.timecodes import parse_timecode, timecode

__all__ = ["clip_of"]

_MOST_FRAMES = 100
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")


def clip_of(name: str, files: Sequence[Path], codes: Sequence[str]) -> Order:
    """The clip `name` of stills, each with its time code, in the order of their times.

    Raises
    ------
    InputRefused
        when the name is none, there is not one code a still, a code cannot be read, or two stills are of one time.
    """
    if not _NAME.fullmatch(name.strip()):
        raise InputRefused("Clip", "its name is empty, too long or not of one line", "give another name")
    if not files or len(files) != len(codes):
        stills = f"{len(files)} still" if len(files) == 1 else f"{len(files)} stills"
        raise InputRefused(
            f"Clip {name}",
            f"{stills} and {len(codes)} time codes were given",
            "give --at once for each still",
        )
    if len(files) > _MOST_FRAMES:
        raise InputRefused(
            f"Clip {name}", f"has {len(files)} stills, the limit is {_MOST_FRAMES}", "take the best"
        )
    timed = sorted(zip(map(parse_timecode, codes), files, strict=True))
    for (one, first), (other, second) in pairwise(timed):
        if one == other:
            raise InputRefused(
                f"Clip {name}",
                f"{first.name} and {second.name} are both at {timecode(one)}",
                "give each its own time",
            )
    return Order(name.strip(), tuple(file for _, file in timed), tuple(time for time, _ in timed))
