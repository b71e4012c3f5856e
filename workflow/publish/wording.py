"""The words of a figure: caption, position, what has to be declared, and the linter's draft of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from workflow.coords import format_decimal, format_dms, format_mgrs
from workflow.figure import HouseStyle
from workflow.figure.captions import Form, Shown, caption, date_label
from workflow.figure.lint import EXTENT_NOTE, ONE_STRETCH_NOTE, STRETCH_NOTE
from workflow.localtime import local_day
from workflow.model import Capture, CoordinateForm, FigureOptions, Position, Precision, Site
from workflow.publish.choose import Choice
from workflow.visibility import is_told

__all__ = ["caption_of", "coordinates_of", "image_lines", "interval_of", "notes_of", "told_position"]

_COARSE_M = 50.0


def caption_of(
    choice: Choice,
    pictures: Sequence[Shown],
    drawn_by: Sequence[str],
    options: FigureOptions,
    house: HouseStyle,
) -> str:
    """The caption that was given, else the one that the record gives."""
    if options.caption is not None:
        return options.caption.strip().removeprefix("Figure. ")
    drawn = any(picture.marked for picture in pictures)
    return caption(
        choice.site,
        choice.targets,
        pictures,
        coordinates=_place(choice.site, options.coordinates),
        interval=interval_of(choice),
        annotated_by=options.annotated_by or " and ".join(drawn_by) if drawn else "",
        form=Form(not house.day_first, options.name_provider),
    )


def interval_of(choice: Choice) -> str:
    """The phrase of the appeared interval where the figure shows a witness of it beside another picture."""
    finding, shown = choice.finding, {one.id for one in choice.captures}
    if finding is None or finding.by is None or len(choice.targets) != 1 or len(choice.captures) < 2:
        return ""
    return finding.phrase if set(finding.witnesses) & shown else ""


def told_position(site: Site) -> Position | None:
    """The site's position where everybody may know it."""
    return site.position if is_told(site) else None


def _place(site: Site, form: CoordinateForm) -> str:
    """The position in a form, no finer than it is known; empty where it is not told."""
    position = told_position(site)
    if position is None or form is CoordinateForm.NONE:
        return ""
    stated = position.precision_m
    if form is CoordinateForm.DMS:
        return format_dms(position.lonlat)
    if form is CoordinateForm.DECIMAL:
        digits = 4 if stated is None else min(max(math.ceil(5 - math.log10(max(stated, 1.0))), 0), 5)
        return format_decimal(position.lonlat, digits)
    if not -80 <= position.lonlat.lat <= 84:  # beyond the grid's zones squares are named otherwise
        return format_dms(position.lonlat)
    zone, square, east, north = format_mgrs(position.lonlat).split(" ")
    digits = 4 if stated is None else min(max(5 - math.floor(math.log10(max(stated, 1.0))), 0), 5)
    return " ".join(part for part in (zone, square, east[:digits], north[:digits]) if part)


def coordinates_of(site: Site, form: CoordinateForm) -> str:
    """What stands beneath the panels: the position, and how well it is known where that is badly."""
    position = told_position(site)
    text = _place(site, form)
    stated = position.precision_m if position is not None else None
    within = f" (to about {stated:.0f} m)" if text and stated is not None and stated > _COARSE_M else ""
    return f"{text}{within}"


def notes_of(
    site: Site,
    captures: Sequence[Capture],
    *,
    same_extent: bool,
    apart: str = "",
    laid: Sequence[str] = (),
    one_stretch: bool = False,
) -> list[str]:
    """What has to be declared in the picture itself.

    `apart` is a sentence on stills that are not laid on each other, `laid` are those on stills that are, where no
    caption has them.
    """
    notes = [*laid]
    if len({capture.stretch[:3] for capture in captures}) > 1:
        notes.append(ONE_STRETCH_NOTE if one_stretch else STRETCH_NOTE)
    if not same_extent:
        notes.append(EXTENT_NOTE)
    if apart:
        notes.append(apart)
    if any(capture.synthetic for capture in captures):
        notes.append("Synthetic: rendered by a program, not a picture of the place.")
    return [*notes, *(note for one in captures if (note := _local_day(site, one)))]


def _local_day(site: Site, capture: Capture) -> str:
    """A sentence where the day at the site is another than the day in UTC."""
    instant = capture.acquired.instant
    local = local_day(instant, site.timezone) if instant else None
    if instant is None or local is None or local == instant.astimezone(UTC).date():
        return ""
    there = date_label(replace(capture.acquired, earliest=local, latest=local))
    return f"{date_label(capture.acquired)} in UTC is {there} at the site."


def image_lines(pictures: Sequence[Shown]) -> tuple[str, ...]:
    """A line on each picture: who took it, how fine it is, when, and whose it is."""
    lines = []
    for mark, one in zip("abcdefgh", pictures, strict=False):
        capture, span = one.capture, one.capture.acquired
        at = f", {span.instant:%H:%M} UTC" if span.instant and span.precision is Precision.INSTANT else ""
        parts = (
            capture.platform or capture.provider or capture.kind.value,
            f"{capture.gsd_m:.2g} m" if capture.gsd_m else "",
            f"{date_label(span)}{at}",
            f"frame at {one.frame}" if one.frame else "",
            one.aligned,
            one.credit,
        )
        letter = f"({mark}) " if len(pictures) > 1 else ""
        lines.append(f"{letter}{'; '.join(part for part in parts if part)}.")
    return tuple(lines)
