"""The only door for files that somebody else made.

A file is copied while it is hashed, alone into an empty folder; a child process without network reads every
block of it and writes the working copy; then both are moved into place. Until then nothing is there, and
after a refusal nothing is left.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from workflow.embedded import embedded
from workflow.errors import InputRefused
from workflow.files import sha256_of
from workflow.intake.clips import clip_of
from workflow.intake.copies import (
    Brought,
    Found,
    bring,
    check_room,
    check_unchanged,
    find,
    listing_of,
    store,
)
from workflow.intake.dates import (
    Reading,
    as_understood,
    check_span,
    closed,
    readings,
    settle,
    stated_day,
    stated_span,
)
from workflow.intake.orders import Order, data_of_header, lacking, listed_tiles, orders_of, without_tiles
from workflow.intake.sandbox import Limits, RefusalError, read_apart, software
from workflow.intake.texts import TEXT_SUFFIXES, texts_of
from workflow.metadata import Dialect, SourceFile
from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    ClipFrame,
    ControlModel,
    ControlPoint,
    ControlPoints,
    DateSpan,
    FileRole,
    Georeference,
    LonLat,
    Origin,
    Part,
    Stated,
    Stretch,
)
from workflow.settings import IMAGERY_DIR, ORIGINALS, WORKING, is_in_library

__all__ = [
    "PICTURE_SUFFIXES",
    "TEXT_SUFFIXES",
    "IntakeOptions",
    "Limits",
    "Order",
    "clip_of",
    "data_of_header",
    "listed_tiles",
    "orders_of",
    "software",
    "sweep",
    "take_in",
    "without_tiles",
]

T = TypeVar("T")
PICTURE_SUFFIXES = frozenset(
    {".tif", ".tiff", ".jp2", ".j2k", ".jpg", ".jpeg", ".png", ".ntf", ".nitf", ".nsf"}
)
# a stated ground sample distance is kept beside the pixel where it is coarser or finer by more
_SAME_GSD = 1.1
_TEMPORARY = ".intake-"
_WORKING = "working-{}.tif"
_STALE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What is said about the files of one intake; None and "" leave it to the file.

    `acquired` is text as `parse_span` reads it, as are `retrieved` and `published`: the days by which the picture
    must have been taken. `basis` is what a date that is stated or in the name rests on. `kind` and `site` together
    take a picture without coordinates. `in_place` leaves originals where they are: they are hashed, read there and
    referred to. `origin` is how a screenshot came about; the day of its making is that of retrieval where no other is
    given.
    """

    acquired: str | None = None
    provider: str = ""
    credit: str = ""
    licence: str = ""
    kind: CaptureKind | None = None
    site: str | None = None
    synthetic: bool = False
    basis: Basis | None = None
    retrieved: str | None = None
    published: str | None = None
    limits: Limits = field(default_factory=Limits)
    in_place: bool = False
    origin: Origin | None = None


def take_in(
    path: Path,
    imagery: Path,
    options: IntakeOptions,
    dialects: Iterable[Dialect],
    *,
    known: Callable[[str], Capture | None] = lambda _: None,
    today: date | None = None,
    root: Path | None = None,
    order: Order | None = None,
) -> Capture:
    """Take the picture in `path` into the folder `imagery`: original and working copy are in place when it
    returns.

    With `order` its tiles become one picture, or the frames of a clip; `path` is one of them. `root` is the folder that
    was given, where the picture was found below one: metadata of its product are looked for up to there.

    The same bytes give the same capture and rewrite nothing; a capture that `known` has for their hash (by
    its id) is returned as it is when both of its files are there. `today` (UTC) is what dates are held
    against.

    Raises
    ------
    InputRefused
        when the file is not taken; nothing is left of it then.
    """
    path = Path(path)
    name = order.name if order else path.name
    stated = _named(name, "--acquired", stated_span, options.acquired)
    shot = options.origin.at[:10] if options.origin else ""
    retrieved = _named(name, "--retrieved", stated_day, options.retrieved or shot or None)
    published = _named(name, "--published", stated_day, options.published)
    times = order.times if order else ()
    job = _Job(name, path, options, stated, retrieved, published, today, root, times)
    try:
        found = [find(one, options.limits) for one in (order.tiles if order else (path,))]
        imagery.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=imagery) as folder:
            return _take(found, imagery, Path(folder).resolve(), job, dialects, known)
    except RefusalError as refused:
        raise InputRefused(name, refused.problem, refused.remedy) from refused


