"""Which capture would narrow what is known most: the days to look for, and captures of a catalogue in order.

An event of a target lies on one of the days of a `Gap`. A capture in it splits the gap: where the target is seen the
event lies in the days up to the capture, else in those after it. Which of them is not known beforehand, so a capture
is worth the days that it is *expected* to take away, every day of the gap being as likely as any other. At the halving
point that is half of them.

Where one side is open the gap ends at a day that stands in for it (today, or the day of the first picture there is),
and the event lies within with even odds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workflow.model import Event, Finding, LonLat
from workflow.timespan import Language, format_day
from workflow.words import say

__all__ = [
    "Gap",
    "Offer",
    "Open",
    "Tile",
    "Window",
    "best_window",
    "expected_gain",
    "gap_of",
    "gap_sentence",
    "gaps",
    "offer_sentence",
    "offers",
    "worst_left",
]

_DAY = timedelta(days=1)
_EVEN = 0.5
_BUCKETS = (
    (31, "a month"),
    (92, "3 months"),
    (184, "6 months"),
    (366, "a year"),
    (731, "2 years"),
    (1827, "5 years"),
)


class Open(StrEnum):
    """Which side of a gap nothing bounds."""

    NO = ""
    EARLIER = "earlier"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which an event of a target may have happened, `first` to `last`, both included.

    With `open` it may also have happened before `first`, or not at all by `last`. `published` says that a publication
    bounds it and no picture does, `synthetic` that it rests on rendered scenes.
    """

    site: str
    target: str
    event: Event
    first: date
    last: date
    open: Open = Open.NO
    published: bool = False
    synthetic: bool = False

    @property
    def days(self) -> int:
        """How many days are in question."""
        return (self.last - self.first).days + 1

    def split(self, day: date) -> int:
        """How many of the days lie up to a capture on `day`."""
        return min(max((day - self.first).days + 1, 0), self.days)


