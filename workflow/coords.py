"""Positions as text, and distances: decimal degrees, degrees with minutes and seconds, UTM, MGRS, Plus Codes.

Everything is WGS 84; a `LonLat` is longitude first, while text without letters is read latitude first, as it
is written. A swapped pair is refused and offered, never taken. How finely a text states its place is read
from the text: one arc-second is about 31 m, the third decimal of a degree 111 m, the last MGRS digit 1 m.
"""

from __future__ import annotations

import math
import re
import warnings
from functools import cache
from typing import Any

from workflow.errors import InputRefused
from workflow.model import LonLat, Position

__all__ = [
    "METRES_PER_DEGREE",
    "bearing_deg",
    "circle",
    "distance_m",
    "format_decimal",
    "format_dms",
    "format_mgrs",
    "lonlat",
    "parse_position",
    "sector",
]

METRES_PER_DEGREE = 111_320.0
"""Length of one degree of latitude, and of longitude at the equator, in metres."""

_LONGEST_TEXT = 200
_FORMS = (
    "write decimal degrees (39.0203, 125.7347), degrees with minutes and seconds (39° 1'13\"N 125°44'5\"E), "
    "UTM (51N 736600 4322800), MGRS or a full Plus Code"
)
_BANDS = "CDEFGHJKLMNPQRSTUVWX"

# signs that stand for the same thing, the Korean words among them
_SIGNS = {
    **dict.fromkeys("º˚", "°"),
    **dict.fromkeys("′’‘´`ʹ", "'"),
    **dict.fromkeys("″”“ʺ", '"'),
    **dict.fromkeys("−–", "-"),
    "\ufeff": "",
}
_WORDS = {"북위": "N", "남위": "S", "동경": "E", "서경": "W", "도": "°", "분": "'", "초": '"', "''": '"'}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_TOKEN = re.compile(rf"\s*([NSEW]|[+-]?{_NUMBER}|[°'\":,;/])\s*", re.IGNORECASE)
_ANGLES = (
    re.compile(rf"([+-]?{_NUMBER})(?: °)?"),
    re.compile(rf"([+-]?[0-9]+)(?: [°:])? ({_NUMBER})(?: ')?"),
    re.compile(rf"([+-]?[0-9]+)(?: [°:])? ([0-9]+)(?: [':])? ({_NUMBER})(?: \")?"),
)
_UTM = re.compile(
    rf"(?:UTM\s*)?(?:ZONE\s*)?([0-9]{{1,2}})\s*([A-Z]|NORTH|SOUTH)[\s,]+E?\s*({_NUMBER})\s*(?:M?E)?[\s,]+N?\s*({_NUMBER})\s*(?:M?N)?"
)
_UTM_EPSG = re.compile(rf"EPSG:32([67])([0-9]{{2}})[\s,]+({_NUMBER})[\s,]+({_NUMBER})")
_MGRS = re.compile(r"(?:MGRS:?)?([0-9]{1,2}[C-HJ-NP-X]|[ABYZ])([A-HJ-NP-Z]{2})([0-9]*)")


def parse_position(text: str) -> Position:
    """The place that `text` states, with its precision in metres and the text itself.

    Takes decimal degrees, degrees and minutes, degrees, minutes and seconds (latitude first unless letters
    say otherwise), UTM, MGRS and full Plus Codes. Coarse MGRS and Plus Codes give the middle of their square.

    Raises
    ------
    InputRefused
        when the text is none of these, is out of range, or fits only with latitude and longitude swapped.
    """
    verbatim = text.strip()
    if not verbatim or len(verbatim) > _LONGEST_TEXT:
        shown = f"'{verbatim[:20]}…' is too long" if verbatim else "the text is empty"
        raise InputRefused("position", shown, _FORMS)
    for read in (_plus_code, _utm, _mgrs, _angles):
        found = read(verbatim)
        if found is not None:
            place, precision_m = found
            return Position(place, float(f"{precision_m:.3g}"), verbatim)
    raise InputRefused(f"position '{verbatim}'", "is not a form that can be read", _FORMS)


