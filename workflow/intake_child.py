"""The process that touches a hostile file: no network, little memory, little time, one file in an empty
folder.

Started by `workflow.intake` as ``python -m workflow.intake_child`` with a JSON request on stdin; the answer
is one line of JSON on stdout. It imports only what it needs, and bolts the door before it imports anything
that reads rasters.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import re
import signal
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_WIDEST_GSD_M = 200_000.0
_FINEST_GSD_M = 0.0005
_COARSE_GSD_M = 100.0
_WIDEST_LON_DEG = 180.0
_SMALL_BYTES = 256 * 2**20
# what a picture may cost: a slow machine decodes, packs and reads back several times as much in a second
_LEAST_CPU_S, _SLOWEST_BYTES_S = 7, 2**20
_AGAIN = "fetch it again from its source"
# of a format whose driver is called otherwise, and what GDAL says of a TIFF that it cannot unpack
_NAMES = {"GTiff": "GeoTIFF", "JP2OpenJPEG": "JPEG 2000"}
_PACKED = re.compile(r"missing codec (?:of )?([\w ]{1,40})")

__all__ = ["RefusalError", "Source", "allow_time", "answer", "check_header", "check_tiles", "enclose", "main"]


class RefusalError(Exception):
    """Why a file is not taken, and what to do; the parent makes the sentence."""

    def __init__(self, problem: str, remedy: str, number: int | None = None) -> None:
        """Both without the file's name and without a full stop; `number` is that of the source that is at fault."""
        super().__init__(problem, remedy)
        self.problem, self.remedy, self.number = problem, remedy, number


