"""The only door for files that somebody else made.

A file is copied while it is hashed, alone into an empty folder; a child process without network reads every
block of it and writes the working copy; then both are moved into place. Until then nothing is there, and
after a refusal nothing is left.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from workflow.errors import InputRefused
from workflow.files import put_in_place, sync_folder
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
from workflow.intake.sandbox import Limits, RefusalError, read_apart, software
from workflow.intake.sniff import HEAD_BYTES, Kind, kind_of, what_else
from workflow.intake.texts import TEXT_SUFFIXES, texts_of
from workflow.metadata import Dialect, SourceFile
from workflow.model import Basis, Capture, CaptureKind, DateSpan, Georeference, LonLat, Stated, Stretch
from workflow.settings import IMAGERY_DIR, ORIGINALS, WORKING

__all__ = ["PICTURE_SUFFIXES", "TEXT_SUFFIXES", "IntakeOptions", "Limits", "software", "sweep", "take_in"]

T = TypeVar("T")
PICTURE_SUFFIXES = frozenset({".tif", ".tiff", ".jp2", ".j2k", ".jpg", ".jpeg", ".png"})
# a stated ground sample distance is kept beside the pixel where it is coarser or finer by more
_SAME_GSD = 1.1
_COPY_BYTES = 2**20
_TEMPORARY = ".intake-"
_STALE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What is said about the files of one intake; None and "" leave it to the file.

    `acquired` is text as `parse_span` reads it, as are `retrieved` and `published`: the days by which the picture
    must have been taken. `basis` is what a date that is stated or in the name rests on. `kind` and `site` together
    take a picture without coordinates.
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


def take_in(
    path: Path,
    imagery: Path,
    options: IntakeOptions,
    dialects: Iterable[Dialect],
    *,
    known: Callable[[str], Capture | None] = lambda _: None,
    today: date | None = None,
    root: Path | None = None,
) -> Capture:
    """Take the picture in `path` into the folder `imagery`: original and working copy are in place when it
    returns.

    `root` is the folder that was given, where the picture was found below one: metadata of its product are
    looked for up to there.

    The same bytes give the same capture and rewrite nothing; a capture that `known` has for their hash (by
    its id) is returned as it is when both of its files are there. `today` (UTC) is what dates are held
    against.

    Raises
    ------
    InputRefused
        when the file is not taken; nothing is left of it then.
    """
    path = Path(path)
    stated = _named(path.name, "--acquired", stated_span, options.acquired)
    retrieved = _named(path.name, "--retrieved", stated_day, options.retrieved)
    published = _named(path.name, "--published", stated_day, options.published)
    kind = _kind_of_file(path, options.limits)
    job = _Job(kind, options, stated, retrieved, published, today, root)
    imagery.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=imagery) as folder:
        try:
            return _take(path, imagery, Path(folder), job, dialects, known)
        except RefusalError as refused:
            raise InputRefused(path.name, refused.problem, refused.remedy) from refused


@dataclass(frozen=True, slots=True)
class _Job:
    kind: Kind
    options: IntakeOptions
    stated: DateSpan | None
    retrieved: date | None
    published: date | None
    today: date | None
    root: Path | None


def _take(
    path: Path,
    imagery: Path,
    folder: Path,
    job: _Job,
    dialects: Iterable[Dialect],
    known: Callable[[str], Capture | None],
) -> Capture:
    source = folder / f"picture{_suffix(path, job.kind)}"
    sha256 = _copy(path, source, imagery)
    before = known(sha256[:16])
    if before is not None and _in_place(before, imagery):
        return before
    answer = _read(source, folder, job)
    capture = _capture(path, sha256, source.suffix, answer, job, dialects)
    working = imagery / WORKING / f"{sha256}.tif"
    _store(folder / "working.tif", working)
    _store(source, imagery / ORIGINALS / f"{sha256}{source.suffix}", read_only=True)
    with working.open("rb") as handle:
        return replace(capture, working_sha256=hashlib.file_digest(handle, "sha256").hexdigest())


# -- the file ------------------------------------------------------------------------------------------------


def _kind_of_file(path: Path, limits: Limits) -> Kind:
    """The format of a regular file within the size limit, told by its first bytes."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputRefused(path.name, "is a folder", "give the pictures in it")
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused(path.name, "is not a regular file", "give a picture")
        _check_length(path.name, status.st_size, limits)
        with path.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, InputRefused):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(
            path.name, f"cannot be read ({reason})", "check the path and its permissions"
        ) from error
    kind = kind_of(head)
    if kind is None:
        raise InputRefused(path.name, *what_else(head))
    return kind


