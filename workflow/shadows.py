"""Heights from shadows: where the sun stands, and what the length of a shadow on level ground says.

The sun's place is the low-precision solar position of NOAA's calculator (after Meeus, Astronomical
Algorithms): good to 0.05 degrees between 1950 and 2050. Angles are degrees; azimuths run clockwise from true
north.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from workflow.model import Basis, Capture, DateSpan, LonLat

__all__ = [
    "Height",
    "Sun",
    "SunSource",
    "Sunlight",
    "height_from_shadow",
    "off_course_deg",
    "refraction_deg",
    "sun_at",
    "sunlight",
    "usual_sun",
]

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_FORMULA_ERROR_DEG = 0.05
# what is stated is rounded, and some dialects state it without refraction
_STATED_ERROR_DEG = 0.1
# a strip is taken within a minute; the instant names its middle or an end
_TIME_ERROR = timedelta(seconds=30)
_KM_PER_DEGREE = 111.32
_LOWEST_DEG = 1.0
# beyond it a statement and the sun over that place at that time cannot both be right
_DISAGREEMENT_DEG = 1.0
# a month either way turns the mid-morning sun by about as much as an hour does
_USUAL_DAYS = 62
_CLOCKS = (Basis.PRODUCT_METADATA, Basis.FILE_NAME, Basis.STATED)


class Sun(NamedTuple):
    """Azimuth in degrees clockwise from true north, elevation in degrees above the horizon, unrefracted."""

    azimuth_deg: float
    elevation_deg: float

    def shadow_per_metre(self) -> tuple[float, float]:
        """Metres east and north from the foot of a thing one metre high to the tip of its shadow on flat
        ground.

        Below 5 degrees the length is that at 5 degrees.
        """
        length = 1.0 / math.tan(math.radians(max(self.elevation_deg, 5.0)))
        azimuth = math.radians(self.azimuth_deg)
        return -length * math.sin(azimuth), -length * math.cos(azimuth)


class SunSource(StrEnum):
    """How the sun over a picture is known, or why it is not."""

    STATED = "stated"
    COMPUTED = "computed"
    NO_TIME = "no time"
    UNSURE_TIME = "unsure time"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Sunlight:
    """The sun over a picture, as seen from the ground; None where it is not known, for which `source` has the reason.

    Errors are the most that the angle can be off. `differs_deg` is how far a stated elevation lies from the
    one at that time and place, where that is more than a degree.
    """

    source: SunSource
    elevation_deg: float | None = None
    elevation_error_deg: float = 0.0
    azimuth_deg: float | None = None
    azimuth_error_deg: float = 0.0
    differs_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Height:
    """Metres above the ground at the shadow's tip: the height, and the least and most that it can be."""

    height_m: float
    least_m: float
    most_m: float


# -- the sun -------------------------------------------------------------------------------------------------


def sun_at(place: LonLat, when: datetime) -> Sun:
    """The sun over `place` at the aware instant `when`, without refraction."""
    days = (when - _J2000).total_seconds() / 86400.0
    declination, equation_min = _declination_and_equation(days / 36525.0)
    utc = when.astimezone(UTC)
    minutes = utc.hour * 60 + utc.minute + utc.second / 60.0
    hour_angle = math.radians((minutes + equation_min + 4.0 * place.lon) / 4.0 - 180.0)
    lat = math.radians(place.lat)
    up = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.cos(lat) * math.sin(declination) - math.sin(lat) * math.cos(declination) * math.cos(
        hour_angle
    )
    return Sun(
        math.degrees(math.atan2(east, north)) % 360.0, math.degrees(math.asin(max(-1.0, min(1.0, up))))
    )


def _declination_and_equation(century: float) -> tuple[float, float]:
    """Declination in radians and the equation of time in minutes, `century` Julian centuries after J2000."""
    mean_longitude = math.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360.0)
    anomaly = math.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = mean_longitude + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity = math.radians(23.4392911 - 0.0130042 * century + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(apparent))
    y = math.tan(obliquity / 2) ** 2
    equation = (
        y * math.sin(2 * mean_longitude)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean_longitude)
        - 0.5 * y * y * math.sin(4 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * math.sin(2 * anomaly)
    )
    return declination, 4.0 * math.degrees(equation)


def refraction_deg(elevation_deg: float) -> float:
    """How much higher the air makes the sun stand than it is, for elevations from 1 to 90 degrees (NOAA)."""
    if elevation_deg > 85.0:
        return 0.0
    tangent = math.tan(math.radians(elevation_deg))
    if elevation_deg > 5.0:
        return (58.1 / tangent - 0.07 / tangent**3 + 0.000086 / tangent**5) / 3600.0
    e = elevation_deg
    return (1735.0 + e * (-518.2 + e * (103.4 + e * (-12.79 + e * 0.711)))) / 3600.0