def main() -> None:
    """Answer the request on stdin."""
    request = json.loads(sys.stdin.read())
    walls = enclose(request["limits"])
    sys.stdout.write(json.dumps({**answer(request), "walls": walls}))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What is known of the files that `request` names, whose working copy is written; or why they are not taken."""
    warnings.simplefilter("ignore")
    try:
        return _read(request)
    except RefusalError as refusal:
        return {"problem": refusal.problem, "remedy": refusal.remedy, "number": refusal.number}
    except MemoryError:
        return _too_much_memory(request)


# -- walls ---------------------------------------------------------------------------------------------------


def enclose(limits: dict[str, float], *, network: bool = False) -> list[str]:
    """Give up network, memory and time beyond the limits; the names of the walls that stand.

    With `network` that wall is left out: only to find out whether anything would go through.
    """
    _end_with_parent()
    walls = ["network"] if not network and _leave_network() else []
    try:
        import resource
    except ImportError:  # Windows: the parent watches memory and time
        return walls
    wanted = {
        "memory": (resource.RLIMIT_AS, int(limits["memory_bytes"])),
        "cpu": (resource.RLIMIT_CPU, int(limits["cpu_s"])),
        "core": (resource.RLIMIT_CORE, 0),
    }
    for name, (what, value) in wanted.items():
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):  # macOS knows RLIMIT_AS and does not let it be set
            continue
        walls.append(name)
    return walls


def _end_with_parent() -> None:
    """Be killed when the program that waits for the answer is (Linux)."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _leave_network() -> bool:
    """Move into an empty network namespace, as root or through a user namespace (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))
    except (OSError, AttributeError):
        return False


def allow_time(limits: dict[str, float], decoded_bytes: int) -> None:
    """Let this process work so long as so many bytes of pixels need, from now on; nothing where there are no limits.

    A damaged file of a few kilobytes can keep a decoder busy for hours.
    """
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime + _LEAST_CPU_S + decoded_bytes / _SLOWEST_BYTES_S
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        most = int(limits["cpu_s"]) if hard == resource.RLIM_INFINITY else min(int(limits["cpu_s"]), hard)
        resource.setrlimit(resource.RLIMIT_CPU, (min(int(seconds) + 1, most), hard))


def _too_much_memory(request: dict[str, Any]) -> dict[str, str]:
    megabytes = int(request["limits"]["memory_bytes"]) // 2**20
    return {
        "problem": f"needs more than {megabytes} MB of memory to read",
        "remedy": "save it as a tiled GeoTIFF (gdal_translate -co TILED=YES) and take that",
    }


# -- the file ------------------------------------------------------------------------------------------------


def _read(request: dict[str, Any]) -> dict[str, Any]:
    from workflow import rasters

    sources = [Source(Path(one["path"]), one["driver"], one["size_bytes"]) for one in request["sources"]]
    allow_time(request["limits"], 0)
    facts = []
    for number, source in enumerate(sources):
        with _at_fault(number):
            facts.append(_described(source, request))
    if len(facts) > 1:
        check_tiles(facts, request["limits"])
    working = Path(request["working"])
    allow_time(request["limits"], sum(one.decoded_bytes for one in facts))
    try:
        made = rasters.write_joined([(one.path, one.driver) for one in sources], working)
    except rasters.UnlikeTilesError as error:
        raise RefusalError("has tiles that differ in the names of their bands", _APART) from error
    except (*rasters.GDAL_ERRORS, ValueError, OverflowError) as error:
        _check_memory(error)
        at_fault = error.number if isinstance(error, rasters.TileError) else None
        raise RefusalError(
            "is damaged or cut off: not all of its pixels can be read", _AGAIN, at_fault
        ) from error
    except OSError as error:
        _check_memory(error)
        raise RefusalError(
            "its working copy could not be written, the disk is full or faulty",
            f"free {3 * sum(one.decoded_bytes for one in facts) // 2**20 + 1} MB and repeat",
        ) from error
    if made.valid_share == 0:
        raise RefusalError(
            "holds no pixel with data, all are nodata", "check the product, or set its nodata value right"
        )
    stretch = rasters.display_stretch(working)
    likeness = rasters.likeness_of(working, stretch)
    return _answer(facts, made, [[limit.low, limit.high] for limit in stretch]) | {"likeness": likeness}


def _check_memory(error: BaseException) -> None:
    """GDAL says in words that there was too little memory."""
    if "memory" in f"{error} {error.__cause__}".lower():
        raise MemoryError from error


@contextlib.contextmanager
def _at_fault(number: int) -> Iterator[None]:
    """Whatever is refused within it is for the source of that number."""
    try:
        yield
    except RefusalError as refusal:
        refusal.number = number
        raise


def _described(source: Source, request: dict[str, Any]) -> Any:
    """What the header of a source says, where that and its structure are in order."""
    from workflow import rasters

    found = _facts(source)
    check_header(found, source, request["limits"], without_place=request["without_place"])
    missing = rasters.missing_part(source.path, source.driver, found.decoded_bytes)
    if missing:
        raise RefusalError(f"is damaged or cut off ({missing})", _AGAIN)
    return found


def _facts(source: Source) -> Any:
    from workflow import rasters

    try:
        return rasters.describe(source.path, source.driver)
    except (*rasters.GDAL_ERRORS, ValueError, IndexError, OverflowError) as error:
        packed = _PACKED.search(str(error))
        if packed:
            raise RefusalError(
                f"its pixels are packed in a way that is not read here ({packed[1]})",
                "save it packed in another (gdal_translate -co COMPRESS=DEFLATE)",
            ) from error
        name = _NAMES.get(source.driver, source.driver)
        raise RefusalError(f"cannot be read as {name}: its header is damaged or cut off", _AGAIN) from error


def _answer(facts: list[Any], made: Any, stretch: list[list[float]]) -> dict[str, Any]:
    first = facts[0]
    georeferenced = first.is_georeferenced
    notes = list(made.notes)
    if georeferenced and made.gsd_m > _COARSE_GSD_M:
        notes.append(f"pixels of {made.gsd_m:.6g} m show nothing of what is watched")
    footprint, gsd_m, error_m = made.footprint, made.gsd_m, first.position_error_m
    if first.rpc is not None and not georeferenced:
        footprint, gsd_m, error_m = first.rpc.footprint, first.rpc.gsd_m, first.rpc.error_m
        notes.append(_roughly(first.rpc))
    elif error_m is not None:
        notes.append(f"corners in the header are rounded: its position is good to about {error_m:.3g} m")
    return {
        "width": made.width,
        "height": made.height,
        "bands": made.bands,
        "dtype": made.dtype,
        "crs": first.crs if georeferenced else None,
        "gsd_m": gsd_m,
        "footprint": [[place.lon, place.lat] for place in footprint],
        "stretch": stretch,
        "tags": {name: text for one in reversed(facts) for name, text in one.tags.items()},
        "notes": notes,
        "band_roles": list(made.band_roles) if any(made.band_roles) else [],
        "position_error_m": error_m,
        "control": _control(first),
    }


def _control(facts: Any) -> dict[str, Any] | None:
    """The ground control points that place a picture which nothing else does."""
    if facts.is_georeferenced or facts.rpc is not None or facts.control_crs is None:
        return None
    if not 0 < len(facts.control_points) <= _MOST_POINTS:
        return None
    return {"crs": facts.control_crs, "points": [list(point) for point in facts.control_points]}


def _roughly(rpc: Any) -> str:
    """How far off a picture is that rational polynomials alone place."""
    stated = "unknown" if rpc.error_m is None else f"{rpc.error_m:.3g} m"
    return (
        f"rational polynomials (RPC) alone: on level ground at {rpc.height_m:.0f} m its position error is {stated}, "
        f"and {rpc.per_100_m:.3g} m more for each 100 m of height; orthorectify it to put it on the map"
    )


# -- the header ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its path, alone in its folder but for an ENVI header, the one driver, its size in bytes."""

    path: Path
    driver: str
    size_bytes: int