def lonlat(lon: float, lat: float) -> LonLat:
    """The checked place of two numbers in decimal degrees.

    Raises
    ------
    InputRefused
        when a number is not finite or out of range; if only the swapped pair would do, that is offered.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InputRefused(
            "position", f"longitude {lon}, latitude {lat} is not finite", "give two finite numbers"
        )
    if abs(lon) <= 180 and abs(lat) <= 90:
        return LonLat(lon, lat)
    problem = f"longitude {lon:.10g}, latitude {lat:.10g} is outside ±180, ±90"
    if abs(lat) <= 180 and abs(lon) <= 90:
        remedy = f"if the two are swapped, give latitude {lon:.10g}, longitude {lat:.10g}"
    else:
        remedy = "correct the numbers; positions are WGS 84 in degrees"
    raise InputRefused("position", problem, remedy)


# -- printing and measuring ----------------------------------------------------------------------------------


def format_dms(place: LonLat) -> str:
    """Degrees, minutes and whole seconds, minutes padded with a space: ``39° 1'13"N 125°44'5"E``."""
    return f"{_dms(place.lat, 'NS')} {_dms(place.lon, 'EW')}"


def format_decimal(place: LonLat, digits: int = 5) -> str:
    """Latitude and longitude in decimal degrees: ``39.02028, 125.73472``. Five digits are about one metre."""
    return f"{place.lat:.{digits}f}, {place.lon:.{digits}f}"


def format_mgrs(place: LonLat) -> str:
    """The square of one metre in the MGRS grid in which the place lies: ``51S YD 35719 22848``."""
    from mgrs import MGRS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        code = MGRS().toMGRS(place.lat, place.lon)
    zone, square, digits = code[:-12], code[-12:-10], code[-10:]
    return f"{zone} {square} {digits[:5]} {digits[5:]}"


def _dms(value: float, letters: str) -> str:
    seconds = round(abs(value) * 3600)
    letter = letters[value < 0 and seconds > 0]
    return f"{seconds // 3600}°{seconds // 60 % 60:2d}'{seconds % 60}\"{letter}"


def circle(centre: LonLat, radius_m: float, corners: int = 72) -> list[LonLat]:
    """A closed ring around the centre, counter-clockwise, within the map."""
    north = radius_m / METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(centre.lat)), 0.01)
    turns = [2 * math.pi * (number % corners) / corners for number in range(corners + 1)]
    return [
        LonLat(
            (centre.lon + east * math.cos(turn) + 180) % 360 - 180,
            min(max(centre.lat + north * math.sin(turn), -90), 90),
        )
        for turn in turns
    ]


