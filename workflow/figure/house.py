"""A house style: sizes, colours, words and furniture of a figure, as one value read from one file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from workflow.figure.drawing import Rgb

__all__ = ["DEFAULT", "FURNITURE", "HouseStyle", "house_style"]

FURNITURE = ("scale", "north", "coordinates", "images", "disclaimer")
_SIZES_PT = (4.0, 24.0)


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """How a house sets its figures. Sizes in points, `accent` is the ink of marks and their labels.

    `lead_alone` sets "Figure 1." on a line of its own; `day_first` writes dates in captions as "14 April 2023".
    `furniture` names what stands beneath the panels (see `FURNITURE`): `images` is a line on every picture as maps of
    damage assessments have it, `disclaimer` the sentence `disclaimer`.
    """

    name: str = "source-report"
    date_pt: float = 8.0
    label_pt: float = 7.5
    small_pt: float = 7.0
    caption_pt: float = 8.5
    accent: Rgb = (255, 221, 0)
    lead_alone: bool = False
    day_first: bool = False
    furniture: tuple[str, ...] = ("scale", "north", "coordinates")
    disclaimer: str = ""

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be read or fit no page, and furniture that is not known."""
        for name in ("date_pt", "label_pt", "small_pt", "caption_pt"):
            if not _SIZES_PT[0] <= getattr(self, name) <= _SIZES_PT[1]:
                raise ValueError(f"{name} is not within {_SIZES_PT[0]:g} and {_SIZES_PT[1]:g} points")
        if len(self.accent) != 3 or not all(0 <= part <= 255 for part in self.accent):
            raise ValueError("accent is not three numbers from 0 to 255")
        unknown = [name for name in self.furniture if name not in FURNITURE]
        if unknown:
            raise ValueError(f"furniture '{unknown[0]}' is none of {', '.join(FURNITURE)}")


DEFAULT = HouseStyle()


def house_style(name: str, content: Mapping[str, Any]) -> HouseStyle:
    """The style that a file's `content` states; what it leaves out is as in `DEFAULT`.

    Raises
    ------
    ValueError
        when a key is not known or a value does not fit.
    """
    known = {one.name: getattr(DEFAULT, one.name) for one in fields(HouseStyle)}
    values: dict[str, Any] = {"name": name}
    for key, value in content.items():
        if key not in known or key == "name":
            raise ValueError(f"'{key}' is no part of a style")
        values[key] = _checked(key, value, known[key])
    return HouseStyle(**values)


def _checked(key: str, value: Any, default: Any) -> Any:
    """`value` in the type of its default; a list becomes a tuple, a whole number may stand for a size."""
    if isinstance(default, tuple) and isinstance(value, list):
        parts = tuple(value)
        if all(type(part) is type(default[0]) for part in parts):
            return parts
    elif isinstance(default, float) and type(value) in (int, float):
        return float(value)
    elif type(value) is type(default):
        return value
    raise ValueError(f"'{key}' cannot be {value!r}")
