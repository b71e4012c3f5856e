"""The process that touches a hostile file: no network, little memory, little time, one file in an empty
folder.

Started by `workflow.intake` as ``python -m workflow.intake_child`` with a JSON request on stdin; the answer
is one line of JSON on stdout. It imports only what it needs, and bolts the door before it imports anything
that reads rasters.
"""

from __future__ import annotations

import ctypes
import json
import sys
import warnings
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_WIDEST_GSD_M = 200_000.0
_FINEST_GSD_M = 0.0005
_COARSE_GSD_M = 100.0
_SMALL_BYTES = 256 * 2**20

__all__ = ["RefusalError", "main"]


class RefusalError(Exception):
    """Why a file is not taken, and what to do; the parent makes the sentence."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Both without the file's name and without a full stop."""
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy


def main() -> None:
    """Answer the request on stdin."""
    request = json.loads(sys.stdin.read())
    walls = _enclose(request["limits"])
    warnings.simplefilter("ignore")
    try:
        answer = _read(request)
    except RefusalError as refusal:
        answer = {"problem": refusal.problem, "remedy": refusal.remedy}
    except MemoryError:
        answer = _too_much_memory(request)
    sys.stdout.write(json.dumps({**answer, "walls": walls}))


# -- walls ---------------------------------------------------------------------------------------------------


def _enclose(limits: dict[str, float]) -> list[str]:
    """Give up network, memory and time beyond the limits; the names of the walls that stand."""
    walls = ["network"] if _leave_network() else []
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


def _leave_network() -> bool:
    """Move into an empty network namespace, as root or through a user namespace (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))
    except (OSError, AttributeError):
        return False


def _too_much_memory(request: dict[str, Any]) -> dict[str, str]:
    megabytes = int(request["limits"]["memory_bytes"]) // 2**20
    return {
        "problem": f"needs more than {megabytes} MB of memory to read",
        "remedy": "save it as a tiled GeoTIFF (gdal_translate -co TILED=YES) and take that",
    }


# -- the file ------------------------------------------------------------------------------------------------


def _read(request: dict[str, Any]) -> dict[str, Any]:
    from workflow import rasters
    from workflow.rasters.dataset import GDAL_ERRORS

    source, working, driver = Path(request["source"]), Path(request["working"]), request["driver"]
    try:
        facts = rasters.describe(source, driver)
    except (*GDAL_ERRORS, ValueError, IndexError, OverflowError) as error:
        raise RefusalError(
            f"cannot be read as {driver} ({_short(error)})", "save it again from its source"
        ) from error
    check_header(facts, request)
    try:
        made = rasters.write_working(source, driver, working)
    except (*GDAL_ERRORS, ValueError, OverflowError) as error:
        if "memory" in str(error).lower():
            raise MemoryError from error
        raise RefusalError(
            f"is damaged or cut off ({_short(error)})", "fetch it again from its source"
        ) from error
    except OSError as error:
        raise RefusalError(
            f"its working copy could not be written ({_short(error)})", "free some space and repeat"
        ) from error
    if made.valid_share == 0:
        raise RefusalError(
            "holds no pixel with data, all are nodata", "check the product, or set its nodata value right"
        )
    return _answer(facts, made, [[limit.low, limit.high] for limit in rasters.display_stretch(working)])


def _answer(facts: Any, made: Any, stretch: list[list[float]]) -> dict[str, Any]:
    georeferenced = facts.is_georeferenced
    notes = list(made.notes)
    if georeferenced and made.gsd_m > _COARSE_GSD_M:
        notes.append(f"pixels of {made.gsd_m:.6g} m show nothing of what is watched")
    return {
        "width": made.width,
        "height": made.height,
        "bands": made.bands,
        "dtype": made.dtype,
        "crs": facts.crs if georeferenced else None,
        "gsd_m": made.gsd_m,
        "footprint": [[place.lon, place.lat] for place in made.footprint],
        "stretch": stretch,
        "tags": facts.tags,
        "notes": notes,
        "band_roles": list(made.band_roles) if any(made.band_roles) else [],
    }


def _short(error: BaseException) -> str:
    """The first line of an error and its cause without our temporary paths."""
    text = str(error.__cause__ or error).splitlines()
    words = [
        word
        for word in (text[0] if text else type(error).__name__).split()
        if "/" not in word and "\\" not in word
    ]
    return " ".join(words)[:160].rstrip(".;:,") or type(error).__name__


# -- the header ----------------------------------------------------------------------------------------------


def check_header(facts: Any, request: dict[str, Any]) -> None:
    """Refuse by the header alone, before a pixel is read.

    Raises
    ------
    RefusalError
        when the header is beyond a limit, names other files, or has no place on the Earth that the request
        calls for.
    """
    _check_files(facts, request["source"])
    _check_size(facts, request["limits"], request["size_bytes"])
    _check_type(facts)
    if not request["without_place"]:
        _check_place(facts)
    if facts.is_georeferenced:
        _check_earth(facts)


def _check_files(facts: Any, source: str) -> None:
    others = [name for name in facts.files if Path(name) != Path(source)]
    if others:
        raise RefusalError(
            f"makes the reader open another file ({Path(others[0]).name})",
            "save the picture alone (gdal_translate) and take that",
        )


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


_HOW_WITHOUT = "give --kind and --site to take it as a picture without coordinates, or georeference it first"


def _check_place(facts: Any) -> None:
    if facts.is_georeferenced:
        return
    if facts.control_points:
        raise RefusalError(
            f"has {facts.control_points} ground control points and no transform",
            "warp it first (gdalwarp -tps), or give --kind and --site to take it without coordinates",
        )
    if facts.has_rpc:
        raise RefusalError(
            "has rational polynomials (RPC) and no transform",
            "orthorectify it first (gdalwarp -rpc), or give --kind and --site to take it without coordinates",
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
    if not _FINEST_GSD_M <= facts.gsd_m <= _WIDEST_GSD_M:
        raise RefusalError(
            f"its pixels would be {facts.gsd_m:.3g} m wide on the ground", "mend its CRS or its transform"
        )


if __name__ == "__main__":
    main()