@dataclass(frozen=True, slots=True)
class _Job:
    """One picture to be taken: what it is called, where it lies, and what was said of it."""

    name: str
    path: Path
    options: IntakeOptions
    stated: DateSpan | None
    retrieved: date | None
    published: date | None
    today: date | None
    root: Path | None
    times: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where the files of a picture come to lie: its original, and its parts where it came as several files."""

    sha256: str
    original: str
    parts: tuple[Part, ...] = ()


def _take(
    found: list[Found],
    imagery: Path,
    folder: Path,
    job: _Job,
    dialects: Iterable[Dialect],
    known: Callable[[str], Capture | None],
) -> Capture:
    in_place = job.options.in_place
    check_room(found, imagery, in_place=in_place)
    pictures = [bring(one, folder / str(at), in_place=in_place) for at, one in enumerate(found)]
    files = tuple(file for picture in pictures for file in picture)
    stored = _stored(files, imagery, in_place)
    before = known(stored.sha256[:16])
    if before is not None and _all_there(before, imagery):
        return before
    sources = [
        {"path": str(picture[0].path), "driver": one.kind.driver, "size_bytes": picture[0].size_bytes}
        for one, picture in zip(found, pictures, strict=True)
    ]
    together = [[source] for source in sources] if job.times else [sources]
    answers = []
    for at, some in enumerate(together):
        try:
            answers.append(_read(some, folder / _WORKING.format(at), job))
        except RefusalError as refused:
            number = at if job.times else refused.number
            if number is None or len(found) == 1:
                raise
            said = f"its file {found[number].files[0].name}: {refused.problem}"
            raise RefusalError(said, refused.remedy) from refused
    if in_place:
        check_unchanged(files)
    capture = _capture(stored, answers[0], job, dialects)
    working = _at(imagery, capture.working)
    store(folder / _WORKING.format(0), working)
    frames = tuple(
        _frame(at, time, answers[at], capture, imagery, folder, file)
        for at, (time, file) in enumerate(zip(job.times, files, strict=True) if job.times else ())
    )
    _store_originals(stored, files, imagery, folder, in_place)
    return replace(capture, working_sha256=sha256_of(working), frames=frames)


def _frame(
    at: int, time: float, answer: dict[str, Any], capture: Capture, imagery: Path, folder: Path, file: Brought
) -> ClipFrame:
    """Frame number `at` of a clip, its working copy in place; that of the first is the capture's."""
    if answer["crs"]:
        raise RefusalError(
            f"has a still that lies on the map ({file.origin.name})", "take that one in by itself"
        )
    if answer["bands"] != capture.bands:
        raise RefusalError(
            f"has stills of {capture.bands} and of {answer['bands']} bands ({file.origin.name})",
            "save them alike",
        )
    path = capture.working if at == 0 else capture.working.replace(".tif", f".{at + 1}.tif")
    if at:
        store(folder / _WORKING.format(at), _at(imagery, path))
    return ClipFrame(
        time, file.origin.name, path, sha256_of(_at(imagery, path)), answer["width"], answer["height"]
    )


def _stored(files: tuple[Brought, ...], imagery: Path, in_place: bool) -> _Stored:
    """The hash of a picture, and the paths of its files: of one file its own, of several those of their list."""
    if len(files) == 1:
        return _Stored(files[0].sha256, _path_of(files[0], files[0].sha256, imagery, in_place))
    sha256 = hashlib.sha256(listing_of(files)).hexdigest()
    parts = tuple(
        Part(file.origin.name, _path_of(file, f"{sha256}.{at}", imagery, in_place), file.sha256)
        for at, file in enumerate(files, 1)
    )
    return _Stored(sha256, f"{IMAGERY_DIR}/{ORIGINALS}/{sha256}.txt", parts)


def _path_of(file: Brought, stem: str, imagery: Path, in_place: bool) -> str:
    """Where a file comes to lie, as the record names it: in the library, or where it is."""
    if not in_place:
        return f"{IMAGERY_DIR}/{ORIGINALS}/{stem}{file.path.suffix}"
    whole, root = file.origin.resolve(), imagery.resolve().parent
    return (whole.relative_to(root) if whole.is_relative_to(root) else whole).as_posix()


def _store_originals(
    stored: _Stored, files: tuple[Brought, ...], imagery: Path, folder: Path, in_place: bool
) -> None:
    if not in_place:
        paths = [one.path for one in stored.parts] or [stored.original]
        for file, path in zip(files, paths, strict=True):
            store(file.path, _at(imagery, path), read_only=True)
    if stored.parts:
        listing = folder / "parts.txt"
        listing.write_bytes(listing_of(files))
        store(listing, _at(imagery, stored.original), read_only=True)


def _read(sources: list[dict[str, Any]], working: Path, job: _Job) -> dict[str, Any]:
    request = {
        "sources": sources,
        "working": str(working),
        "without_place": job.options.kind is not None and job.options.site is not None,
    }
    return read_apart(request, job.options.limits)


def _all_there(capture: Capture, imagery: Path) -> bool:
    files = (path for role, path, _ in capture.files if role is not FileRole.ATTACHMENT)
    return all(_at(imagery, path).is_file() for path in files)


def _at(imagery: Path, path: str) -> Path:
    """Where a file lies that the record names so."""
    return imagery / Path(path).relative_to(IMAGERY_DIR) if is_in_library(path) else imagery.parent / path


# -- what is known of it -------------------------------------------------------------------------------------


