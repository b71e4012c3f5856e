"""Growth of a project's targets: counts with bounds, the sentence for a day, and what stands behind each count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow import growth as counting
from workflow.growth import APPEARED, STANDING, Certainty, Key, Stay
from workflow.model import Finding, Site, Subset
from workflow.readmodels import evidence
from workflow.timespan import format_day

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["ALL", "APPEARED", "STANDING", "counted", "growth", "growth_rows", "sentence"]

ALL = Subset()
Row = dict[str, Any]


def growth(
    project: Project,
    days: Iterable[date] | None = None,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    approved: bool = False,
) -> list[Row]:
    """Rows ``day at_least at_most``, then ``synthetic published published_at_least assumed``, on `days`, else on
    every day of change and year's end.

    `series` is ``appeared`` or ``standing``. `synthetic` says whether a count rests on rendered scenes,
    `published` and `published_at_least` how many of both counts are through publications alone. `assumed`
    counts, of what stands, on that it stays until it is shown gone; None for what appeared. `approved` takes
    approved observations alone, and no publications.
    """
    with project.record.snapshot():
        known, sites = evidence.findings(project, approved=approved), project.sites()
    return growth_rows(known, sites, days, subset=subset, series=series)


def growth_rows(
    known: Iterable[Finding],
    sites: Iterable[Site],
    days: Iterable[date] | None = None,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
) -> list[Row]:
    """`growth` of findings that the caller has."""
    return _rows(tuple(_stays(known, sites, subset, series).values()), days, series)


def _stays(
    known: Iterable[Finding], sites: Iterable[Site], subset: Subset, series: str
) -> dict[Key, tuple[Stay, ...]]:
    belongs = counting.in_subset(subset, sites)
    return {key: some for key, some in counting.stays(known, series).items() if belongs(key)}


def _rows(targets: Sequence[Sequence[Stay]], days: Iterable[date] | None, series: str) -> list[Row]:
    points = counting.growth(targets, days)
    on = [point.day for point in points]
    imagery = counting.growth([[one for one in some if not one.published] for some in targets], on)
    rendered = counting.growth([[one for one in some if one.synthetic] for some in targets], on)
    return [
        {
            "day": point.day.isoformat(),
            "at_least": point.at_least,
            "at_most": point.at_most,
            "synthetic": scenes.at_most > 0,
            "published": point.at_most - pictures.at_most,
            "published_at_least": point.at_least - pictures.at_least,
            "assumed": point.assumed if series == STANDING else None,
        }
        for point, pictures, scenes in zip(points, imagery, rendered, strict=True)
    ]


def counted(
    project: Project,
    day: date,
    *,
    subset: Subset = ALL,
    series: str = APPEARED,
    approved: bool = False,
) -> list[Row]:
    """One row for every target behind the counts of `day`, the certain ones first.

    Keys ``site target counts earliest latest phrase witnesses source doubts synthetic``. `counts` is ``certainly``,
    ``assumed`` (what stands, if it stays until it is shown gone) or ``possibly``. `earliest` (excluded) and `latest`
    bound its arrival, `phrase` has the words for it and for a removal that ends the stay.
    """
    with project.record.snapshot():
        known, sites = evidence.findings(project, approved=approved), project.sites()
    rows = [
        (list(Certainty).index(found[0]), _counted(key, *found))
        for key, some in _stays(known, sites, subset, series).items()
        if (found := counting.certainty(some, day)) is not None
    ]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _counted(key: Key, how: Certainty, stay: Stay) -> Row:
    after, by = stay.arrival.after, stay.arrival.by
    doubts = dict.fromkeys(doubt.value for one in stay.findings for doubt in one.doubts)
    return {
        "site": key[0],
        "target": key[1],
        "counts": how.value,
        "earliest": after.isoformat() if after else None,
        "latest": by.isoformat() if by else None,
        "phrase": "; ".join(f"{one.event} {one.phrase}" for one in stay.findings),
        "witnesses": list(dict.fromkeys(witness for one in stay.findings for witness in one.witnesses)),
        "source": " and ".join(dict.fromkeys(one.source for one in stay.findings)),
        "doubts": list(doubts),
        "synthetic": stay.synthetic,
    }


def sentence(row: Mapping[str, Any], series: str = APPEARED) -> str:
    """A row of `growth` in words.

    ``At least 42 targets had appeared by the end of 2019, at most 60.``; of what stands, ``At least 3 targets stood at
    the end of 2019, at most 9; 5 if what appeared stays until it is shown gone (an assumption).``
    """
    day = date.fromisoformat(row["day"])
    when = f"the end of {day.year}" if (day.month, day.day) == (12, 31) else format_day(day)
    noun = "target" if row["at_least"] == 1 else "targets"
    if series == STANDING:
        said = f"stood {'at' if when.startswith('the end') else 'on'} {when}, at most {row['at_most']}"
        said += f"; {row['assumed']} if what appeared stays until it is shown gone (an assumption)"
    else:
        said = f"had appeared by {when}, at most {row['at_most']}"
    rendered = " Some of this rests on rendered scenes (SYNTHETIC)." if row["synthetic"] else ""
    return f"At least {row['at_least']} {noun} {said}.{_published(row)}{rendered}"


def _published(row: Mapping[str, Any]) -> str:
    """How much of *at least* rests on publications alone, as a sentence; nothing where none does."""
    count, whole = row["published_at_least"], row["at_least"]
    if not count:
        return ""
    if count < whole:
        return f" Of the {whole}, {count} {'rests' if count == 1 else 'rest'} on publications alone."
    return f" All {whole} rest on publications alone." if whole > 1 else " It rests on publications alone."