def check_header(facts: Any, source: Source, limits: dict[str, float], *, without_place: bool) -> None:
    """Refuse by the header alone, before a pixel is read.

    Raises
    ------
    RefusalError
        when the header is beyond a limit, names other files, or has no place on the Earth and `without_place` does not
        allow that.
    """
    _check_files(facts, source)
    _check_size(facts, limits, source.size_bytes)
    _check_type(facts)
    if not without_place:
        _check_place(facts)
    if facts.is_georeferenced:
        _check_earth(facts)


def _check_files(facts: Any, source: Source) -> None:
    allowed = {source.path} | ({source.path.with_suffix(".hdr")} if source.driver == "ENVI" else set())
    others = [name for name in facts.files if Path(name) not in allowed]
    if others:
        raise RefusalError(
            f"makes the reader open another file ({Path(others[0]).name})",
            "save the picture alone (gdal_translate) and take that",
        )


def check_tiles(facts: list[Any], limits: dict[str, float]) -> None:
    """Refuse tiles that do not make one picture: each is placed, and all are of one kind on one grid.

    Raises
    ------
    RefusalError
        which says what they differ in.
    """
    from workflow.rasters import joined_size

    if not all(one.is_georeferenced for one in facts):
        raise RefusalError("has tiles without coordinates", "orthorectify them first (gdalwarp -rpc)")
    for name, what in _ALIKE.items():
        if len({getattr(one, name) for one in facts}) > 1:
            raise RefusalError(f"has tiles that differ in {what}", _APART)
    size = joined_size([(one.transform, one.width, one.height) for one in facts])
    if size is None:
        raise RefusalError("has tiles that do not lie on one north-up grid", _APART)
    if size[0] * size[1] > limits["pixels"]:
        raise RefusalError(
            f"has {size[0]} x {size[1]} pixels together, the limit is {int(limits['pixels'])}",
            "take the tiles that show the sites alone",
        )


_APART = "take its tiles one at a time: rename them so that they do not look like one order"
_ALIKE = {
    "crs": "their CRS",
    "bands": "the number of bands",
    "dtype": "their type of pixels",
    "colours": "the colours of their bands",
    "nodata": "their nodata value",
}


