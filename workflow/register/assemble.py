"""From what the formats read to sites: properties checked, ids settled, doubled and swapped ones refused.

An id is the one stated. Without one it follows from the name, else from the format's own id, else from the
file's name and the coordinates, so that the same file gives the same ids every time. Of names that fall
together the first keeps the bare id, later ones get a suffix made of the format's id or their coordinates.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workflow.errors import InputRefused
from workflow.model import Claim, LonLat, Position, Site, slug
from workflow.register import fields
from workflow.register.shapes import NOWHERE, Shape

__all__ = ["Draft", "Reading", "assemble", "refused_at"]

_CELL_DEG = 5
_LONGEST_SLUG = 60
_NOTHING: Mapping[str, Collection[LonLat]] = {}
_NAMELESS = frozenset({"untitled", *(f"untitled-{kind}" for kind in ("placemark", "path", "polygon", "map"))})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: sites and statements of no site in file order, and why the rest was not taken."""

    sites: tuple[Site, ...]
    refused: tuple[InputRefused, ...]
    statements: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One feature, placemark or row as the format read it, nothing checked but the coordinates.

    `where` names file and feature. `position` is what a text stated; without it the place of `shape` counts.
    `key` is an id that the format gives and nobody chose (XML id).
    """

    where: str
    properties: Mapping[str, object]
    shape: Shape = NOWHERE
    position: Position | None = None
    key: str = ""

    @property
    def place(self) -> LonLat | None:
        """Where the site is to be."""
        return self.position.lonlat if self.position else self.shape.place


@dataclass(slots=True)
class _Ids:
    """Ids of one file: which draft has which, and which are free."""

    stem: str
    owners: dict[str, str] = field(default_factory=dict)
    stated: dict[str, str] = field(default_factory=dict)

    def stated_by(self, draft: Draft, key: str) -> None:
        if key in self.stated:
            raise InputRefused(
                draft.where,
                f"has the id '{key}' of {self.stated[key]}",
                "give each its own id; the first was taken",
            )
        self.stated[key] = draft.where

    def derived_for(self, draft: Draft, name: str) -> str:
        base = _base(name) or _short(slug(draft.key)) or f"{self.stem}-{draft.shape.digest or 'site'}"
        for key in _candidates(base, draft):
            if key not in self.stated and key not in self.owners:
                self.owners[key] = draft.where
                return key
        raise AssertionError("the candidates never end")


def assemble(
    stem: str, drafts: Iterable[Draft | InputRefused], settled: Mapping[str, Collection[LonLat]] = _NOTHING
) -> Reading:
    """Sites of the drafts of a file whose name without ending is `stem`, and every refusal, in file order.

    `settled` are places by id that nobody takes for swapped any more.
    """
    refused: list[InputRefused] = []
    checked: list[tuple[Draft, str, str]] = []
    ids = _Ids(_short(slug(stem)) or "site")
    for draft in drafts:
        try:
            if isinstance(draft, InputRefused):
                raise draft
            key, name = _named(draft)
            if key:
                ids.stated_by(draft, key)
            checked.append((draft, key, name))
        except InputRefused as error:
            refused.append(error)
    places = [draft.place for draft, _, _ in checked]
    swapped = _swapped(places) - {
        index for index, (_, key, _) in enumerate(checked) if places[index] in settled.get(key, ())
    }
    sites: list[Site] = []
    for index, (draft, key, name) in enumerate(checked):
        try:
            if index in swapped:
                raise _swap_offer(draft)
            sites.append(_site(draft, key or ids.derived_for(draft, name), name))
        except InputRefused as error:
            refused.append(error)
    return Reading(tuple(sites), tuple(refused))


def refused_at(where: str, error: InputRefused) -> InputRefused:
    """The same refusal with file and feature in front."""
    return InputRefused(where, f"{error.subject}: {error.problem}", error.remedy)


# -- ids -----------------------------------------------------------------------------------------------------


def _named(draft: Draft) -> tuple[str, str]:
    try:
        key = fields.identifier("id", draft.properties.get("id"))
        return key, fields.line("name", draft.properties.get("name"))
    except InputRefused as error:
        raise refused_at(draft.where, error) from error


def _base(name: str) -> str:
    """Id that a name gives; "" for none and for what a program calls everything it makes."""
    base = _short(slug(name))
    if base in _NAMELESS:
        return ""
    return base or (f"site-{_digest(name)}" if name else "")


def _candidates(base: str, draft: Draft) -> Iterator[str]:
    yield base
    suffix = _short(slug(draft.key)) or draft.shape.digest
    if suffix and not base.endswith(suffix):
        base = f"{base}-{suffix}"
        yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def _short(text: str) -> str:
    return text[:_LONGEST_SLUG].strip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


# -- swapped order -------------------------------------------------------------------------------------------


def _swapped(places: list[LonLat | None]) -> set[int]:
    """Indices of places that lie far from all others while their swap lies among most of them.

    Near is the same or a neighbouring cell of 5 degrees, so the work grows with the number of sites only.
    """
    located = [place for place in places if place is not None]
    cells = Counter(_cell(place.lon, place.lat) for place in located)
    enough = max(2, (len(located) - 1) / 2)

    def near(lon: float, lat: float) -> int:
        column, row = _cell(lon, lat)
        return sum(cells[column + dx, row + dy] for dx in (-1, 0, 1) for dy in (-1, 0, 1))

    def others_near_swap(place: LonLat) -> int:
        (column, row), (swapped_column, swapped_row) = (
            _cell(place.lon, place.lat),
            _cell(place.lat, place.lon),
        )
        is_itself = abs(column - swapped_column) <= 1 and abs(row - swapped_row) <= 1
        return near(place.lat, place.lon) - is_itself

    return {
        index
        for index, place in enumerate(places)
        if place is not None
        and abs(place.lon) <= 90
        and near(place.lon, place.lat) == 1
        and others_near_swap(place) >= enough
    }


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return int(lon // _CELL_DEG), int(lat // _CELL_DEG)


def _swap_offer(draft: Draft) -> InputRefused:
    place = draft.place
    lon, lat = (place.lon, place.lat) if place else (0.0, 0.0)
    return InputRefused(
        draft.where,
        f"longitude {lon:.10g}, latitude {lat:.10g} is far from the file's other sites, and swapped is not",
        f"give longitude {lat:.10g}, latitude {lon:.10g} if that is meant, else import it apart",
    )


# -- properties ----------------------------------------------------------------------------------------------


def _site(draft: Draft, key: str, name: str) -> Site:
    try:
        return _checked_site(draft, key, name)
    except InputRefused as error:
        raise refused_at(draft.where, error) from error
    except ValueError as error:  # the model's own refusal
        raise InputRefused(draft.where, str(error), "correct the value") from error


def _checked_site(draft: Draft, key: str, name: str) -> Site:
    stated = draft.properties

    def line(name: str) -> str:
        return fields.line(name, stated.get(name))

    category = line("category") or "other"
    targets = fields.targets("targets", stated.get("targets"), category)
    radius_m = fields.number("radius_m", stated.get("radius_m"))
    return Site(
        id=key,
        name=name or key,
        name_local=line("name_local"),
        aliases=fields.names("aliases", stated.get("aliases")),
        category=category,
        position=_position(draft),
        footprint=draft.shape.footprint,
        targets=targets,
        road=line("road"),
        bearing_deg=fields.number("bearing_deg", stated.get("bearing_deg")),
        traffic=fields.direction("traffic", stated.get("traffic")),
        radius_m=150.0 if radius_m is None else radius_m,
        timezone=fields.timezone("timezone", stated.get("timezone")),
        source=line("source"),
        note=fields.paragraph("note", stated.get("note")),
        visibility=fields.one_of("visibility", stated.get("visibility"), ("public", "team", "restricted"))
        or "public",
        assigned=fields.names("assigned", stated.get("assigned")),
        evidence=fields.evidence("evidence", stated.get("evidence"), (target.id for target in targets)),
    )


def _position(draft: Draft) -> Position | None:
    """The position with the precision and text that the file states, else those it was read with."""
    if draft.place is None:
        return None
    precision_m = fields.number("precision_m", draft.properties.get("precision_m"))
    if precision_m is not None and precision_m <= 0:
        raise InputRefused("precision_m", f"{precision_m:g} is not a distance", "write metres above 0")
    read = draft.position or Position(draft.place)
    text = fields.paragraph("position_text", draft.properties.get("position_text"))
    return Position(draft.place, read.precision_m if precision_m is None else precision_m, text or read.text)