def _check_length(name: str, size: int, limits: Limits) -> None:
    if size == 0:
        raise InputRefused(name, "is empty", "fetch it again from its source")
    if size > limits.file_bytes:
        raise InputRefused(
            name,
            f"has {size} bytes, the limit is {limits.file_bytes}",
            "cut it to the sites that are watched",
        )


def _suffix(path: Path, kind: Kind) -> str:
    """The original's suffix where it fits its content, else the usual one of the format."""
    suffix = path.suffix.lower()
    return suffix if suffix in kind.suffixes else kind.suffixes[0]


def _copy(path: Path, target: Path, imagery: Path) -> str:
    """Copy bytes and give their SHA-256: what is read later is what was hashed."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    if shutil.disk_usage(imagery).free < 3 * size:
        raise RefusalError(
            "there is not enough free space to take it", f"free {3 * size // 2**20 + 1} MB and repeat"
        )
    try:
        with path.open("rb") as source, target.open("xb") as copy:
            while chunk := source.read(_COPY_BYTES):
                digest.update(chunk)
                copy.write(chunk)
    except OSError as error:
        raise RefusalError(f"cannot be copied ({error.strerror})", "check the disk and repeat") from error
    return digest.hexdigest()


def _read(source: Path, folder: Path, job: _Job) -> dict[str, Any]:
    request = {
        "source": str(source.resolve()),
        "working": str(folder.resolve() / "working.tif"),
        "driver": job.kind.driver,
        "size_bytes": source.stat().st_size,
        "without_place": job.options.kind is not None and job.options.site is not None,
    }
    return read_apart(request, job.options.limits)


def _in_place(capture: Capture, imagery: Path) -> bool:
    files = (capture.original, capture.working)
    return all((imagery / Path(file).relative_to(IMAGERY_DIR)).is_file() for file in files)


def _store(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Move a finished file to its place; one of that name that is there has the same bytes, and stays."""
    size = source.stat().st_size
    if target.is_file() and (not read_only or target.stat().st_size == size):
        return
    if not target.parent.is_dir():
        target.parent.mkdir(exist_ok=True)
        sync_folder(
            target.parent.parent
        )  # a power cut must not take the folder with what was acknowledged in it
    try:
        put_in_place(source, target)
        if read_only:
            target.chmod(0o444)
    except PermissionError:  # Windows: somebody else put it there first and has it open, or it is read-only
        if not target.is_file():
            raise


# -- what is known of it -------------------------------------------------------------------------------------


def _capture(
    path: Path, sha256: str, suffix: str, answer: dict[str, Any], job: _Job, dialects: Iterable[Dialect]
) -> Capture:
    options = job.options
    found, refused = readings(SourceFile(path.name, answer["tags"], texts_of(path, job.root)), dialects)
    kind = options.kind or CaptureKind.SATELLITE
    provider = options.provider or _first(found, "provider")
    span, doubts = settle(path.name, job.stated, found, refused)
    span = as_understood(span, kind, options.basis)
    today = job.today or datetime.now(UTC).date()
    check_span(path.name, span, today)
    span, ending = closed(path.name, span, job.retrieved, job.published, today)
    own = next((metadata.warnings for _, metadata in found if metadata.acquired == span), ())
    gsd_m, stated_gsd_m, rough = _gsd(answer, _first_number(found, "gsd_m"))
    return Capture(
        id=sha256[:16],
        sha256=sha256,
        kind=kind,
        file=path.name,
        original=f"{IMAGERY_DIR}/{ORIGINALS}/{sha256}{suffix}",
        working=f"{IMAGERY_DIR}/{WORKING}/{sha256}.tif",
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
        warnings=(*own, *ending, *doubts, *rough, *answer["notes"]),
        stated_gsd_m=stated_gsd_m,
        sources=_sources(found, job),
        band_roles=tuple(answer["band_roles"]),
    )


def _first(found: tuple[Reading, ...], name: str) -> str:
    return next((text for _, metadata in found if (text := getattr(metadata, name))), "")


def _first_number(found: tuple[Reading, ...], name: str) -> float | None:
    return next((value for _, metadata in found if (value := getattr(metadata, name)) is not None), None)


def _gsd(answer: dict[str, Any], stated: float | None) -> tuple[float | None, float | None, tuple[str, ...]]:
    """The pixel in metres, a stated distance that differs from it, and a warning where it stands in for one."""
    pixel = answer["gsd_m"] if answer["crs"] else None
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
