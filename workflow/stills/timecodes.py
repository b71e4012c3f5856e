"""Time codes of frames: how far into a clip a still is."""

from __future__ import annotations

import re

from workflow.errors import InputRefused

__all__ = ["parse_timecode", "timecode"]

_CODE = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)
_MOST_S = 24 * 3600


def parse_timecode(text: str) -> float:
    """Seconds of ``00:01:12``, ``1:12``, ``72`` or ``00:01:12.480``.

    Raises
    ------
    InputRefused
        when it is something else, or a day or more.
    """
    match = _CODE.fullmatch(text.strip())
    if match is None:
        raise InputRefused("Time code", f"{text[:40]!r} cannot be read", "write it as 00:01:12")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    has_minutes = match[2] is not None
    total = hours * 3600 + minutes * 60 + seconds
    if (has_minutes and seconds > 59) or (match[1] is not None and minutes > 59) or total >= _MOST_S:
        raise InputRefused("Time code", f"{text[:40]!r} is no time of a clip", "write it as 00:01:12")
    return total + int((match[4] or "").ljust(3, "0")) / 1000


def timecode(at_s: float) -> str:
    """``00:01:12``, with thousandths where there are any: ``00:01:12.480``."""
    thousandths = round(at_s * 1000)
    seconds, rest = divmod(thousandths, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text
