"""From a choice of captures to the figure: the recipe, its words, the picture, and the sidecar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from workflow.chips import site_grid_of
from workflow.coords import format_decimal, format_dms
from workflow.errors import InputRefused
from workflow.exporters.png import to_png
from workflow.figure import FigureSpec, Panel, lay_out
from workflow.figure.captions import Shown, alt_text, caption, credit_of, credits, date_label
from workflow.grid import SiteGrid
from workflow.localtime import local_day
from workflow.model import Annotation, Capture, Position, Site
from workflow.publish.choose import Choice, choose
from workflow.publish.pictures import (
    Picture,
    convergence_deg,
    ground_m_per_px,
    marks_of,
    on_grid,
    still,
    widest_gap,
)
from workflow.publish.sidecar import sidecar

if TYPE_CHECKING:
    from workflow.fonts import Fonts
    from workflow.project import Project

__all__ = ["Figure", "FigureOptions", "compose"]

_NORTH_BAR_DEG = 1.0
_COARSE_M = 50.0
_MOST_PX = 120_000_000


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What can be said of a figure; None and empty text leave it to the record.

    `before` and `after` are capture ids, prefixes or file names. `credit` stands in for captures that have
    none; `no_credit_reason` says why a figure goes without. `caption` replaces the whole caption; with
    `draw_caption` False it stands in the sidecar alone.
    """

    target: str | None = None
    before: str | None = None
    after: str | None = None
    width_mm: float = 170.0
    dpi: int = 300
    caption: str | None = None
    draw_caption: bool = True
    credit: str = ""
    no_credit_reason: str = ""
    annotated_by: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is not written yet: PNG bytes, the sidecar's content, what the editor should know."""

    png: bytes
    sidecar: dict[str, Any]
    caption: str
    alt_text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A panel being made."""

    shown: Shown
    picture: Picture
    panel: Panel
    annotations: tuple[Annotation, ...]
    misfits: tuple[str, ...]


def compose(project: Project, site_id: str, options: FigureOptions, fonts: Fonts) -> Figure:
    """The figure of a site, without writing anything.

    Raises
    ------
    UnknownName, AmbiguousName
        when a site, target or capture is not known.
    InputRefused
        when no capture shows the site, a capture has no credit, or the size fits no page.
    """
    choice = choose(project, site_id, options.target, options.before, options.after)
    grid = site_grid_of(project, choice.site) if choice.on_grid else None
    parts = [_part(project, choice, capture, grid, options) for capture in choice.captures]
    words = _caption(choice, parts, options)
    spec = _spec(choice, parts, grid, words, options)
    drawing = lay_out(spec, fonts.measure)
    if drawing.width_px * drawing.height_px > _MOST_PX:
        size = f"{drawing.width_px} x {drawing.height_px} pixels are too many"
        raise InputRefused("Figure", size, "lower --dpi or --width")
    alt = alt_text(choice.site, choice.target, [part.shown for part in parts])
    source = credits([part.shown for part in parts])
    chunks = {"Title": choice.site.name, "Description": f"{words} {alt}", "Source": source}
    png = to_png(drawing, [part.picture.pixels for part in parts], fonts, chunks)
    notes = _warnings(choice, parts, fonts, spec)
    drawn = [(part.shown, part.annotations) for part in parts]
    record = sidecar(
        project, choice, drawn, spec, caption=words, alt=alt, fonts=fonts, png=png, options=options
    )
    return Figure(png, record, words, alt, notes)


# -- panels --------------------------------------------------------------------------------------------------


def _part(
    project: Project, choice: Choice, capture: Capture, grid: SiteGrid | None, options: FigureOptions
) -> _Part:
    picture = on_grid(project, choice.site, capture, grid) if grid is not None else still(project, capture)
    annotations = project.annotations(site=choice.site.id, capture=capture.id)
    marks, misfits = marks_of(annotations, picture)
    rows, columns = picture.shape
    empty = 1 - float(picture.pixels.valid.mean())
    state = choice.states.get(capture.id, "")
    panel = Panel(
        capture.id,
        columns,
        rows,
        date_label(capture.acquired),
        state,
        capture.synthetic,
        marks,
        empty,
        widest_gap(picture.pixels.valid) if empty else None,
    )
    shown = Shown(capture, state, _credit(capture, options), bool(marks))
    drawn = tuple(one for one in annotations if one.id not in misfits)
    return _Part(shown, picture, panel, drawn, misfits)


def _credit(capture: Capture, options: FigureOptions) -> str:
    """The capture's credit; none only where a reason is given.

    Raises
    ------
    InputRefused
        when there is neither.
    """
    credit = credit_of(capture, options.credit)
    if not credit and not options.no_credit_reason.strip():
        raise InputRefused(
            f"Capture {capture.file}",
            "has no credit line, and a figure needs one",
            "give it with --credit TEXT, or say why there is none with --no-credit-reason TEXT",
        )
    return credit


# -- words ---------------------------------------------------------------------------------------------------


def _caption(choice: Choice, parts: Sequence[_Part], options: FigureOptions) -> str:
    if options.caption is not None:
        return options.caption.strip().removeprefix("Figure. ")
    authors = dict.fromkeys(one.author for part in parts for one in part.annotations if one.author)
    drawn = any(part.annotations for part in parts)
    position = _told_position(choice.site)
    return caption(
        choice.site,
        choice.target,
        [part.shown for part in parts],
        coordinates=format_dms(position.lonlat) if position is not None else "",
        interval=_interval(choice),
        annotated_by=options.annotated_by or " and ".join(authors) if drawn else "",
    )


def _interval(choice: Choice) -> str:
    """The phrase of the appeared interval where the figure shows a witness of it."""
    finding = choice.finding
    if (
        finding is None
        or finding.by is None
        or not set(finding.witnesses) & {one.id for one in choice.captures}
    ):
        return ""
    return finding.phrase


def _told_position(site: Site) -> Position | None:
    """The site's position where everybody may know it."""
    return site.position if site.visibility == "public" else None