def sunlight(capture: Capture, place: LonLat) -> Sunlight:
    """The sun over `place` in a picture: what its metadata state, else computed from its exact time."""
    found = _computed(capture, place)
    elevation = capture.sun_elevation_deg
    if elevation is None:
        return found
    if elevation < _LOWEST_DEG:
        return Sunlight(SunSource.NIGHT)
    # stated for the middle of the picture: it changes by at most a degree a degree of way on the Earth
    error = _STATED_ERROR_DEG + _way_deg(capture.footprint, place)
    azimuth = capture.sun_azimuth_deg if capture.sun_azimuth_deg is not None else found.azimuth_deg
    off = None if found.elevation_deg is None else abs(found.elevation_deg - elevation)
    return Sunlight(
        SunSource.STATED,
        elevation,
        error,
        azimuth,
        _azimuth_error(error, elevation),
        off if off is not None and off > max(_DISAGREEMENT_DEG, error) else None,
    )


def usual_sun(span: DateSpan, place: LonLat) -> Sun | None:
    """The sun at 10:45 local solar time, when most satellites pass, on a day known within two months; else None."""
    if span.earliest is None or span.latest is None or (span.latest - span.earliest).days > _USUAL_DAYS:
        return None
    middle = span.earliest + (span.latest - span.earliest) / 2
    noon = datetime.combine(middle, time(12), UTC) - timedelta(hours=place.lon / 15.0)
    sun = sun_at(place, noon - timedelta(minutes=75))
    return sun if sun.elevation_deg >= _LOWEST_DEG else None


def _computed(capture: Capture, place: LonLat) -> Sunlight:
    instant = capture.acquired.instant
    if instant is None:
        return Sunlight(SunSource.NO_TIME)
    if capture.acquired.basis not in _CLOCKS:
        return Sunlight(SunSource.UNSURE_TIME)
    sun = sun_at(place, instant)
    if sun.elevation_deg < _LOWEST_DEG:
        return Sunlight(SunSource.NIGHT)
    near = [sun_at(place, instant + step) for step in (-_TIME_ERROR, _TIME_ERROR)]
    error = _FORMULA_ERROR_DEG + max(abs(one.elevation_deg - sun.elevation_deg) for one in near)
    turn = max(abs(_turn(one.azimuth_deg - sun.azimuth_deg)) for one in near)
    elevation = sun.elevation_deg + refraction_deg(sun.elevation_deg)
    azimuth_error = turn + _azimuth_error(_FORMULA_ERROR_DEG, elevation)
    return Sunlight(SunSource.COMPUTED, elevation, error, sun.azimuth_deg, azimuth_error)


def _azimuth_error(error_deg: float, elevation_deg: float) -> float:
    """The azimuth error of a direction that is off by `error_deg` on the sky."""
    return min(180.0, error_deg / max(math.cos(math.radians(elevation_deg)), 1e-3))


def _way_deg(ring: Sequence[LonLat], place: LonLat) -> float:
    """Degrees on the Earth from the middle of a closed ring to a place; 0 without a ring."""
    if not ring:
        return 0.0
    lons = [_turn(one.lon - place.lon) for one in ring[:-1]]
    lats = [one.lat - place.lat for one in ring[:-1]]
    east = sum(lons) / len(lons) * math.cos(math.radians(place.lat))
    return math.hypot(east, sum(lats) / len(lats))


def _turn(angle_deg: float) -> float:
    """The same angle within ±180 degrees."""
    return (angle_deg + 180.0) % 360.0 - 180.0


# -- the height ----------------------------------------------------------------------------------------------


def height_from_shadow(
    length_m: float, length_error_m: float, elevation_deg: float, elevation_error_deg: float
) -> Height:
    """The height whose shadow on level ground is `length_m` long under a sun `elevation_deg` high.

    The least and the most are those of both errors at once: of the reading and of the sun.
    """

    def height(length: float, elevation: float) -> float:
        return max(length, 0.0) * math.tan(math.radians(min(max(elevation, 0.0), 89.9)))

    return Height(
        height(length_m, elevation_deg),
        height(length_m - length_error_m, elevation_deg - elevation_error_deg),
        height(length_m + length_error_m, elevation_deg + elevation_error_deg),
    )


def off_course_deg(
    bearing_deg: float, azimuth_deg: float, azimuth_error_deg: float, length_m: float, length_error_m: float
) -> float | None:
    """How far a drawn shadow points from where the sun throws it, clockwise; None where errors explain it.

    `bearing_deg` leads from the foot to the tip of the shadow. A reading error across the shadow turns it.
    """
    off = _turn(bearing_deg - azimuth_deg - 180.0)
    reading = math.degrees(math.atan2(length_error_m, length_m))
    return off if abs(off) > azimuth_error_deg + reading else None
