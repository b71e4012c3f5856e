"""What a capture can show: how fine it must be for each class of target, and how fine it is.

Every class has two needs, one for *detecting* that something of the kind stands there, one for *identifying* it:
metres a pixel at most, and a level of NIIRS (National Imagery Interpretability Rating Scale) at least. A project
overrides them in `interpretability.toml`, a table a class::

    [gantry]
    detect_gsd_m = 0.75    # inf: no limit
    detect_niirs = 4       # 0: no limit
    identify_gsd_m = 0.4
    identify_niirs = 5

Where only the pixel of a task is set, its NIIRS follows from it. The NIIRS of a capture is estimated, see `niirs`.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from workflow.datewords import Language
from workflow.errors import InputRefused
from workflow.model import State, TargetClass
from workflow.words import say

__all__ = [
    "DEFAULTS",
    "KEYS",
    "Legible",
    "Limits",
    "Need",
    "Overrides",
    "Reading",
    "as_stated",
    "caution",
    "checked",
    "coarsest_gsd_m",
    "limits_with",
    "niirs",
    "parse_limits",
    "reading",
    "view_gsd_m",
    "with_limits",
    "words",
]

KEYS = ("detect_gsd_m", "detect_niirs", "identify_gsd_m", "identify_niirs")
"""What a project may set for a class."""

Overrides = Mapping[TargetClass, Mapping[str, float]]

# GIQE 5 with the edge response and noise of its own example: NIIRS 5 at 20.8 inches (NGA, 16 September 2015)
_GSD_OF_NIIRS_5_M = 0.528
_LEVELS_PER_DECADE = 3.32
# fitted to the GSD and off-nadir angle that 13,582 tiles of four satellites state, see docs/interpretability.md
_VIEW_EXPONENT = 1.9
_WORST, _BEST = 0.0, 9.0
# what a limit may be exceeded by before it counts: the third digit of a pixel says nothing
_TOLERANCE = 1.005


@dataclass(frozen=True, slots=True)
class Need:
    """What a task asks of a capture: metres a pixel at most (inf: any), NIIRS at least (0: any)."""

    gsd_m: float = math.inf
    niirs: float = _WORST


@dataclass(frozen=True, slots=True)
class Limits:
    """What detecting and identifying a class ask, and what the defaults rest on."""

    detect: Need = Need()
    identify: Need = Need()
    basis: str = ""


class Legible(StrEnum):
    """How much of a class of target a capture can show."""

    TOO_COARSE = "too coarse"
    DETECT = "detect"
    IDENTIFY = "identify"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Reading:
    """How much a capture shows of a class, and why not more: a clause without full stop, empty where all is well."""

    level: Legible
    why: str = ""


def view_gsd_m(gsd_m: float, off_nadir_deg: float | None) -> float:
    """Metres on the ground that a pixel of `gsd_m` at nadir covers `off_nadir_deg` away from it (None: at nadir)."""
    return float(gsd_m / math.cos(math.radians(min(abs(off_nadir_deg or 0.0), 89.0))) ** _VIEW_EXPONENT)


def niirs(gsd_m: float, off_nadir_deg: float | None = None) -> float:
    """Estimated NIIRS, 0 to 9, of a sharp picture in good light: 5 - 3.32 log10(GSD / 0.528 m).

    The GSD is that of the view, see `view_gsd_m`. From the General Image Quality Equation, version 5, with a relative
    edge response of 0.35 and a signal-to-noise ratio of 50; haze, blur, snow and long shadows make a picture worse.
    """
    level = 5 - _LEVELS_PER_DECADE * math.log10(view_gsd_m(gsd_m, off_nadir_deg) / _GSD_OF_NIIRS_5_M)
    return min(max(level, _WORST), _BEST)


def _need(gsd_m: float) -> Need:
    """The need for `gsd_m`, with its NIIRS rounded down to half a level."""
    return Need(gsd_m, math.floor(2 * niirs(gsd_m)) / 2)


def _limits(detect_m: float, identify_m: float, basis: str) -> Limits:
    return Limits(_need(detect_m), _need(identify_m), basis)


DEFAULTS: Mapping[TargetClass, Limits] = {
    TargetClass.GANTRY: _limits(0.75, 0.4, "a beam a metre deep over a road, and its shadow; no criterion of its own"),
    TargetClass.CAMERA: _limits(0.15, 0.05, "a housing of 0.2 to 0.5 m; a task of NIIRS 8 to identify"),
    TargetClass.POLE: _limits(0.4, 0.25, "single telephone and electricity poles are identified at Civil NIIRS 6"),
    TargetClass.MAST: _limits(1.0, 0.5, "thicker than a pole, with a long shadow; no criterion of its own"),
    TargetClass.CHECKPOINT: _limits(1.2, 0.5, "barriers, huts and a widened road; no criterion of its own"),
    TargetClass.GUARD_POST: _limits(1.0, 0.5, "a hut of 2 to 3 m; no criterion of its own"),
    TargetClass.FENCE: _limits(0.75, 0.3, "posts and shadow make a line, the mesh stays unseen; no criterion"),
    TargetClass.BUILDING: _limits(1.7, 1.0, "houses and barns of a farm are detected at Civil NIIRS 3.3"),
    TargetClass.LANDMARK: _limits(1.7, 1.0, "as a building"),
    TargetClass.OTHER: Limits(basis="nothing is known of it, so there is no limit"),
}  # fmt: skip


def limits_with(overrides: Overrides) -> dict[TargetClass, Limits]:
    """Limits of every class: the defaults, and what `overrides` sets."""
    return {kind: _overridden(DEFAULTS[kind], overrides.get(kind, {})) for kind in TargetClass}


def as_stated(limits: Limits) -> dict[str, float]:
    """The four limits by their `KEYS`."""
    needs = (limits.detect, limits.identify)
    return dict(zip(KEYS, (value for need in needs for value in (need.gsd_m, need.niirs)), strict=True))


def _overridden(default: Limits, stated: Mapping[str, float]) -> Limits:
    detect = _stated_need(default.detect, stated.get("detect_gsd_m"), stated.get("detect_niirs"))
    identify = _stated_need(default.identify, stated.get("identify_gsd_m"), stated.get("identify_niirs"))
    return Limits(detect, identify, default.basis)


def _stated_need(default: Need, gsd_m: float | None, level: float | None) -> Need:
    need = default if gsd_m is None else _need(gsd_m)
    return need if level is None else Need(need.gsd_m, level)


# -- a capture against the limits ----------------------------------------------------------------------------


def reading(
    kind: TargetClass,
    limits: Limits,
    gsd_m: float | None,
    off_nadir_deg: float | None,
    language: Language = "en",
) -> Reading:
    """How much a capture with pixels of `gsd_m` shows of `kind`; without a known pixel nothing is known. `language` is
    that of the clause.
    """
    if limits.detect == limits.identify == Need():
        return Reading(Legible.IDENTIFY)
    called = words(kind) if language == "en" else say(kind.value, language)
    if gsd_m is None or not 0 < gsd_m < math.inf:
        why = "the ground sample distance is not known, so neither is whether it can show a {kind}"
        return Reading(Legible.UNKNOWN, say(why, language, kind=called))
    for level, why, need in (
        (Legible.TOO_COARSE, "{measured}; to detect a {kind} takes {need}", limits.detect),
        (Legible.DETECT, "{measured}; to identify a {kind} takes {need}", limits.identify),
    ):
        if view_gsd_m(gsd_m, off_nadir_deg) > coarsest_gsd_m(need):
            measured, asked = _measured(gsd_m, off_nadir_deg, language), _asked(need, language)
            return Reading(level, say(why, language, measured=measured, kind=called, need=asked))
    return Reading(Legible.IDENTIFY)


def coarsest_gsd_m(need: Need) -> float:
    """The coarsest pixel of a view that meets a need: what pixel and NIIRS ask together; inf: any."""
    by_level = _GSD_OF_NIIRS_5_M * 10 ** ((5 - need.niirs) / _LEVELS_PER_DECADE) if need.niirs else math.inf
    return min(need.gsd_m, by_level) * _TOLERANCE


def _measured(gsd_m: float, off_nadir_deg: float | None, language: Language) -> str:
    pixel, level = f"{gsd_m:.3g}", f"{niirs(gsd_m, off_nadir_deg):.1f}"
    if not off_nadir_deg:
        return say("pixels of {pixel} m (about NIIRS {level})", language, pixel=pixel, level=level)
    return say(
        "pixels of {pixel} m, {view} m at {angle}° off nadir (about NIIRS {level})",
        language,
        pixel=pixel,
        view=f"{view_gsd_m(gsd_m, off_nadir_deg):.3g}",
        angle=f"{off_nadir_deg:.3g}",
        level=level,
    )


def _asked(need: Need, language: Language) -> str:
    pixel = f"{need.gsd_m:g} m" if need.gsd_m < math.inf else ""
    level = f"NIIRS {need.niirs:g}" if need.niirs else ""
    if pixel and level:
        return say("{pixel} and {level}", language, pixel=pixel, level=level)
    return pixel or level


def words(kind: TargetClass) -> str:
    """The class as it stands in a sentence: ``guard post``."""
    return kind.value.replace("-", " ")


def caution(kind: TargetClass, seen: Reading, state: State) -> str:
    """What to know of a `state` that may be said but rests on too little, as a sentence; empty where it does not."""
    if not seen.why or not state.decisive:
        return ""
    if seen.level is Legible.UNKNOWN:
        return f"{seen.why[0].upper()}{seen.why[1:]}."
    if state is State.ABSENT:
        return "" if seen.level is Legible.DETECT else f"'absent' rests on the note alone: {seen.why}."
    if seen.level is Legible.DETECT:
        return f"Something is there; that it is a {words(kind)} is not identified at this resolution: {seen.why}."
    return f"This is finer than the picture should show: {seen.why}."


# -- the project's file --------------------------------------------------------------------------------------


def parse_limits(text: str, name: str) -> dict[TargetClass, dict[str, float]]:
    """What the project's file `name` sets, by class.

    Raises
    ------
    InputRefused
        when it is no TOML, or names a class, a key or a value that cannot be.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(
            name, f"it is no TOML ({error})", "mend it, or move it away to use the defaults"
        ) from error
    except RecursionError as error:
        raise InputRefused(name, "it is nested too deeply", "write one table a class") from error
    return {_class(key, name): _stated(key, table, name) for key, table in tables.items()}


