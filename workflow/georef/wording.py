"""What a picture that was placed by hand says of itself."""

from __future__ import annotations

from workflow.datewords import Language
from workflow.model import ControlPoints
from workflow.words import say

__all__ = ["control_words"]


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
    return say(
        "placed by {count} pairs of points ({model}), off by about {metres} m",
        language,
        count=count,
        model=model,
        metres=f"{control.error_m:.2g}" if control.error_m < 10 else f"{control.error_m:.0f}",
    )
