"""From a choice of captures to the figure: the recipe, its words, the picture, and the sidecar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workflow.chips import site_grid_of
from workflow.errors import FigureRefused, InputRefused, UnknownName
from workflow.exporters.figures import Sheet, write
from workflow.figure import FigureSpec, HouseStyle, Panel, lay_out
from workflow.figure.captions import (
    Shown,
    alt_text,
    apart_sentence,
    credit_of,
    credits,
    date_label,
    joint_label,
    laid_sentences,
    state_label,
)
from workflow.figure.lint import CODES, Draft, Lint, lint, passed
from workflow.grid import SiteGrid
from workflow.landmass import locator
from workflow.model import Annotation, Capture, FigureOptions, Review, Stretch
from workflow.publish.choose import Choice, choose
from workflow.publish.inside import words_of
from workflow.publish.pictures import (
    Picture,
    convergence_deg,
    cropped,
    ground_m_per_px,
    laid_still,
    marks_of,
    on_grid,
    shared_stretch,
    still,
    widest_gap,
)
from workflow.publish.sidecar import sidecar
from workflow.publish.styles import style_named
from workflow.publish.wording import (
    caption_of,
    coordinates_of,
    image_lines,
    interval_of,
    notes_of,
    told_position,
)
from workflow.stills import Lying, Still, aligned_words, marks_shown, onto

if TYPE_CHECKING:
    from workflow.fonts import Fonts
    from workflow.project import Project

__all__ = ["Figure", "FigureOptions", "compose"]

_NORTH_BAR_DEG = 1.0
_MOST_PX = 120_000_000
_LEAST_EXTENT_PX = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is not written yet: what writers draw, the sidecar's content, what the editor should know.

    `options` are those it was asked for with, the captures resolved; `findings` what the linter said and nobody let
    pass.
    """

    sheet: Sheet
    sidecar: dict[str, Any]
    caption: str
    alt_text: str
    options: FigureOptions
    findings: tuple[Lint, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings as sentences."""
        return tuple(one.sentence for one in self.findings)

    def content(self, suffix: str) -> bytes:
        """The figure's file in a format, one of `workflow.exporters.figures.SUFFIXES`.

        Raises
        ------
        InputRefused
            when the figure cannot have that format: a swipe of one panel, a map overlay without coordinates.
        """
        return write(self.sheet, suffix)


@dataclass(frozen=True, slots=True)
class _Part:
    """A panel being made; a still is `laid` on that of an earlier panel where it is shown in its view."""

    still: Still
    shown: Shown
    picture: Picture
    panel: Panel
    annotations: tuple[Annotation, ...]
    misfits: tuple[str, ...]
    laid: Lying | None = None


def compose(
    project: Project,
    site_id: str,
    options: FigureOptions,
    fonts: Fonts,
    recipe: tuple[str, int] | None = None,
    *,
    draft: bool = False,
) -> Figure:
    """The figure of a site, without writing anything; `recipe` names the stored one that it is made from. A `draft` is
    never refused by the linter: what blocks it stands in its findings.

    Raises
    ------
    UnknownName, AmbiguousName
        when a site, target, capture, style or code of a finding is not known.
    InputRefused
        when no capture shows the site, or the size fits no page.
    FigureRefused
        when the linter blocks it.
    """
    house = style_named(options.style)
    _check_allowances(options)
    choice = choose(project, site_id, options)
    located = any(one.is_georeferenced for one in choice.captures)
    grid = site_grid_of(project, choice.site) if located else None
    mapped = [one for one in choice.captures if one.is_georeferenced]
    stretch = shared_stretch(mapped) if options.one_stretch and mapped else ()
    parts: list[_Part] = []
    for one in choice.pictures:
        parts.append(_part(project, choice, one, grid, options, stretch, parts))
    words = caption_of(choice, [part.shown for part in parts], _authors(parts), options, house)
    spec = _spec(choice, parts, grid, words, options, house)
    found = lint(_draft(project, choice, parts, spec, words, fonts))
    left = passed(found, options.allow)
    if not draft and any(one.blocks for one in left):
        raise FigureRefused([(one.code, one.what, one.remedy) for one in left if one.blocks])
    drawing = lay_out(spec, fonts.measure)
    if drawing.width_px * drawing.height_px > _MOST_PX:
        size = f"{drawing.width_px} x {drawing.height_px} pixels are too many"
        raise InputRefused("Figure", size, "lower --dpi or --width")
    alt = options.alt.strip() or alt_text(choice.site, choice.targets, [part.shown for part in parts])
    drawn = [(part.shown, part.annotations) for part in parts]
    panels = [(part.shown, part.annotations, part.still, part.laid) for part in parts]
    sheet = Sheet(
        spec,
        drawing,
        tuple(part.picture.pixels for part in parts),
        fonts,
        words_of(project, choice.site, drawn, spec, caption=words, alt=alt, options=options),
        tuple(part.shown.capture.acquired for part in parts),
        tuple(part.picture.grid if told_position(choice.site) is not None else None for part in parts),
    )
    resolved = replace(options, captures=tuple(one.key for one in choice.pictures), before=None, after=None)
    record = sidecar(
        project,
        choice,
        panels,
        spec,
        caption=words,
        alt=alt,
        fonts=fonts,
        found=found,
        options=resolved,
        recipe=recipe,
        stretch=stretch,
    )
    return Figure(sheet, record, words, alt, resolved, left)


def _check_allowances(options: FigureOptions) -> None:
    for one in options.allow:
        if one.code not in CODES:
            raise UnknownName("code of a finding", one.code, list(CODES))
        if not one.reason.strip():
            raise InputRefused(f"--allow {one.code}", "it has no reason", f"write {one.code}=REASON")


# -- panels --------------------------------------------------------------------------------------------------


def _part(
    project: Project,
    choice: Choice,
    one: Still,
    grid: SiteGrid | None,
    options: FigureOptions,
    stretch: Sequence[Stretch],
    before: Sequence[_Part],
) -> _Part:
    capture = one.capture
    onto, laid = _laid(project, one, before)
    if laid is None:
        picture = _picture(project, choice, one, grid, options, stretch)
    else:
        first = before[onto]
        picture = laid_still(project, one, laid, first.still, first.picture.shape)
    there = project.annotations(site=choice.site.id, capture=capture.id) if options.marks else ()
    targets = {target.id for target in choice.targets}
    annotations = marks_shown(capture, one.number, there, targets)
    marks, misfits = marks_of(annotations, picture)
    rows, columns = picture.shape
    empty = 1 - float(picture.pixels.valid.mean())
    said = choice.said(capture)
    state = joint_label([(_short(choice, target.id), state) for target, state in said])
    panel = Panel(
        capture.id,
        columns,
        rows,
        date_label(capture.acquired),
        state_label(state),
        capture.synthetic,
        marks,
        empty,
        widest_gap(picture.pixels.valid) if empty else None,
        capture.is_georeferenced,
        _days(capture),
        "" if capture.is_georeferenced else laid.to if laid else one.key,
    )
    aligned = aligned_words(laid.error_px) if laid else ""
    credit = credit_of(capture, options.credit)
    shown = Shown(capture, state, credit, bool(marks), one.code, aligned, onto)
    drawn = tuple(mark for mark in annotations if mark.id not in misfits)
    return _Part(one, shown, picture, panel, drawn, misfits, laid)


def _laid(project: Project, one: Still, before: Sequence[_Part]) -> tuple[int, Lying | None]:
    """The first panel in whose view a still can be shown, and how it lies there; none for what lies on the map."""
    if one.capture.is_georeferenced:
        return 0, None
    stills = project.stills(one.capture.site or "")
    for number, part in enumerate(before):
        if part.laid is None and not part.panel.on_map and (laid := onto(stills, part.still, one)):
            return number, laid
    return 0, None


def _short(choice: Choice, target: str) -> str:
    """What a panel calls one of several targets: its id without what all ids share at their start."""
    ids = [one.id.split("-") for one in choice.targets]
    same = 0
    while all(len(parts) > same + 1 and parts[same] == ids[0][same] for parts in ids):
        same += 1
    return " ".join(target.split("-")[same:])


def _picture(
    project: Project,
    choice: Choice,
    one: Still,
    grid: SiteGrid | None,
    options: FigureOptions,
    stretch: Sequence[Stretch],
) -> Picture:
    """The capture's pixels: on the site's grid, cut to the extent, or whole where it has no coordinates."""
    if grid is None or not one.capture.is_georeferenced:
        return still(project, one)
    picture = on_grid(project, choice.site, one.capture, grid, stretch)
    position = choice.site.position
    if options.extent_m is None or position is None:
        return picture
    side = options.extent_m / ground_m_per_px(grid)
    if side < _LEAST_EXTENT_PX:
        least = _LEAST_EXTENT_PX * ground_m_per_px(grid)
        raise InputRefused(
            "Figure", f"an extent of {options.extent_m:g} m is too small", f"give {least:.0f} or more"
        )
    if not side <= max(grid.width, grid.height):  # what is no number is no length either
        most = int(max(grid.width, grid.height) * ground_m_per_px(grid))
        raise InputRefused(
            "Figure",
            f"an extent of {options.extent_m:g} m is more than is watched around site {choice.site.id}",
            f"give {most} or less",
        )
    return cropped(picture, grid.to_pixel(*grid.from_lonlat(position.lonlat)), side)


def _days(capture: Capture) -> tuple[int, int] | None:
    first, last = capture.acquired.earliest, capture.acquired.latest
    known = first or last
    return None if known is None else ((first or known).toordinal(), (last or known).toordinal())


def _authors(parts: Sequence[_Part]) -> list[str]:
    return list(dict.fromkeys(one.author for part in parts for one in part.annotations if one.author))


# -- the recipe for the page ---------------------------------------------------------------------------------


def _spec(
    choice: Choice,
    parts: Sequence[_Part],
    grid: SiteGrid | None,
    words: str,
    options: FigureOptions,
    house: HouseStyle,
) -> FigureSpec:
    """What is laid out.

    Raises
    ------
    InputRefused
        when the size fits no page.
    """
    said = options.draw_caption and bool(words)
    pictures = [part.shown for part in parts]
    named = all(one.credit and one.credit in words for one in pictures)
    north = None
    if grid is not None and choice.site.position is not None:
        north = convergence_deg(grid, choice.site.position.lonlat)
    told = told_position(choice.site)
    same_extent = _same_extent(parts)
    where = coordinates_of(choice.site, options.coordinates)
    try:
        return FigureSpec(
            tuple(part.panel for part in parts),
            words if said else "",
            "" if said and named else credits(pictures) + ".",
            "" if said and where in words else where,
            ground_m_per_px(grid) if grid is not None else None,
            north if north is not None and abs(north) > _NORTH_BAR_DEG else None,
            tuple(
                notes_of(
                    choice.site,
                    [one.capture for one in pictures],
                    same_extent=same_extent,
                    apart=apart_sentence([part.panel.view for part in parts]),
                    laid=[one for one in laid_sentences(pictures) if not (said and one in words)],
                    one_stretch=options.one_stretch,
                )
            ),
            options.width_mm,
            options.dpi,
            options.layout,
            f"Figure {options.number}." if options.number else "Figure.",
            house,
            image_lines(pictures) if "images" in house.furniture else (),
            locator(told.lonlat, choice.site.name) if options.inset and told is not None else None,
        )
    except ValueError as error:
        raise InputRefused("Figure", str(error), "give another --width or --dpi") from error


def _same_extent(parts: Sequence[_Part]) -> bool:
    """Whether all panels show the same: those on the site's grid do, and stills that are laid on each other."""
    return len({part.panel.extent for part in parts}) == 1


def _draft(
    project: Project, choice: Choice, parts: Sequence[_Part], spec: FigureSpec, words: str, fonts: Fonts
) -> Draft:
    """What the linter judges."""
    labels = [mark.label for part in parts for mark in part.panel.marks]
    targets = {one.id for one in choice.targets}
    said = project.statements(site=choice.site.id)
    open_on = {one.capture for one in said if one.target in targets and one.review is not Review.APPROVED}
    has_interval = bool(interval_of(choice))
    return Draft(
        pictures=tuple(part.shown for part in parts),
        caption=words,
        notes=spec.notes,
        finding=choice.finding if has_interval else None,
        unreviewed=tuple(
            part.shown.capture.file for part in parts if part.shown.capture.id in open_on and not has_interval
        ),
        same_extent=_same_extent(parts),
        one_by_default=len(parts) == 1 and not choice.asked,
        left_out=tuple(
            f"Annotations on {part.shown.capture.file} do not fit it and are left out ({', '.join(part.misfits)})"
            for part in parts
            if part.misfits
        ),
        glyphless=fonts.missing(" ".join([spec.caption, spec.credit, *labels])),
        hidden_site="" if choice.site.visibility == "public" else choice.site.id,
    )