def _capture(stored: _Stored, answer: dict[str, Any], job: _Job, dialects: Iterable[Dialect]) -> Capture:
    options, name = job.options, job.name
    texts = texts_of(job.path, job.root)
    found, refused = readings(SourceFile(name, answer["tags"], texts), dialects)
    alone = () if stored.parts else lacking(job.path, texts)
    kind = options.kind or CaptureKind.SATELLITE
    provider = options.provider or _first(found, "provider")
    span, doubts = settle(name, job.stated, found, refused)
    span = as_understood(span, kind, options.basis)
    today = job.today or datetime.now(UTC).date()
    check_span(name, span, today)
    span, ending = closed(name, span, job.retrieved, job.published, today)
    own = next((metadata.warnings for _, metadata in found if metadata.acquired == span), ())
    gsd_m, stated_gsd_m, rough = _gsd(answer, _first_number(found, "gsd_m"))
    return Capture(
        id=stored.sha256[:16],
        sha256=stored.sha256,
        kind=kind,
        file=name,
        original=stored.original,
        working=f"{IMAGERY_DIR}/{WORKING}/{stored.sha256}.tif",
        acquired=span,
        width_px=answer["width"],
        height_px=answer["height"],
        bands=answer["bands"],
        georeference=Georeference.NATIVE if answer["crs"] else Georeference.NONE,
        crs=answer["crs"],
        gsd_m=gsd_m,
        footprint=tuple(LonLat(lon, lat) for lon, lat in answer["footprint"]),
        stretch=tuple(Stretch(low, high) for low, high in answer["stretch"]),
        site=options.site,
        provider=provider,
        platform=_first(found, "platform"),
        credit=options.credit or _first(found, "credit"),
        licence=options.licence or _first(found, "licence"),
        off_nadir_deg=_first_number(found, "off_nadir_deg"),
        sun_azimuth_deg=_first_number(found, "sun_azimuth_deg"),
        sun_elevation_deg=_first_number(found, "sun_elevation_deg"),
        cloud_share=_first_number(found, "cloud_share"),
        synthetic=options.synthetic,
        warnings=(*own, *ending, *doubts, *rough, *alone, *answer["notes"]),
        stated_gsd_m=stated_gsd_m,
        sources=_sources(found, job),
        band_roles=tuple(answer["band_roles"]),
        parts=stored.parts,
        position_error_m=answer["position_error_m"],
        proposals=embedded(name, answer["tags"]),
        origin=options.origin,
        likeness=answer["likeness"],
        control=None if job.times else _control(answer),
    )


def _control(answer: dict[str, Any]) -> ControlPoints | None:
    """The file's own ground control points as they are, in its CRS; nobody has laid the picture by them yet."""
    known = answer["control"]
    if known is None:
        return None
    points = tuple(ControlPoint(*point) for point in known["points"])
    return ControlPoints(known["crs"], ControlModel.AFFINE, points, answer["width"], answer["height"], 0.0)


def _first(found: tuple[Reading, ...], name: str) -> str:
    return next((text for _, metadata in found if (text := getattr(metadata, name))), "")


def _first_number(found: tuple[Reading, ...], name: str) -> float | None:
    return next((value for _, metadata in found if (value := getattr(metadata, name)) is not None), None)


def _gsd(answer: dict[str, Any], stated: float | None) -> tuple[float | None, float | None, tuple[str, ...]]:
    """The pixel in metres, a stated distance that differs from it, and a warning where it stands in for one."""
    pixel = answer["gsd_m"]
    if pixel is None and stated is not None:
        note = f"its ground sample distance of {stated:.3g} m is the product's: a reduced picture shows less"
        return stated, None, (note,)
    differs = stated is not None and pixel is not None and not 1 / _SAME_GSD <= stated / pixel <= _SAME_GSD
    return pixel, stated if differs else None, ()


_TRACED = (
    "acquired", "provider", "platform", "credit", "licence", "gsd_m", "off_nadir_deg", "sun_azimuth_deg",
    "sun_elevation_deg", "cloud_share",
)  # fmt: skip


def _sources(found: tuple[Reading, ...], job: _Job) -> tuple[Stated, ...]:
    """Which field said what was taken from metadata; what was stated at intake has none."""
    options = job.options
    told = {
        "acquired": job.stated,
        "provider": options.provider,
        "credit": options.credit,
        "licence": options.licence,
    }
    first = {
        name: next((one.sources.get(name) for _, one in found if getattr(one, name) not in (None, "")), None)
        for name in _TRACED
        if not told.get(name)
    }
    return tuple(Stated(name, source) for name, source in first.items() if source)


def _named(name: str, option: str, function: Callable[[str | None], T | None], text: str | None) -> T | None:
    try:
        return function(text)
    except InputRefused as error:
        raise InputRefused(name, f"{option}, {error.subject}: {error.problem}", error.remedy) from error


def sweep(imagery: Path) -> None:
    """Remove what intakes that were killed left behind more than a day ago."""
    for folder in imagery.glob(f"{_TEMPORARY}*"):
        try:
            if time.time() - folder.stat().st_mtime > _STALE_S:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
