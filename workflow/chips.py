"""Chips: the part of a capture around a site, cut onto the site's grid and kept in a disk cache.

A chip is named by the hash of all that its pixels follow from, so a cached file is right or is never looked
at; what is damaged is made again. A `Cut` holds those inputs without the project, so that it can be sent to a
worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import operator
import os
import tempfile
import threading
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.codec import canonical_json, encode
from workflow.errors import InputRefused
from workflow.grid import SiteGrid, box_rings, grid_gsd, site_grid
from workflow.model import Capture, Chip, LonLat, Offset, Site, Stretch
from workflow.overlap import LEAST_CORNERS, meeting, meets
from workflow.settings import STATE_DIR

if TYPE_CHECKING:
    from shapely import Polygon

    from workflow.project import Project

__all__ = [
    "CHIP_DIR",
    "LARGEST_SIDE_PX",
    "READER_VERSION",
    "Cut",
    "chip",
    "covering",
    "covering_each",
    "covers",
    "cut",
    "digest",
    "drawn_from",
    "identity",
    "key_of",
    "plan",
    "read",
    "share",
    "site_grid_of",
    "touching",
    "window_grid",
]

CHIP_DIR = "chips"
LARGEST_SIDE_PX = 4096
# goes up when the same inputs would give other pixels, and names a kernel that others may not have
READER_VERSION = "3" + ("+numba" if rasters.IS_COMPILED else "")
# the day of an undated capture, which comes last
_NEVER = date.max.toordinal() + 1


@dataclass(frozen=True, slots=True)
class Cut:
    """What a chip follows from. `root` is the project folder, `working` the COG's path below it.

    `identity` stands for the picture and its georeference; `dx_m` and `dy_m` are added to the capture's
    coordinates. `reader` is what it was asked of: another one's pixels may be a digital number apart.
    """

    root: Path
    site: str
    capture: str
    identity: str
    working: str
    stretch: tuple[Stretch, ...]
    grid: SiteGrid
    dx_m: float = 0.0
    dy_m: float = 0.0
    reader: str = READER_VERSION

    @property
    def key(self) -> str:
        """Name of the content: 32 hex digits."""
        return digest([self.reader, self.identity, encode(self.grid), self.dx_m, self.dy_m])

    @property
    def file(self) -> str:
        """POSIX path of the cached chip below the project folder."""
        return f"{STATE_DIR}/{CHIP_DIR}/{self.site}/{self.key}.npz"


def digest(value: object) -> str:
    """32 hex digits that name a JSON-able value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:32]


def key_of(file: str) -> str:
    """The key of the chip that a file of the cache holds, or was drawn from."""
    return file.rpartition("/")[2].partition(".")[0]


def identity(capture: Capture) -> str:
    """What names a capture's pixels and where they lie: another georeference of the same bytes is another
    one.
    """
    return digest(
        [capture.sha256, capture.working, capture.georeference, capture.crs, encode(capture.footprint)]
    )


# -- which captures, which grid ------------------------------------------------------------------------------


def covering(project: Project, site: Site) -> tuple[Capture, ...]:
    """Georeferenced captures whose footprint touches the box around the site's watch circle, in date order.

    Empty for a site that is not located; withdrawn captures cover nothing.
    """
    return tuple(one for one in touching(project, site) if one.withdrawn is None)