def _class(key: str, name: str) -> TargetClass:
    try:
        return TargetClass(key)
    except ValueError:
        raise InputRefused(
            name, f"[{key}] is no class of targets", _nearest(key, list(TargetClass))
        ) from None


def _stated(kind: str, table: object, name: str) -> dict[str, float]:
    if not isinstance(table, dict):
        raise InputRefused(name, f"'{kind}' is no table", f"write a line [{kind}] and its limits below it")
    return {key: checked(kind, key, value, name) for key, value in table.items()}


def checked(kind: str, key: str, value: object, name: str) -> float:
    """`value` as the limit `key` of the class `kind`.

    Raises
    ------
    InputRefused
        when there is no such limit, or it cannot be so.
    """
    subject = f"{name}, [{kind}]"
    if key not in KEYS:
        raise InputRefused(subject, f"there is no limit '{key}'", _nearest(key, list(KEYS)))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    number = float(value) if is_number else math.nan  # type: ignore[arg-type]
    if key.endswith("niirs"):
        if not _WORST <= number <= _BEST:
            raise InputRefused(
                subject, f"its limit {key} is {value!r}", "write a level from 0 (no limit) to 9"
            )
    elif not number > 0:
        raise InputRefused(
            subject, f"its limit {key} is {value!r}", "write metres above 0, or inf for no limit"
        )
    return number


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(known)}"