def sector(
    centre: LonLat, radius_m: float, azimuth_deg: float, field_deg: float, corners: int = 24
) -> list[LonLat]:
    """A closed ring, counter-clockwise, around what is seen from the centre as far as `radius_m`.

    It is `field_deg` wide, with `azimuth_deg` (clockwise from true north) in its middle.
    """
    first = azimuth_deg + field_deg / 2
    turns = [first - field_deg * number / corners for number in range(corners + 1)]
    lons, lats, _ = _geod().fwd(
        [centre.lon] * len(turns), [centre.lat] * len(turns), turns, [radius_m] * len(turns)
    )
    arc = [LonLat(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
    return [centre, *arc, centre]


def distance_m(start: LonLat, end: LonLat) -> float:
    """Length of the geodesic on the WGS 84 ellipsoid, in metres."""
    return float(_geod().inv(start.lon, start.lat, end.lon, end.lat)[2])


def bearing_deg(start: LonLat, end: LonLat) -> float:
    """Direction in which the geodesic leaves `start` for `end`: clockwise from true north, 0 up to 360."""
    azimuth = float(_geod().inv(start.lon, start.lat, end.lon, end.lat)[0]) % 360
    return 0.0 if azimuth == 360 else azimuth  # a tiny negative azimuth rounds up to 360


@cache
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


@cache
def _from_projected(epsg: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(epsg, 4326, always_xy=True)


# -- grids and codes -----------------------------------------------------------------------------------------


def _plus_code(text: str) -> tuple[LonLat, float] | None:
    from openlocationcode import openlocationcode

    code = text.upper()
    if "+" not in code[2:] or not openlocationcode.isValid(code):
        return None
    if not openlocationcode.isFull(code):
        raise InputRefused(
            f"position '{text}'",
            "is a short Plus Code, whose place depends on a town",
            "give the full code (8Q7XXXXX+XX)",
        )
    area = openlocationcode.decode(code)
    height_m = (area.latitudeHi - area.latitudeLo) * METRES_PER_DEGREE
    return LonLat(area.longitudeCenter, area.latitudeCenter), height_m


def _mgrs(text: str) -> tuple[LonLat, float] | None:
    match = _MGRS.fullmatch(re.sub(r"\s+", "", text.upper()))
    if match is None:
        return None
    zone, square, digits = match.groups()
    half, odd = divmod(len(digits), 2)
    if odd or half > 5:
        raise InputRefused(
            f"position '{text}'",
            f"has {len(digits)} MGRS digits",
            "give 2, 4, 6, 8 or 10 of them, easting first",
        )
    middle = (part.ljust(half + 1, "5").ljust(5, "0")[:5] for part in (digits[:half], digits[half:]))
    return _mgrs_place(text, zone + square + "".join(middle)), 10.0 ** (5 - half)


def _mgrs_place(text: str, code: str) -> LonLat:
    from mgrs import MGRS
    from mgrs.core import MGRSError

    try:
        with warnings.catch_warnings():  # the middle of a square may lie just beyond its latitude band
            warnings.simplefilter("ignore", RuntimeWarning)
            lat, lon = MGRS().toLatLon(code)
        return LonLat(lon, lat)
    except (MGRSError, ValueError) as error:
        raise InputRefused(
            f"position '{text}'", "is not a square of the MGRS grid", "check zone and letters"
        ) from error


def _utm(text: str) -> tuple[LonLat, float] | None:
    upper = text.upper()
    if match := _UTM_EPSG.fullmatch(upper):
        epsg, easting, northing = int(f"32{match[1]}{match[2]}"), match[3], match[4]
        band = ""
    elif match := _UTM.fullmatch(upper):
        zone, band, easting, northing = match.groups()
        north = _is_north(text, band, float(northing))
        epsg = (32600 if north else 32700) + int(zone)
    else:
        return None
    if not 1 <= epsg % 100 <= 60:
        raise InputRefused(f"position '{text}'", f"has UTM zone {epsg % 100}", "zones run from 1 to 60")
    place = _utm_place(text, epsg, float(easting), float(northing))
    if len(band) == 1 and band not in "NS" and _band(place.lat) != band:
        raise InputRefused(
            f"position '{text}'",
            f"lies in band {_band(place.lat)}, not {band}",
            "correct the band or the northing",
        )
    return place, max(_unit(easting), _unit(northing))


def _is_north(text: str, band: str, northing: float) -> bool:
    if band in ("NORTH", "SOUTH", "N"):
        return band != "SOUTH"
    if band == "S" and 3_540_000 <= northing <= 4_430_000:
        zone = text.upper().replace("UTM", "").replace("ZONE", "").split("S")[0].strip()
        raise InputRefused(
            f"position '{text}'",
            "S can be the southern hemisphere or the latitude band S (32 to 40 degrees north)",
            f"write '{zone} north …' or '{zone} south …'",
        )
    if band not in _BANDS:
        raise InputRefused(
            f"position '{text}'", f"has no UTM latitude band '{band}'", "write N or S for the hemisphere"
        )
    return band > "M" and band != "S"


def _utm_place(text: str, epsg: int, easting: float, northing: float) -> LonLat:
    lon, lat = _from_projected(epsg).transform(easting, northing)
    within = 100_000 <= easting <= 900_000 and 0 <= northing <= 10_000_000
    if not (within and math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 84.5):
        raise InputRefused(
            f"position '{text}'",
            f"easting {easting:g} m, northing {northing:g} m is outside a UTM zone",
            "give easting (100000 to 900000) before northing (0 to 10000000), in metres",
        )
    return LonLat(lon, lat)


def _band(lat: float) -> str:
    return _BANDS[min(max(int((lat + 80) // 8), 0), len(_BANDS) - 1)]


def _unit(number: str) -> float:
    """What one step of the last digit stands for: 1 for "12", 0.01 for "12.25"."""
    return 10.0 ** -len(number.partition(".")[2])


# -- angles --------------------------------------------------------------------------------------------------


def _angles(text: str) -> tuple[LonLat, float] | None:
    tokens = _tokens(text)
    halves = _halves(tokens) if tokens else None
    if halves is None:
        return None
    (first_letter, first), (second_letter, second) = halves
    if first_letter in ("E", "W") or second_letter in ("N", "S"):
        (first_letter, first), (second_letter, second) = halves[1], halves[0]
    lat, lat_unit = _angle(text, first, first_letter)
    lon, lon_unit = _angle(text, second, second_letter)
    try:
        place = lonlat(lon, lat)
    except InputRefused as error:
        raise InputRefused(f"position '{text}'", error.problem, error.remedy) from error
    across = math.cos(math.radians(place.lat))
    return place, METRES_PER_DEGREE * max(lat_unit, lon_unit * across)


def _tokens(text: str) -> list[str] | None:
    """Numbers, signs, letters and separators in order; None when there is anything else."""
    for word, sign in _WORDS.items():
        text = text.replace(word, sign)
    text = "".join(_SIGNS.get(letter, letter) for letter in text).replace("''", '"').strip()
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(match[1].upper())
        at = match.end()
    return tokens


def _halves(tokens: list[str]) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Two (letter or "", angle as tokens joined by spaces); None when the tokens are not two angles."""
    letters = _where(tokens, "NSEW")
    if letters:
        if len(letters) != 2 or (tokens[letters[0]] in "NS") == (tokens[letters[1]] in "NS"):
            return None
        cut = letters[1] if letters[0] == 0 else letters[0] + 1
    else:
        cut = _cut_without_letters(tokens)
    first, second = (_half(part) for part in (tokens[:cut], tokens[cut:]))
    return None if first is None or second is None else (first, second)


def _where(tokens: list[str], signs: str) -> list[int]:
    return [index for index, token in enumerate(tokens) if token in signs]


def _cut_without_letters(tokens: list[str]) -> int:
    separators, degrees = _where(tokens, ",;/"), _where(tokens, "°")
    if len(separators) == 1:
        return separators[0]
    if len(degrees) == 2:
        return degrees[1] - 1
    numbers = [index for index, token in enumerate(tokens) if token[-1].isdigit()]
    return numbers[len(numbers) // 2] if len(numbers) in (2, 4, 6) else 0


def _half(tokens: list[str]) -> tuple[str, str] | None:
    """One angle: its letter (first or last) and the rest, without the comma at its edge."""
    part = list(tokens)
    while part and part[0] in ",;/":
        part.pop(0)
    while part and part[-1] in ",;/":
        part.pop()
    letter = ""
    if part and part[0] in "NSEW":
        letter = part.pop(0)
    elif part and part[-1] in "NSEW":
        letter = part.pop()
    return (letter, " ".join(part)) if part else None


def _angle(text: str, angle: str, letter: str) -> tuple[float, float]:
    """Signed degrees and the size of the last stated unit in degrees."""
    parts = next((match.groups() for pattern in _ANGLES if (match := pattern.fullmatch(angle))), None)
    if parts is None:
        raise InputRefused(f"position '{text}'", f"'{angle}' is not an angle", _FORMS)
    if any(float(part) >= 60 for part in parts[1:]):
        raise InputRefused(
            f"position '{text}'", "has 60 or more minutes or seconds", "minutes and seconds stay below 60"
        )
    if letter and parts[0][0] in "+-":
        raise InputRefused(f"position '{text}'", "has both a sign and a letter", "give one of the two")
    value = sum(abs(float(part)) / 60**power for power, part in enumerate(parts))
    negative = parts[0].startswith("-") or letter in ("S", "W")
    return -value if negative else value, _unit(parts[-1]) / 60 ** (len(parts) - 1)