@dataclass(frozen=True, slots=True)
class Window:
    """Days to look for a capture, both ends included, the best of them, and the days it is expected to take away."""

    first: date
    last: date
    best: date
    gain: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a capture that can be had, as a catalogue states it.

    `capture` is the catalogue's name of the whole capture, `rings` its outlines on WGS 84 (lon, lat), `gsd_m` that of
    the view, and `file` names the catalogue. `cloud_percent` is that of the tile.
    """

    capture: str
    day: date
    rings: tuple[tuple[tuple[float, float], ...], ...]
    gsd_m: float | None = None
    cloud_percent: float | None = None
    platform: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A capture that can be had, and the gaps that it would narrow, by site and target.

    `clear` has for each gap the share of the tile over its site that is free of cloud, 0 to 1. `gsd_m` and
    `cloud_percent` are the worst of the tiles over those sites.
    """

    capture: str
    day: date
    gaps: tuple[Gap, ...]
    clear: tuple[float, ...]
    gsd_m: float | None
    cloud_percent: float | None
    platform: str
    file: str

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites that it would narrow, in order."""
        return tuple(sorted({gap.site for gap in self.gaps}))

    @property
    def gain(self) -> float:
        """Days fewer that are to be expected, over all gaps; under cloud a site shows nothing."""
        shares = zip(self.gaps, self.clear, strict=True)
        return sum(share * expected_gain(gap, self.day) for gap, share in shares)


# -- one gap -------------------------------------------------------------------------------------------------


def gaps(findings: Iterable[Finding], today: date, since: date | None) -> tuple[Gap, ...]:
    """Gaps of the targets of `findings`, in their order; see `gap_of`.

    A publication's row is used for a target of which no picture says anything.
    """
    rows = tuple(findings)
    pictured = {(row.site, row.target) for row in rows if row.source == "imagery"}
    used = (
        row
        for row in rows
        if row.target and (row.source == "imagery" or (row.site, row.target) not in pictured)
    )
    found = (gap_of(row, today, since) for row in used)
    return tuple(gap for gap in found if gap is not None)


def gap_of(finding: Finding, today: date, since: date | None) -> Gap | None:
    """The days that `finding` leaves open, None where there is no day between its bounds, or no bound at all.

    An open end is closed by `today`, an open beginning by `since`, the day of the first picture there is.
    """
    first = finding.after + _DAY if finding.after else None
    last, side = finding.by, Open.NO
    if last is None:
        last, side = today, (Open.NO if finding.seen else Open.LATER)
        if first is None:
            return None
    if first is None:
        first, side = since, Open.EARLIER
    if first is None or first > last or (first == last and side is not Open.LATER):
        return None
    is_published = finding.source == "publication"
    return Gap(
        finding.site, finding.target, finding.event, first, last, side, is_published, finding.synthetic
    )


def expected_gain(gap: Gap, day: date) -> float:
    """Days of `gap` that a capture on `day` is expected to take away; 0 outside of it.

    Of n days, x up to the capture: closed, x of n chances leave x days and the others n - x, which takes
    2x(n - x)/n away. With an open side and even odds that the event lies within, 3x/2 - x²/n, x being counted from the
    bound that is known.
    """
    total, part = gap.days, gap.split(day)
    if gap.open is Open.NO:
        return 2 * part * (total - part) / total
    looked_over = part if gap.open is Open.LATER else total - part
    return (1 + _EVEN) * looked_over - 2 * _EVEN * looked_over**2 / total


def worst_left(gap: Gap, day: date) -> int | None:
    """Days that are left in question whatever a capture on `day` shows; None where a side stays open."""
    if gap.open is not Open.NO:
        return None
    part = gap.split(day)
    return max(part, gap.days - part)


def best_window(gap: Gap) -> Window:
    """When a capture of `gap` helps most.

    Closed: the middle half of the days, on each of which a capture takes at least three quarters of what the best
    takes. Open later: from the middle on, and best now, since only what comes from now on can be ordered new. Open
    earlier: up to the middle.
    """
    total = gap.days
    if gap.open is Open.LATER:
        low, high, best = math.ceil(total / 2), total, total
    elif gap.open is Open.EARLIER:
        low, high, best = 1, max(total // 2, 1), max(total // 4, 1)
    else:
        low, high, best = math.ceil(total / 4), 3 * total // 4, total // 2
    first, last, day = (gap.first + (part - 1) * _DAY for part in (low, high, best))
    return Window(first, last, day, expected_gain(gap, day))


def gap_sentence(gap: Gap, language: Language = "en") -> str:
    """What is in question, when to look, and what is then left: for people."""
    window = best_window(gap)
    days = say("{count} day" if gap.days == 1 else "{count} days", language, count=f"{gap.days:,}")
    first, last, best = (format_day(day, language) for day in (window.first, window.last, window.best))
    if gap.open is Open.LATER:
        return say(_UNSEEN, language, day=format_day(gap.first - _DAY, language), days=days, first=first)
    when = say(
        "a capture from {first} to {last}, best on {best}", language, first=first, last=last, best=best
    )
    begins, ends = format_day(gap.first, language), format_day(gap.last, language)
    if gap.open is Open.EARLIER:
        return say(_THERE_ALREADY, language, day=ends, when=when, first=begins)
    return say(
        "{event} on one of {days} from {first} to {last}{source}: {when}, {left}.",
        language,
        event=_capital(say(gap.event.value, language)),
        days=days,
        first=begins,
        last=ends,
        source=say(" (a publication's bounds)", language) if gap.published else "",
        when=when,
        left=say("leaves about {count} days", language, count=f"{gap.days - window.gain:,.0f}")
        if gap.days > 2
        else say("settles the day", language),
    )


_UNSEEN = (
    "Not seen as of {day}, {days} ago: a capture now, or from {first} on, tells whether it is there. Nothing "
    "bounds the end; today stands in for it."
)
_THERE_ALREADY = (
    "There already on {day}: {when}, bounds when it came. Nothing bounds the beginning; {first}, the day of the "
    "first picture there is, stands in for it."
)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


# -- a catalogue ---------------------------------------------------------------------------------------------


def offers(
    tiles: Sequence[Tile],
    places: Mapping[str, LonLat],
    known: Iterable[Gap],
    coarsest_m: Mapping[tuple[str, str], float],
    *,
    most_cloud_percent: float = 100.0,
    held: Collection[str] = (),
) -> tuple[Offer, ...]:
    """Captures of a catalogue that would narrow a gap, the one that takes most days away first.

    A tile counts for a gap where it covers the site's place, its pixels are no coarser than `coarsest_m` of (site,
    target), its cloud is within the limit or not stated, and its day lies in the gap. A tile without stated pixels
    counts where the coarsest is infinite. Captures whose names are `held` are left out.
    """
    by_site: dict[str, list[Gap]] = {}
    for gap in known:
        by_site.setdefault(gap.site, []).append(gap)
    usable = [
        tile
        for tile in tiles
        if tile.capture not in held and (tile.cloud_percent or 0.0) <= most_cloud_percent
    ]
    found: dict[tuple[str, date], dict[Gap, Tile]] = {}
    for tile, site in _over(usable, {site: places[site] for site in by_site if site in places}):
        for gap in by_site[site]:
            finest_first = found.setdefault((tile.capture, tile.day), {})
            is_fine = (math.inf if tile.gsd_m is None else tile.gsd_m) <= coarsest_m[gap.site, gap.target]
            if is_fine and expected_gain(gap, tile.day) > 0:
                finest_first[gap] = min(finest_first.get(gap, tile), tile, key=_preference)
    made = [_offer(name, day, over) for (name, day), over in found.items() if over]
    useful = (one for one in made if one.gain > 0)
    return tuple(sorted(useful, key=lambda one: (-one.gain, -len(one.sites), one.day, one.capture)))


def _preference(tile: Tile) -> tuple[float, float]:
    return (tile.cloud_percent or 0.0, tile.gsd_m or math.inf)


def _clear(tile: Tile) -> float:
    """The share of the tile that is free of cloud; where that is not stated, all of it."""
    return min(max(1 - (tile.cloud_percent or 0.0) / 100, 0.0), 1.0)


def _over(tiles: Sequence[Tile], places: Mapping[str, LonLat]) -> Iterable[tuple[Tile, str]]:
    """Pairs of a tile and a site whose place it covers, found through one tree over the tiles."""
    if not tiles or not places:
        return
    import shapely

    sites = sorted(places)
    owners = [number for number, tile in enumerate(tiles) for _ in tile.rings]
    shapes = shapely.polygons([shapely.linearrings(ring) for tile in tiles for ring in tile.rings])
    points = shapely.points([(places[site].lon, places[site].lat) for site in sites])
    pairs = shapely.STRtree(shapes).query(points, predicate="intersects")
    for site, shape in zip(*pairs.tolist(), strict=True):
        yield tiles[owners[shape]], sites[site]


def _offer(name: str, day: date, over: Mapping[Gap, Tile]) -> Offer:
    tiles = tuple(over.values())
    pixels = [tile.gsd_m for tile in tiles if tile.gsd_m is not None]
    clouds = [tile.cloud_percent for tile in tiles if tile.cloud_percent is not None]
    narrowed = tuple(sorted(over, key=lambda gap: (gap.site, gap.target, gap.first)))
    return Offer(
        name,
        day,
        narrowed,
        tuple(_clear(over[gap]) for gap in narrowed),
        max(pixels, default=None),
        max(clouds, default=None),
        tiles[0].platform,
        tiles[0].file,
    )


def offer_sentence(offer: Offer) -> str:
    """``12 sites could be dated to within 3 months by one capture on 3 December 2021`` and what else it narrows."""
    when = f"one capture on {format_day(offer.day)}"
    narrowed = _sites(len(offer.sites))
    fewer = f"{offer.gain:,.0f} days fewer are to be expected"
    bucket, count = _dated(offer)
    if not count:
        return f"{narrowed} could be narrowed by {when}: {fewer}."
    rest = "" if count == len(offer.sites) else f", {narrowed} narrowed in all"
    return f"{_sites(count)} could be dated to within {bucket} by {when}{rest}: {fewer}."


def _dated(offer: Offer) -> tuple[str, int]:
    """The finest span that holds half of the sites with closed gaps whatever is seen, and how many sites it holds."""
    left: dict[str, int] = {}
    for gap in offer.gaps:
        days = worst_left(gap, offer.day)
        if days is not None:
            left[gap.site] = max(left.get(gap.site, 0), days)
    for days, words in _BUCKETS:
        count = sum(one <= days for one in left.values())
        if count and 2 * count >= len(left):
            return words, count
    return "", 0


def _sites(count: int) -> str:
    return f"{count} site" if count == 1 else f"{count} sites"