def with_limits(text: str, kind: TargetClass, limits: dict[str, float], name: str) -> str:
    """The file's `text` with these limits of `kind` set; other lines and comments stay as they are.

    Raises
    ------
    InputRefused
        when the text is bad already, or is written in a way in which a line cannot be set.
    """
    before = parse_limits(text, name)
    wanted = {
        **before,
        kind: {**before.get(kind, {}), **{key: checked(kind, key, limits[key], name) for key in limits}},
    }
    lines = text.splitlines()
    for key in reversed(limits):
        lines = _set(lines, kind, f"{key} = {float(limits[key])!r}".removesuffix(".0"))
    written = "\n".join(lines).strip("\n") + "\n"
    try:
        is_right = parse_limits(written, name) == wanted
    except InputRefused:
        is_right = False
    if not is_right:
        raise InputRefused(name, f"{kind} is not written as a table with a line a limit", "change it by hand")
    return written


def _set(lines: list[str], kind: str, line: str) -> list[str]:
    header = next((at for at, one in enumerate(lines) if re.match(rf"\s*\[\s*{kind}\s*\]", one)), None)
    if header is None:
        return [*lines, *([""] if lines else []), f"[{kind}]", line]
    end = next((at for at in range(header + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    key = line.split(" ", 1)[0]
    for at in range(header + 1, end):
        found = re.match(rf"\s*{key}\s*=[^#]*?(\s*#.*)?$", lines[at])
        if found:
            return [*lines[:at], line + (found[1] or ""), *lines[at + 1 :]]
    return [*lines[: header + 1], line, *lines[header + 1 :]]
