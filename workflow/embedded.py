"""What a photograph or a screenshot says of itself in EXIF, XMP and PNG's texts, as proposals.

Nothing of it is believed: a camera's clock is as somebody set it, a credit as somebody typed it. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, LonLat, Precision, Proposal
from workflow.timespan import parse_span

__all__ = ["CAMERA_AZIMUTH", "CAMERA_POSITION", "embedded"]

CAMERA_POSITION, CAMERA_AZIMUTH = "camera_position", "camera_azimuth_deg"

_CLOCK = "the camera's own clock"
_SATELLITES = "the camera's satellite receiver"
_COMPASS = "the camera's compass"
_WRITTEN = "as somebody wrote it into the file"
_LONGEST = 300
_MOMENT = re.compile(
    r"(\d{4})[:-](\d\d)[:-](\d\d)[ T]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.\d+)?", re.ASCII
)
_DAY = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)", re.ASCII)
_ZONE = re.compile(r"([+-]\d\d:\d\d|Z)$", re.ASCII)
_NUMBER = re.compile(r"\(?(-?\d+(?:\.\d+)?)\)?", re.ASCII)

# the first of a row counts where several say the same
_DATES = (
    ("EXIF_DateTimeOriginal", "EXIF_OffsetTimeOriginal"),
    ("XMP_exif:DateTimeOriginal", ""),
    ("EXIF_DateTimeDigitized", "EXIF_OffsetTimeDigitized"),
    ("XMP_photoshop:DateCreated", ""),
    ("XMP_xmp:CreateDate", ""),
    ("PNG_Creation_Time", ""),
)
_CREDITS = (
    "XMP_photoshop:Credit",
    "EXIF_Copyright",
    "TIFFTAG_COPYRIGHT",
    "XMP_dc:rights",
    "EXIF_Artist",
    "TIFFTAG_ARTIST",
    "XMP_dc:creator",
    "PNG_Copyright",
    "PNG_Author",
)
_LICENCES = ("XMP_cc:license", "XMP_xmpRights:UsageTerms", "XMP_xmpRights:WebStatement")


def embedded(file: str, tags: Mapping[str, str]) -> tuple[Proposal, ...]:
    """The proposals of a file by the tags in it; each value once, the strongest source first."""
    seen: dict[tuple[str, str], Proposal] = {}
    for attribute, value, field, basis, span, place in _all(tags):
        key = attribute, span.earliest.isoformat() if span and span.earliest else value.casefold()
        seen.setdefault(key, Proposal(attribute, value, f"{file}: {field}", basis, span, place))
    return tuple(seen.values())


_Row = tuple[str, str, str, str, DateSpan | None, LonLat | None]


def _all(tags: Mapping[str, str]) -> Iterator[_Row]:
    if (span := _satellite_time(tags)) is not None:
        yield "acquired", span.verbatim, "EXIF_GPSTimeStamp", _SATELLITES, span, None
    for name, offset in _DATES:
        span = _span(tags.get(name, ""), tags.get(offset, ""))
        if span is not None:
            yield "acquired", span.verbatim, name, _CLOCK, span, None
    if (place := _position(tags)) is not None:
        words = f"{place.lat:.6f}, {place.lon:.6f}"
        yield CAMERA_POSITION, words, "EXIF_GPSLatitude, EXIF_GPSLongitude", _SATELLITES, None, place
    angle = _number(tags.get("EXIF_GPSImgDirection", ""))
    if angle is not None and 0 <= angle <= 360:
        north = "magnetic north" if tags.get("EXIF_GPSImgDirectionRef", "").strip() == "M" else "true north"
        yield (
            CAMERA_AZIMUTH,
            f"{angle % 360:g}",
            "EXIF_GPSImgDirection",
            f"{_COMPASS}, from {north}",
            None,
            None,
        )
    for row in _texts(tags):
        yield *row, None, None


def _texts(tags: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    camera = [words for name in ("EXIF_Make", "EXIF_Model") if (words := _words(tags.get(name, "")))]
    if len(camera) == 2 and camera[1].lower().startswith(camera[0].lower()):
        camera = camera[1:]
    if camera:
        yield "platform", " ".join(camera), "EXIF_Make, EXIF_Model", _WRITTEN
    for attribute, names in (("credit", _CREDITS), ("licence", _LICENCES)):
        for name in names:
            if words := _words(tags.get(name, "")):
                yield attribute, words, name, _WRITTEN


def _words(text: str) -> str:
    """The words of a printable text of moderate length, in one line; "" of anything else."""
    words = " ".join(text.replace("\0", " ").split())
    return words if len(words) <= _LONGEST and words.isprintable() else ""


def _span(text: str, offset: str) -> DateSpan | None:
    """The instant where a zone is written, else the day as the camera had it; None of nonsense."""
    text, offset = text.strip().rstrip("\0").strip(), offset.strip().rstrip("\0")
    moment, day = _MOMENT.match(text), _DAY.fullmatch(text)
    if moment is not None:
        zone = _ZONE.search(text[moment.end() :]) or _ZONE.fullmatch(offset)
        stated = f"{moment[1]}-{moment[2]}-{moment[3]}T{moment[4]}{zone[1] if zone else ''}"
    elif day is not None:
        stated = f"{day[1]}-{day[2]}-{day[3]}"
    else:
        return None
    try:
        span = parse_span(stated)
    except InputRefused:
        return None
    return replace(
        span, basis=Basis.FILE_TAG, verbatim=" ".join(part for part in (text, offset) if part)[:60]
    )


def _satellite_time(tags: Mapping[str, str]) -> DateSpan | None:
    """UTC by the satellites that gave the position."""
    day = _DAY.fullmatch(tags.get("EXIF_GPSDateStamp", "").strip().rstrip("\0"))
    clock = _three(tags.get("EXIF_GPSTimeStamp", ""))
    if day is None or clock is None:
        return None
    try:
        hour, minute, second = (int(one) for one in clock)
        at = datetime(int(day[1]), int(day[2]), int(day[3]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    text = at.isoformat().replace("+00:00", "Z")
    return DateSpan(at.date(), at.date(), Precision.INSTANT, Basis.FILE_TAG, text, at)


def _position(tags: Mapping[str, str]) -> LonLat | None:
    lat = _degrees(tags.get("EXIF_GPSLatitude", ""), tags.get("EXIF_GPSLatitudeRef", ""), "NS")
    lon = _degrees(tags.get("EXIF_GPSLongitude", ""), tags.get("EXIF_GPSLongitudeRef", ""), "EW")
    if lat is None or lon is None or (lat, lon) == (0.0, 0.0):  # what a receiver without a fix writes
        return None
    try:
        return LonLat(round(lon, 7), round(lat, 7))
    except ValueError:
        return None


def _degrees(text: str, side: str, sides: str) -> float | None:
    parts, side = _three(text), side.strip().rstrip("\0").upper()
    if parts is None or side not in tuple(sides):
        return None
    degrees, minutes, seconds = parts
    if min(parts) < 0 or minutes >= 60 or seconds >= 60:
        return None
    return (degrees + minutes / 60 + seconds / 3600) * (1 if side == sides[0] else -1)


def _three(text: str) -> tuple[float, float, float] | None:
    """Three numbers as GDAL writes them: ``(39) (1) (13.23)``."""
    parts = [_number(part) for part in text.strip().split()]
    if len(parts) != 3 or any(part is None for part in parts):
        return None
    one, two, three = (part or 0.0 for part in parts)
    return one, two, three


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text.strip())
    found = float(match[1]) if match else None
    return found if found is not None and math.isfinite(found) else None
