"""The camera's own clock: EXIF in photographs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision

__all__ = ["PLUGIN", "tag_moment"]

_CLOCK = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)(?:[ T](\d\d:\d\d:\d\d))?")


class _Exif:
    name = "EXIF"
    rank = 20

    def read(self, source: SourceFile) -> Metadata | None:
        """`DateTimeOriginal`, with its offset from UTC where the camera wrote one; else the day as the camera
        had it.
        """
        span = _span(
            source.tags.get("EXIF_DateTimeOriginal", ""), source.tags.get("EXIF_OffsetTimeOriginal", "")
        )
        maker = " ".join(
            filter(
                None, (source.tags.get("EXIF_Make", "").strip(), source.tags.get("EXIF_Model", "").strip())
            )
        )
        return Metadata(acquired=span, platform=maker) if span or maker else None


def tag_moment(text: str) -> tuple[datetime, bool] | None:
    """A tag's ``YYYY:MM:DD HH:MM:SS`` without zone, and whether it has a time; None of nonsense."""
    match = _CLOCK.fullmatch(text.strip().rstrip("\0"))
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]}-{match[2]}-{match[3]}T{match[4] or '00:00:00'}")
    except ValueError:
        return None
    return moment, match[4] is not None


def _span(text: str, offset: str) -> DateSpan | None:
    found = tag_moment(text)
    if found is None:
        return None
    moment, has_time = found
    if has_time and re.fullmatch(r"[+-]\d\d:\d\d", offset.strip()):
        zoned = datetime.fromisoformat(moment.isoformat() + offset.strip()).astimezone(UTC)
        return DateSpan(
            zoned.date(), zoned.date(), Precision.INSTANT, Basis.FILE_TAG, f"{text} {offset}", zoned
        )
    return DateSpan(moment.date(), moment.date(), Precision.DAY, Basis.FILE_TAG, text)


PLUGIN = _Exif()