def touching(project: Project, site: Site) -> tuple[Capture, ...]:
    """What `covering` gives, and the withdrawn captures too."""
    if site.position is None:
        return ()
    import shapely

    ring = box_rings([site.position.lonlat], [site.radius_m])[0]
    (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    # west > east says that the box crosses the date line
    found = project.record.captures_over(_wrapped(west), south, _wrapped(east), north)
    box = shapely.Polygon(ring)
    shown = [row.value for row in found if _touches(box, row.value)]
    return tuple(sorted(shown, key=lambda one: one.date_order))


def covering_each(sites: Iterable[Site], captures: Iterable[Capture]) -> dict[str, tuple[Capture, ...]]:
    """By site, those of the captures that `covering` would give, found without the record.

    All are met at once, so the cost grows with what is found rather than with sites x captures.
    What was found for the same objects a while ago is given again: most writes change neither sites nor captures.
    """
    places, pictures = tuple(sites), tuple(captures)
    with _lock:
        for known in _found_before:
            if _are_same(known[0], places) and _are_same(known[1], pictures):
                return dict(known[2])
    found = _covering_each(places, pictures)
    with _lock:
        _found_before.appendleft((places, pictures, found))
    return dict(found)


_Found = dict[str, tuple[Capture, ...]]
_lock = threading.Lock()
_found_before: deque[tuple[tuple[Site, ...], tuple[Capture, ...], _Found]] = deque(maxlen=3)


def _are_same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether these are the very same objects, which are frozen and held: no need to look into them."""
    return len(some) == len(others) and all(map(operator.is_, some, others))


def _covering_each(sites: Sequence[Site], captures: Sequence[Capture]) -> _Found:
    located = [site for site in sites if site.position is not None]
    placed = [one for one in captures if one.is_georeferenced and len(one.footprint) >= LEAST_CORNERS]
    found: dict[str, tuple[Capture, ...]] = {site.id: () for site in sites}
    centres = [site.position.lonlat for site in located if site.position is not None]
    places, numbers = meeting(centres, [site.radius_m for site in located], [one.footprint for one in placed])
    # in the order of their dates: only those that are met
    asked = np.flatnonzero(np.bincount(numbers, minlength=len(placed)))
    ranked = asked[_by_date([placed[one] for one in asked])]
    rank = np.empty(len(placed), np.intp)
    rank[ranked] = np.arange(len(ranked))
    places, numbers = np.divmod(np.sort(places * len(placed) + rank[numbers]), max(len(placed), 1))
    shown = [placed[one] for one in ranked[numbers].tolist()]
    ends = np.searchsorted(places, np.arange(len(located)), side="right").tolist()
    for site, start, end in zip(located, [0, *ends], ends, strict=False):
        found[site.id] = tuple(shown[start:end])
    return found


def _by_date(captures: Sequence[Capture]) -> NDArray[np.intp]:
    """The order of their `date_order`."""
    spans = [one.acquired for one in captures]
    first = _days([one.earliest or one.latest for one in spans])
    last = _days([one.latest or one.earliest for one in spans])
    return np.lexsort((np.array([one.id for one in captures]), last, first))


def _days(dates: Sequence[date | None]) -> NDArray[np.int64]:
    return np.fromiter((one.toordinal() if one else _NEVER for one in dates), np.int64, len(dates))


def covers(site: Site) -> Callable[[Capture], bool]:
    """Whether a capture is one of those that `covering` gives, for asking of many."""
    if site.position is None:
        return lambda _: False
    import shapely

    box = shapely.Polygon(box_rings([site.position.lonlat], [site.radius_m])[0])
    return lambda capture: _touches(box, capture)


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180


def _touches(box: Polygon, capture: Capture) -> bool:
    return capture.is_georeferenced and meets(box, capture.footprint)


def site_grid_of(project: Project, site: Site, captures: Sequence[Capture] | None = None) -> SiteGrid:
    """The site's grid: its pixel is that of the finest covering capture within limits, at most 4096 a side.

    `captures` are the covering ones where the caller has them.

    Raises
    ------
    InputRefused
        when the site is not located.
    """
    if site.position is None:
        raise InputRefused(f"Site {site.id}", "is not located", "give it a position in sites.geojson")
    known = covering(project, site) if captures is None else captures
    finest = min((capture.gsd_m for capture in known if capture.gsd_m is not None), default=None)
    return window_grid(site.position.lonlat, site.radius_m, grid_gsd(finest))


def window_grid(centre: LonLat, radius_m: float, gsd_m: float) -> SiteGrid:
    """Grid around a place with pixels of `gsd_m`, or coarser where it had more than 4096 a side."""
    coarsest_needed = round(2.01 * radius_m / (LARGEST_SIDE_PX - 4) + 0.0005, 3)
    return site_grid(centre, radius_m, max(gsd_m, coarsest_needed))


# -- cutting -------------------------------------------------------------------------------------------------


def chip(project: Project, site: Site, capture: Capture) -> Chip:
    """The chip of `capture` at `site`, the applied offset included; read from the cache where it is there.

    Raises
    ------
    InputRefused
        when the site is not located or the capture has no georeference.
    """
    row = project.record.get(Offset, f"{site.id}.{capture.id}")
    return cut(plan(project, site, capture, site_grid_of(project, site), row.value if row else None))


def plan(project: Project, site: Site, capture: Capture, grid: SiteGrid, offset: Offset | None = None) -> Cut:
    """The cut of `capture` on `grid`; `offset` counts where it is applied.

    Raises
    ------
    InputRefused
        when the capture has no georeference.
    """
    if not capture.is_georeferenced:
        raise InputRefused(
            capture.file, "has no georeference", "give it control points, or look at the whole picture"
        )
    dx_m, dy_m = (offset.dx_m, offset.dy_m) if offset is not None and offset.applied else (0.0, 0.0)
    return Cut(
        project.root,
        site.id,
        capture.id,
        identity(capture),
        capture.working,
        capture.stretch,
        grid,
        dx_m,
        dy_m,
    )


def cut(what: Cut) -> Chip:
    """The chip from the cache, else read and put there."""
    path = what.root / what.file
    cached = _load(path)
    if cached is None:
        made = read(what)
        _save(path, data=made.data, valid=np.packbits(made.valid, axis=1))
        return made
    data, valid = cached
    return Chip(what.site, what.capture, data, valid, what.stretch, what.grid.gsd_m)


def drawn_from(what: Cut, name: str, draw: Callable[[Chip], NDArray[np.floating]]) -> NDArray[np.floating]:
    """What `draw` makes of the chip, kept beside it under `name`, so that the chip is not looked at again.

    `name` stands for all that the result follows from besides the chip.
    """
    path = (what.root / what.file).with_suffix(f".{digest([name, encode(what.stretch)])}.npz")
    stored = _arrays(path)
    if "drawn" in stored:
        return stored["drawn"]
    made = draw(cut(what))
    _save(path, drawn=made)
    return made


def read(what: Cut) -> Chip:
    """The chip from the working copy; the cache is neither looked at nor filled.

    Raises
    ------
    InputRefused
        when the working copy is missing or damaged, or the chip was asked of another reader.
    """
    from rasterio.errors import RasterioError

    if what.reader != READER_VERSION:
        raise InputRefused(
            f"Capture {what.capture}",
            f"its chip was asked of reader {what.reader}, and this worker has {READER_VERSION}",
            "install the same version of sitetrack everywhere, with or without sitetrack[fast]",
        )
    path = what.root / what.working
    try:
        data, valid = rasters.cut_on_grid(path, what.grid, what.dx_m, what.dy_m)
    except (RasterioError, OSError) as error:
        problem = "its working copy cannot be read" if path.is_file() else "its working copy is missing"
        raise InputRefused(f"Capture {what.capture}", problem, "run 'sitetrack verify'") from error
    return Chip(what.site, what.capture, data, valid, what.stretch, what.grid.gsd_m)


def share(one: Chip) -> float:
    """Part of the chip that the capture covers, 0 to 1."""
    return float(np.count_nonzero(one.valid)) / one.valid.size


def _load(path: Path) -> tuple[NDArray[np.generic], NDArray[np.bool_]] | None:
    """Data and mask of a cached chip; None where there is none or it is damaged."""
    stored = _arrays(path)
    try:
        data = stored["data"]
        valid = np.unpackbits(stored["valid"], axis=1, count=data.shape[2]).astype(np.bool_)
    except (ValueError, KeyError, IndexError):
        return None
    return (data, valid) if valid.shape == data.shape[1:] else None


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What a file of the cache holds; nothing where there is none or it is damaged."""
    try:
        # opened here, because numpy leaves the file open when it is damaged
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = dict(stored)
        os.utime(path)  # what was not used for longest goes first
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return {}
    return arrays


def _save(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays beside their place and move them there; a cache that cannot be written is done without."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, allow_pickle=False, **arrays)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
