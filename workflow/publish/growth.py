"""What growth gives as a file: the chart as PNG or SVG, the rows as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.errors import InputRefused
from workflow.exporters.table import csv_of
from workflow.files import write_if_changed
from workflow.growth import APPEARED
from workflow.growthchart import HEIGHT_PX, WIDTH_PX, Mark, chart, small_multiples

__all__ = ["check_growth_output", "csv_of", "growth_picture", "write_growth"]

_PICTURES, _TABLE = (".png", ".svg"), ".csv"


def check_growth_output(out: Path, *, chart: bool) -> None:
    """See that `out` can be written before any work is done; `chart` False takes rows alone.

    Raises
    ------
    InputRefused
        for another suffix, a missing folder, or a folder of that name.
    """
    kinds = (*_PICTURES, _TABLE) if chart else (_TABLE,)
    if out.suffix.lower() not in kinds:
        what = "growth is" if chart else "a single day and a list are"
        raise InputRefused(
            str(out), f"{what} not written as {out.suffix or 'that'}", f"use {' or '.join(kinds)}"
        )
    if not out.parent.is_dir():
        raise InputRefused(str(out), f"the folder {out.parent} is missing", "make it, or choose another")
    if out.is_dir():
        raise InputRefused(str(out), "is a folder", "name a file in it")


def write_growth(
    out: Path,
    rows: Sequence[Mapping[str, Any]],
    series: str = APPEARED,
    marks: Sequence[Mark] = (),
    *,
    title: str = "",
) -> None:
    """Write rows of growth, or of the targets behind it, to `out` by its suffix; a file that is there is replaced.

    Raises
    ------
    InputRefused
        when there is nothing to draw, or `out` cannot be written.
    BuildMissing
        when the typefaces were not built.
    """
    suffix = out.suffix.lower()
    content = (
        csv_of(rows) if suffix == _TABLE else growth_picture(rows, series, marks, title=title, suffix=suffix)
    )
    try:
        write_if_changed(out, content)
    except OSError as error:
        raise InputRefused(
            str(out), f"cannot be written ({error.strerror})", "choose another file"
        ) from error


def growth_picture(
    rows: Sequence[Mapping[str, Any]],
    series: str,
    marks: Sequence[Mark] = (),
    *,
    title: str = "",
    suffix: str = ".png",
) -> bytes:
    """The chart of `rows` as the bytes of a ``.png`` or ``.svg``; one chart a group where they have groups.

    Raises
    ------
    InputRefused
        when there are no rows.
    BuildMissing
        when the typefaces were not built.
    """
    from workflow.exporters.charts import to_png, to_svg
    from workflow.fonts import load_fonts

    if not rows:
        raise InputRefused("the chart", "has nothing to show", "record what is there, or choose another part")
    groups: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    if None in groups:
        drawn = chart(rows, series, marks, title=title).properties(width=WIDTH_PX, height=HEIGHT_PX)
    else:
        drawn = small_multiples({name or "(none)": some for name, some in groups.items()}, series)
    return (to_svg if suffix == ".svg" else to_png)(drawn, load_fonts())
