"""How a picture is shown: which bands as red, green and blue, and between which limits. A small closed grammar.

A choice is two short texts, as an address holds them: bands ``natural``, ``infrared`` or the number of one band,
limits ``120..1850`` for all bands shown or three of them with commas between. Empty is what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workflow.errors import InputRefused
from workflow.model import Capture, Stretch

__all__ = ["STORED", "BandPlan", "Display", "Shown", "band_plan", "parse_display", "shown_as"]

_BAND = re.compile(r"[1-9][0-9]?")
_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
_RGB = ("red", "green", "blue")
_INFRARED = ("nir", "red", "green")


@dataclass(frozen=True, slots=True)
class Display:
    """A choice: `bands` is "", ``natural``, ``infrared`` or a number from 1; `limits` are none, one or three."""

    bands: str = ""
    limits: tuple[Stretch, ...] = ()


STORED = Display()
"""What is stored: the first three bands, or the first as grey, between the limits found at intake."""


@dataclass(frozen=True, slots=True)
class BandPlan:
    """What a capture's bands are. `roles` has one word a band, empty where nobody said; `natural` and `infrared`
    are bands (from 0) for red, green and blue, None where there are none. `assumed` says that the file names no
    colours, so that the order is the usual one and not a known one.
    """

    roles: tuple[str, ...]
    natural: tuple[int, int, int] | None
    infrared: tuple[int, int, int] | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Bands (from 0) that are red, green and blue, and the limits of each; one band three times is grey."""

    bands: tuple[int, int, int]
    limits: tuple[Stretch, Stretch, Stretch]


def parse_display(bands: str, limits: str) -> Display:
    """The choice that two texts of an address state.

    Raises
    ------
    InputRefused
        when one is not in the grammar.
    """
    if bands and bands not in ("natural", "infrared") and not _BAND.fullmatch(bands):
        raise InputRefused(
            "Bands", f"{bands[:40]!r} is not known", "give natural, infrared or the number of one band"
        )
    return Display(bands, tuple(_limits(one) for one in _split(limits)))


def _split(limits: str) -> list[str]:
    parts = limits[:200].split(",") if limits else []
    if len(parts) not in (0, 1, 3):
        raise InputRefused("Limits", f"{len(parts)} were given", "give one for all bands, or three")
    return parts


def _limits(text: str) -> Stretch:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise InputRefused("Limits", f"{text[:40]!r} is not LOW..HIGH", "give two numbers, as 120..1850")
    low, high = float(match[1]), float(match[2])
    if not low < high:
        raise InputRefused("Limits", f"{text!r} is an empty range", "give the lower number first")
    return Stretch(low, high)


def band_plan(capture: Capture) -> BandPlan:
    """Which bands are what: as the file names them, else the usual order of three (red, green, blue) and of four
    bands (near-infrared last), said to be assumed. Of more bands without names nothing is assumed.
    """
    named = capture.band_roles if len(capture.band_roles) == capture.bands else ("",) * capture.bands
    assumed = not any(named) and capture.bands in (3, 4)
    roles = (*_RGB, "nir")[: capture.bands] if assumed else named
    return BandPlan(named, _bands(roles, _RGB), _bands(roles, _INFRARED), assumed)


def _bands(roles: Sequence[str], wanted: Sequence[str]) -> tuple[int, int, int] | None:
    if not all(roles.count(one) == 1 for one in wanted):
        return None
    first, second, third = (roles.index(one) for one in wanted)
    return first, second, third


def shown_as(capture: Capture, choice: Display) -> Shown:
    """The bands and limits of a choice for a capture.

    Raises
    ------
    InputRefused
        when it has no such bands.
    """
    bands = _chosen(capture, choice.bands)
    stored = capture.stretch
    limits = choice.limits or tuple(stored[at] for at in bands)
    red, green, blue = limits if len(limits) == 3 else (limits[0],) * 3
    return Shown(bands, (red, green, blue))


def _chosen(capture: Capture, bands: str) -> tuple[int, int, int]:
    count = len(capture.stretch)
    if not bands:
        return (0, 1, 2) if count >= 3 else (0, 0, 0)
    if bands in ("natural", "infrared"):
        plan = band_plan(capture)
        found = plan.natural if bands == "natural" else plan.infrared
        if found is None:
            raise InputRefused(
                f"Capture {capture.id}", f"has no bands for {bands} colour", "look at a single band"
            )
        return found
    if int(bands) > count:
        raise InputRefused(
            f"Capture {capture.id}", f"has {count} bands, not {bands}", f"give a number from 1 to {count}"
        )
    return (int(bands) - 1,) * 3
