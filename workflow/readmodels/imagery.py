"""Pictures as the Imagery page shows them: all that were ever taken in, and which sites wait for alignment."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.chips import covering_each
from workflow.model import Capture, Offset, Site
from workflow.readmodels.dates import basis_words, local_words
from workflow.timespan import Language, format_span

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["CaptureRow", "ImageryPage", "fitting", "imagery"]


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A capture in the list, with the ids of the sites that it covers or is tied to.

    `aligned` counts the sites at which it lies on the reference or is it, `cut` those where alignment was tried.
    `local` is the day at the place where it is another than that in UTC, else empty. `text` is what a search looks in.
    """

    capture: Capture
    label: str
    local: str
    basis: str
    sites: tuple[str, ...]
    aligned: int
    cut: int
    text: str


@dataclass(frozen=True, slots=True)
class ImageryPage:
    """All captures, the undated last; `waiting` are sites over which a capture lies that was not tracked yet."""

    rows: tuple[CaptureRow, ...]
    waiting: tuple[str, ...]


def imagery(project: Project, language: Language = "en") -> ImageryPage:
    """Everything that the list of captures shows, from one state of the record."""
    with project.record.snapshot():
        sites, captures = project.sites(), project.all_captures()
        over = covering_each(sites, captures)
        cut = {(entry.site, entry.capture) for entry in project.record.chips()}
        offsets = project.offsets()
    by_capture: dict[str, list[str]] = {}
    for site in sites:
        for capture in over[site.id]:
            by_capture.setdefault(capture.id, []).append(site.id)
    for capture in captures:
        if capture.site and capture.site not in by_capture.get(capture.id, ()):
            by_capture.setdefault(capture.id, []).append(capture.site)
    aligned = _aligned(offsets)
    places = {site.id: site for site in sites}
    rows = tuple(
        _row(
            capture,
            [places[one] for one in by_capture.get(capture.id, ()) if one in places],
            aligned,
            cut,
            language,
        )
        for capture in captures
    )
    waiting = tuple(
        site.id
        for site in sites
        if any(one.withdrawn is None and (site.id, one.id) not in cut for one in over[site.id])
    )
    return ImageryPage(rows, waiting)


def _aligned(offsets: Iterable[Offset]) -> frozenset[tuple[str, str]]:
    """Pairs of site and capture that lie on the reference, or are it."""
    found = [(one.site, one.capture) for one in offsets if one.applied]
    return frozenset(found) | {(one.site, one.reference) for one in offsets}


def _row(
    capture: Capture,
    sites: Sequence[Site],
    aligned: frozenset[tuple[str, str]],
    cut: set[tuple[str, str]],
    language: Language,
) -> CaptureRow:
    span = capture.acquired
    label, local = format_span(span), local_words(capture, sites[0] if sites else None, language)
    names = (name for site in sites for name in (site.name, site.name_local, *site.aliases))
    words = (capture.file, capture.id, capture.provider, capture.platform, capture.credit, label)
    days = (str(day) for day in (span.earliest, span.latest) if day)
    return CaptureRow(
        capture=capture,
        label=label,
        local=local,
        basis=basis_words(span.basis),
        sites=tuple(site.id for site in sites),
        aligned=sum((site.id, capture.id) in aligned for site in sites),
        cut=sum((site.id, capture.id) in cut for site in sites),
        text=_plain(" \n".join((*words, *days, *names))),
    )


def fitting(
    rows: Iterable[CaptureRow], *, text: str = "", provider: str = "", kind: str = ""
) -> tuple[CaptureRow, ...]:
    """Those of the rows that have every word of `text`, and are of that provider and kind; empty keeps all."""
    words = _plain(text).split()
    return tuple(
        row
        for row in rows
        if all(word in row.text for word in words)
        and provider in ("", row.capture.provider)
        and kind in ("", row.capture.kind.value)
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
