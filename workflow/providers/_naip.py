"""The names of NAIP's quarter quadrangles: ``m_3008501_ne_16_1_20110815`` is what was flown on that day.

A second day behind is that of the release. What the metadata call the time of their content is checked against the
name: in real files it is missing, or is that of another year.
"""

from __future__ import annotations

import re

from workflow.metadata import SourceFile
from workflow.model import DateSpan
from workflow.providers.base import Said, belongs, compact_span
from workflow.timespan import format_span

__all__ = ["PROVIDER", "belongs_to", "flown", "is_naip"]

PROVIDER = "USDA NAIP"
_QUARTER = re.compile(r"m_\d{7}_[ns][ew]_\d\d_\w+?_(\d{8})(?!\d)", re.IGNORECASE | re.ASCII)


def is_naip(*names: str) -> bool:
    """Whether one of the names is a quarter quadrangle's."""
    return any(_QUARTER.search(name) for name in names)


def belongs_to(source: SourceFile, *names: str) -> bool:
    """Whether the picture is of the product that has one of the names: the same quarter quadrangle and day."""
    quarter = _QUARTER.match(source.stem)
    for name in names:
        found = _QUARTER.search(name)
        if found and quarter:
            if found[0].lower() == quarter[0].lower():
                return True
        elif belongs(re.sub(r"\.tiff?$", "", name, flags=re.IGNORECASE), source):
            return True
    return False


def flown(
    content: Said[DateSpan] | None, names: list[Said[str]]
) -> tuple[Said[DateSpan] | None, tuple[str, ...]]:
    """The time of the content, unless a quarter quadrangle's name has another day: then that, with a warning."""
    for said in names:
        match = _QUARTER.search(said.value)
        day = compact_span(match[1]) if match else None
        if day is None or day.earliest is None:
            continue
        if content is None:
            return Said(day, said.source), ()
        first, last = content.value.earliest, content.value.latest
        if first and last and not first <= day.earliest <= last:
            warning = (
                f"{content.source} says {format_span(content.value)}, "
                f"{said.source} says {format_span(day)} and counts: NAIP names its files by the day of flight"
            )
            return Said(day, said.source), (warning,)
        break
    return content, ()
