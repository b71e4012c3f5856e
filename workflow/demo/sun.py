"""Where the sun stands: the low-precision solar position of NOAA's calculator (after Meeus, Astronomical
Algorithms).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import NamedTuple

from workflow.model import LonLat

__all__ = ["Sun", "sun_at"]

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


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


def sun_at(place: LonLat, when: datetime) -> Sun:
    """The sun over `place` at the aware instant `when`; good to about 0.05 degrees between 1950 and 2050."""
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