def _check_size(facts: Any, limits: dict[str, float], size_bytes: int) -> None:
    remedy = "cut it into smaller pictures, or save it tiled (gdal_translate -co TILED=YES)"
    pixels, megabytes = facts.width * facts.height, facts.block_bytes // 2**20
    if pixels > limits["pixels"]:
        raise RefusalError(
            f"has {facts.width} x {facts.height} pixels, the limit is {int(limits['pixels'])}", remedy
        )
    if facts.bands > limits["bands"]:
        raise RefusalError(
            f"has {facts.bands} bands, the limit is {int(limits['bands'])}",
            "take the bands that show the site alone",
        )
    if facts.block_bytes > limits["block_bytes"]:
        raise RefusalError(
            f"has blocks of {megabytes} MB, the limit is {int(limits['block_bytes']) // 2**20} MB", remedy
        )
    if facts.decoded_bytes > max(_SMALL_BYTES, limits["ratio"] * size_bytes):
        raise RefusalError(
            f"unpacks {size_bytes} bytes to {facts.decoded_bytes}, over {int(limits['ratio'])} times as many",
            "check where it comes from: hardly any of it can be a picture",
        )


def _check_type(facts: Any) -> None:
    if facts.dtype.startswith("complex"):
        raise RefusalError(
            f"has complex pixels ({facts.dtype})", "take its amplitude as a GeoTIFF of real numbers"
        )
    if "cyan" in facts.colours:
        raise RefusalError("has printing colours (CMYK)", "save it as red, green, blue")


# more than that are a net over a whole scene, not pairs that somebody set
_MOST_POINTS = 200
_HOW_WITHOUT = "give --kind and --site to take it as a picture without coordinates, or georeference it first"


def _check_place(facts: Any) -> None:
    if facts.is_georeferenced:
        return
    if facts.control_points:
        raise RefusalError(
            f"has {len(facts.control_points)} ground control points and no transform",
            "give --kind and --site to lay it by them, or warp it first (gdalwarp -tps)",
        )
    if facts.rpc is not None:
        if facts.rpc.footprint:
            return
        raise RefusalError(
            "has rational polynomials (RPC) that place it outside the world",
            "check its RPC, or give --kind and --site to take it without coordinates",
        )
    if facts.crs is not None:
        raise RefusalError("has a coordinate reference system and no transform", _HOW_WITHOUT)
    if facts.transform is not None:
        raise RefusalError("has a transform and no coordinate reference system (CRS)", _HOW_WITHOUT)
    raise RefusalError("has no coordinates (no CRS, no transform)", _HOW_WITHOUT)


def _check_earth(facts: Any) -> None:
    from workflow.rasters.facts import EARTH_RADII_M

    low, high = EARTH_RADII_M
    if facts.semi_major_m is None or not low <= facts.semi_major_m <= high:
        radius = "no ellipsoid" if facts.semi_major_m is None else f"a radius of {facts.semi_major_m:.7g} m"
        raise RefusalError(
            f"its CRS has {radius}, it is not one of the Earth", "take pictures of the Earth, or mend its CRS"
        )
    if not facts.footprint or facts.gsd_m is None:
        raise RefusalError("its coordinates lie outside the world", "mend its CRS or its transform")
    if facts.holds_pole:
        raise RefusalError(
            "holds a pole, and no ring of longitudes says what it covers",
            "cut it so that the pole lies outside",
        )
    if facts.lon_span_deg > _WIDEST_LON_DEG:
        raise RefusalError(
            f"spans {facts.lon_span_deg:.0f} degrees of longitude", "cut it to the sites that are watched"
        )
    if not _FINEST_GSD_M <= facts.gsd_m <= _WIDEST_GSD_M:
        raise RefusalError(
            f"its pixels would be {facts.gsd_m:.3g} m wide on the ground", "mend its CRS or its transform"
        )


if __name__ == "__main__":
    main()
