"""Objects of every kind that the record keeps, and short ways to put them, for the tests of the store."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    Claim,
    DateSpan,
    Event,
    Evidence,
    Export,
    FigureOptions,
    FigureRecipe,
    FileRole,
    IntakeEvent,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    ReviewEntry,
    Site,
    State,
    StoredFile,
    Target,
    Verdict,
)
from workflow.store import Record

ANNA = Author("Anna")
FIRST = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
SHOT = "a" * 16


def ticking() -> Iterator[datetime]:
    return (FIRST + timedelta(seconds=number) for number in itertools.count())


def site(name: str = "arch", **fields: object) -> Site:
    blank = Site(name, name.title(), position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),))
    return replace(blank, **fields)  # type: ignore[arg-type]


def capture(key: str = SHOT, ring: tuple[tuple[float, float], ...] = (), **fields: object) -> Capture:
    blank = Capture(
        id=key,
        sha256=key * 4,
        kind=CaptureKind.SATELLITE,
        file=f"{key}.tif",
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY),
        width_px=10,
        height_px=10,
        bands=1,
        footprint=tuple(LonLat(lon, lat) for lon, lat in ring),
    )
    return replace(blank, **fields)  # type: ignore[arg-type]


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def put(record: Record, value: object, base_version: int = 0, author: Author = ANNA) -> int:
    with record.write(author, "a test") as transaction:
        return transaction.put(value, base_version).version


PARTED = Site(
    "arch",
    "Arch",
    position=Position(LonLat(125.7, 39.0)),
    targets=(Target("inbound"), Target("outbound")),
    evidence=(
        Evidence("first seen in 2021", target="inbound", event=Event.APPEARED, source="report", page="30"),
        Evidence("there by 2022"),
    ),
)
EVERY_KIND = (
    PARTED,
    capture(ring=box(125, 38, 126, 39)),
    StoredFile("imagery/originals/a.tif", "0" * 64, 12, FileRole.ORIGINAL, SHOT),
    Offset("arch", SHOT, "b" * 16, 0.5, -0.25, 0.9, True, "phase"),
    Observation("o1", "arch", "inbound", SHOT, "Anna", State.PRESENT),
    Annotation("m1", "arch", SHOT, "point", {"type": "Point", "coordinates": [125.7, 39.0]}),
    ReviewEntry("r1", "observation", "o1", 1, Verdict.SUBMITTED, "done", "arch", "inbound", SHOT),
    Claim("c1", "At least one.", {"growth": "2021-12-31"}, {"at_least": 1}, "2024-01-02", 3),
    FigureRecipe("road", "arch", FigureOptions(captures=(SHOT,)), {"panels": []}),
    IntakeEvent("i1", SHOT, "a.tif", "0" * 64, 12),
    Export("export-1", "csv", "/sent/sites.csv", "0" * 64, 12, ("arch",), {"sites": 1}),
)
_EDITED = {
    "Capture": "credit",
    "Export": "file",
    "IntakeEvent": "software",
    "Offset": "reason",
    "ReviewEntry": "comment",
    "StoredFile": "sha256",
}


def edit(value: object) -> object:
    """The same object with another content; of a site, its parts too."""
    if isinstance(value, Site):
        return replace(
            value,
            note="edited",
            targets=tuple(replace(one, note="edited") for one in value.targets),
            evidence=tuple(replace(one, wording="edited") for one in value.evidence),
        )
    if isinstance(value, FigureRecipe):
        return replace(value, options=replace(value.options, caption="edited"))
    return replace(value, **{_EDITED.get(type(value).__name__, "note"): "edited"})  # type: ignore[type-var]


def identity(value: object) -> str:
    """Its id in the record."""
    if isinstance(value, Offset):
        return f"{value.site}.{value.capture}"
    return value.path if isinstance(value, StoredFile) else str(value.id)  # type: ignore[attr-defined]


def fill(record: Record, author: Author = ANNA) -> None:
    """Two revisions of one object of every kind at least."""
    for value in EVERY_KIND:
        put(record, value, author=author)
        put(record, edit(value), 1, author)
