"""What a picture that was placed by points says of itself, and why another could not be matched."""

from __future__ import annotations

from workflow.datewords import Language
from workflow.georef.matching import Obstacle, Unmatched
from workflow.model import ControlPoints
from workflow.words import say

__all__ = ["control_words", "unmatched_words"]

_LEAST_M = 0.01


def control_words(control: ControlPoints | None, language: Language = "en") -> str:
    """``placed by 6 pairs of points (affine), off by about 1.2 m``; empty for a picture that was not.

    The error is that of pairs left out, else the residual; where nothing tells, the words say that.
    """
    if control is None:
        return ""
    count, model = sum(point.used for point in control.points), say(control.model.value, language)
    if control.error_m is None:
        return say(
            "placed by {count} pairs of points ({model}), error not known", language, count=count, model=model
        )
    metres = f"{max(control.error_m, _LEAST_M):.2g}" if control.error_m < 10 else f"{control.error_m:.0f}"
    words = (
        "placed by matching ({count} pairs, {model}), off by about {metres} m"
        if control.is_matched
        else "placed by {count} pairs of points ({model}), off by about {metres} m"
    )
    return say(words, language, count=count, model=model, metres=metres)


_OBSTACLES = {
    Obstacle.SMALL: "its shorter side has {value} pixels, {bar} are needed",
    Obstacle.PLAIN: "there is too little in it to hold on to, once what is drawn over it is left out",
    Obstacle.NO_GROUND: "the picture to match with shows nothing around the site",
    Obstacle.NOWHERE: "no place stands out: {value} parts of it agree at best, {bar} are needed",
    Obstacle.MIRRORED: "it fits only as a mirror shows it: turn the file round first",
    Obstacle.SEVERAL: "it fits at several places alike, as where a pattern repeats",
    Obstacle.FEW: "looked at closely, {value} parts of it agree, {bar} are needed",
    Obstacle.CORNER: "the parts that agree lie in {value} % of it alone, {bar} % are needed",
    Obstacle.RESIDUAL: "the parts agree to {value} pixels only, {bar} is the bar",
    Obstacle.STRETCHED: "it would lie {value} times as long as wide, {bar} is the bar",
}


def unmatched_words(found: Unmatched, language: Language = "en") -> str:
    """Why a picture could not be matched: ``no place stands out: 5 parts of it agree at best, 12 are needed``."""
    value, bar = (
        f"{100 * number:.0f}" if found.obstacle is Obstacle.CORNER else f"{number:.3g}"
        for number in (found.value, found.bar)
    )
    return say(_OBSTACLES[found.obstacle], language, value=value, bar=bar)
