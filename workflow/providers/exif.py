"""The camera's own clock: EXIF in photographs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from workflow.metadata import Metadata, SourceFile
from workflow.model import UNCONFIRMED_DATE, Basis, DateSpan
from workflow.providers.base import Fields, Said, day_span, instant_span, put_together

__all__ = ["PLUGIN", "tag_moment"]

_CLOCK = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)(?:[ T](\d\d:\d\d:\d\d))?", re.ASCII)
_TAKEN = "EXIF_DateTimeOriginal"
_WARNING = f"{UNCONFIRMED_DATE}a camera's clock is as somebody set it"


class _Exif:
    name = "EXIF"
    rank = 20

    def read(self, source: SourceFile) -> Metadata | None:
        """`DateTimeOriginal`, with its offset from UTC where the camera wrote one; else the day as the camera
        had it, with a warning. `Make` and `Model`, and the copyright line.
        """
        tags = Fields(source.name, (((name,), text) for name, text in source.tags.items()))
        span = _span(source.tags.get(_TAKEN, ""), source.tags.get("EXIF_OffsetTimeOriginal", ""))
        camera = [said for name in ("EXIF_Make", "EXIF_Model") if (said := tags.text(name))]
        found = put_together(
            acquired=Said(span, f"{source.name}: {_TAKEN}") if span else None,
            platform=Said(" ".join(said.value for said in camera), camera[0].source) if camera else None,
            credit=tags.text("EXIF_Copyright"),
            warnings=(_WARNING,) if span else (),
        )
        return found if found.sources else None


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
    (moment, has_time), text, offset = found, text.strip().rstrip("\0"), offset.strip()
    if has_time and re.fullmatch(r"[+-]\d\d:\d\d", offset, re.ASCII):
        zoned = instant_span(f"{moment.isoformat()}{offset}", basis=Basis.FILE_TAG)
        if zoned is not None:
            return replace(zoned, verbatim=f"{text} {offset}")
    return day_span(moment.date(), text, Basis.FILE_TAG)


PLUGIN = _Exif()
