"""Growth of a project's targets: counts with bounds, the sentence for a day, and what stands behind each count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow import growth as counting
from workflow.errors import InputRefused, UnknownName
from workflow.growth import APPEARED, STANDING, Certainty, Key, Stay
from workflow.model import Finding, Site, Subset
from workflow.readmodels import evidence
from workflow.timespan import Language, format_day
from workflow.turnbull import expected
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "ALL",
    "APPEARED",
    "STANDING",
    "check_subset",
    "counted",
    "counted_rows",
    "day_of",
    "growth",
    "growth_rows",
    "last_rows",
    "sentence",
]

ALL = Subset()
Row = dict[str, Any]


def growth(
    project: Project,
    days: Iterable[date] | None = None,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    approved: bool = False,
    by: str | None = None,
    turnbull: bool = False,
) -> list[Row]:
    """Rows ``day at_least at_most``, then ``synthetic published published_at_least assumed turnbull group``, on
    `days`, else on every day of change and year's end.

    `series` is ``appeared`` or ``standing``. `synthetic` says whether a count rests on rendered scenes,
    `published` and `published_at_least` how many of both counts are through publications alone. `assumed`
    counts, of what stands, on that it stays until it is shown gone; None for what appeared. `approved` takes
    approved observations alone, and no publications. `by` gives the same days once for each ``category``, ``road`` or
    ``kind`` of targets, named in `group`. `turnbull` adds the most likely number.

    Raises
    ------
    InputRefused
        for `turnbull` where lifelines is not installed, or of what stands.
    """
    known, sites = _known(project, approved)
    return growth_rows(known, sites, days, subset=subset, series=series, by=by, turnbull=turnbull)


def _known(project: Project, approved: bool) -> tuple[tuple[Finding, ...], tuple[Site, ...]]:
    with project.record.snapshot():
        return evidence.findings(project, approved=approved), project.sites()


def growth_rows(
    known: Iterable[Finding],
    sites: Sequence[Site],
    days: Iterable[date] | None = None,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    by: str | None = None,
    turnbull: bool = False,
) -> list[Row]:
    """`growth` of findings that the caller has."""
    if turnbull and series == STANDING:
        raise InputRefused(
            "the Turnbull estimate", "is of what appeared, not of what stands", "leave one of them out"
        )
    targets = _stays(known, sites, subset, series)
    on = sorted(set(days)) if days is not None else counting.change_days(targets.values())
    if by is None:
        return _rows(tuple(targets.values()), on, series, turnbull, None)
    groups: dict[str, list[Sequence[Stay]]] = {}
    named = counting.grouping(by, sites)
    for key, some in targets.items():
        groups.setdefault(named(key), []).append(some)
    return [row for name in sorted(groups) for row in _rows(groups[name], on, series, turnbull, name)]


def _stays(
    known: Iterable[Finding], sites: Iterable[Site], subset: Subset, series: str
) -> dict[Key, tuple[Stay, ...]]:
    belongs = counting.in_subset(subset, sites)
    return {key: some for key, some in counting.stays(known, series).items() if belongs(key)}


def _rows(
    targets: Sequence[Sequence[Stay]], on: Sequence[date], series: str, turnbull: bool, group: str | None
) -> list[Row]:
    points = counting.growth(targets, on)
    imagery = counting.growth([[one for one in some if not one.published] for some in targets], on)
    rendered = counting.growth([[one for one in some if one.synthetic] for some in targets], on)
    arrivals = [some[0].arrival for some in targets]
    likely = expected([(one.after, one.by) for one in arrivals], on) if turnbull else [None for _ in on]
    return [
        {
            "day": point.day.isoformat(),
            "at_least": point.at_least,
            "at_most": point.at_most,
            "synthetic": scenes.at_most > 0,
            "published": point.at_most - pictures.at_most,
            "published_at_least": point.at_least - pictures.at_least,
            "assumed": point.assumed if series == STANDING else None,
            "turnbull": None if curve is None else round(curve, 2),
            "group": group,
        }
        for point, pictures, scenes, curve in zip(points, imagery, rendered, likely, strict=True)
    ]


def counted(
    project: Project,
    day: date,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    approved: bool = False,
    language: Language = "en",
) -> list[Row]:
    """One row for every target behind the counts of `day`, the certain ones first.

    Keys ``site target counts earliest latest phrase witnesses source doubts synthetic``. `counts` is ``certainly``,
    ``assumed`` (what stands, if it stays until it is shown gone) or ``possibly``. `earliest` (excluded) and `latest`
    bound its arrival, `phrase` has the words for it and for a removal that ends the stay, in `language`.
    """
    return counted_rows(*_known(project, approved), day, subset=subset, series=series, language=language)


def counted_rows(
    known: Iterable[Finding],
    sites: Iterable[Site],
    day: date,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    language: Language = "en",
) -> list[Row]:
    """`counted` of findings that the caller has."""
    rows = [
        (list(Certainty).index(found[0]), _counted(key, *found, language))
        for key, some in _stays(known, sites, subset, series).items()
        if (found := counting.certainty(some, day)) is not None
    ]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _counted(key: Key, how: Certainty, stay: Stay, language: Language) -> Row:
    after, by = stay.arrival.after, stay.arrival.by
    doubts = dict.fromkeys(doubt.value for one in stay.findings for doubt in one.doubts)
    return {
        "site": key[0],
        "target": key[1],
        "counts": how.value,
        "earliest": after.isoformat() if after else None,
        "latest": by.isoformat() if by else None,
        "phrase": "; ".join(_arrival(one, language) for one in stay.findings),
        "witnesses": list(dict.fromkeys(witness for one in stay.findings for witness in one.witnesses)),
        "source": " and ".join(dict.fromkeys(one.source for one in stay.findings)),
        "doubts": list(doubts),
        "synthetic": stay.synthetic,
    }


def _arrival(one: Finding, language: Language) -> str:
    phrase = evidence.phrase_in(one, language)
    return say("{event} {phrase}", language, event=say(one.event.value, language), phrase=phrase)


def last_rows(rows: Iterable[Row]) -> list[Row]:
    """The last row of every group, in their order."""
    return list({row["group"]: row for row in rows}.values())


def day_of(row: Mapping[str, Any]) -> date:
    """The day of a row of `growth`."""
    return date.fromisoformat(row["day"])


def check_subset(project: Project, subset: Subset) -> None:
    """See that some site has this category or road, and some target is of this class.

    Raises
    ------
    UnknownName
        when none is: most likely it is not written so.
    """
    sites = project.sites()
    known = {
        "category": (subset.category, {site.category for site in sites}),
        "road": (subset.road, {site.road for site in sites} - {""}),
        "class": (subset.kind, {target.kind.value for site in sites for target in site.targets}),
    }
    for what, (name, names) in known.items():
        if name and name.casefold() not in {one.casefold() for one in names}:
            raise UnknownName(what, name, sorted(names))


def sentence(row: Mapping[str, Any], series: str = APPEARED, language: Language = "en") -> str:
    """A row of `growth` in words.

    ``At least 42 targets had appeared by the end of 2019, at most 60.``; of what stands, ``At least 3 targets stood at
    the end of 2019, at most 9; 5 if what appeared stays until it is shown gone (an assumption).``
    """
    day = day_of(row)
    ends_year = (day.month, day.day) == (12, 31)
    when = say("the end of {year}", language, year=day.year) if ends_year else format_day(day, language)
    said = say(
        _SENTENCES[series, row["at_least"] == 1],
        language,
        least=row["at_least"],
        most=row["at_most"],
        assumed=row.get("assumed"),
        at=say("at" if ends_year else "on", language),
        when=when,
    )
    synthetic = " Some of this rests on rendered scenes (SYNTHETIC)."
    rendered = say(synthetic, language) if row["synthetic"] else ""
    group = "" if row["group"] is None else f"{row['group'] or say('(none)', language)}: "
    return f"{group}{said}{_published(row, language)}{rendered}"


_APPEARED = "At least {least} %s had appeared by {when}, at most {most}."
_STOOD = (
    "At least {least} %s stood {at} {when}, at most {most}; {assumed} if what appeared stays until it is shown gone "
    "(an assumption)."
)
_SENTENCES = {
    (series, one): text % ("target" if one else "targets")
    for series, text in ((APPEARED, _APPEARED), (STANDING, _STOOD))
    for one in (True, False)
}


def _published(row: Mapping[str, Any], language: Language) -> str:
    """How much of *at least* rests on publications alone, as a sentence; nothing where none does."""
    count, whole = row["published_at_least"], row["at_least"]
    if not count:
        return ""
    if count < whole:
        one, many = (
            f" Of the {{whole}}, {{count}} {verb} on publications alone." for verb in ("rests", "rest")
        )
        return say(one if count == 1 else many, language, whole=whole, count=count)
    if whole > 1:
        return say(" All {whole} rest on publications alone.", language, whole=whole)
    return say(" It rests on publications alone.", language)