def _coordinates(site: Site) -> str:
    """Seconds and decimals, the latter no finer than the position is."""
    position = _told_position(site)
    if position is None:
        return ""
    stated, place = position.precision_m, position.lonlat
    digits = 4 if stated is None else min(max(math.ceil(5 - math.log10(max(stated, 1.0))), 0), 5)
    within = f", to about {stated:.0f} m" if stated is not None and stated > _COARSE_M else ""
    return f"{format_dms(place)} ({format_decimal(place, digits)}{within})"


def _spec(
    choice: Choice, parts: Sequence[_Part], grid: SiteGrid | None, words: str, options: FigureOptions
) -> FigureSpec:
    """The recipe.

    Raises
    ------
    InputRefused
        when the size fits no page.
    """
    said = options.draw_caption and bool(words)
    named = all(part.shown.credit and part.shown.credit in words for part in parts)
    north = None
    if grid is not None and choice.site.position is not None:
        north = convergence_deg(grid, choice.site.position.lonlat)
    try:
        return FigureSpec(
            tuple(part.panel for part in parts),
            words if said else "",
            "" if said and named else credits([part.shown for part in parts]) + ".",
            _coordinates(choice.site),
            ground_m_per_px(grid) if grid is not None else None,
            north if north is not None and abs(north) > _NORTH_BAR_DEG else None,
            tuple(_notes(choice.site, [part.shown.capture for part in parts])),
            options.width_mm,
            options.dpi,
        )
    except ValueError as error:
        raise InputRefused("Figure", str(error), "give another --width or --dpi") from error


def _notes(site: Site, captures: Sequence[Capture]) -> list[str]:
    """What has to be declared in the picture itself."""
    notes = []
    if len({capture.stretch[:3] for capture in captures}) > 1:
        notes.append("Display stretch set for each picture.")
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


def _warnings(choice: Choice, parts: Sequence[_Part], fonts: Fonts, spec: FigureSpec) -> tuple[str, ...]:
    """What an editor should know and the picture does not say."""
    found = []
    if len(parts) == 1:
        found.append("One capture alone shows the site: the figure has one panel.")
    if choice.finding is not None and _interval(choice):
        if not choice.finding.reviewed:
            found.append("The interval in the caption rests on unreviewed observations.")
        found += choice.finding.contradictions
    for part in parts:
        if part.misfits:
            what = ", ".join(part.misfits)
            found.append(f"Annotations on {part.shown.capture.file} do not fit it and are left out: {what}.")
    labels = [mark.label for part in parts for mark in part.panel.marks]
    missing = fonts.missing(" ".join([spec.caption, spec.credit, *labels]))
    if missing:
        found.append(f"{fonts.name} has no picture for {' '.join(missing)}: write it otherwise.")
    if choice.site.visibility != "public":
        found.append(f"Site {choice.site.id} is not public: its coordinates are left out of the figure.")
    return tuple(found)
