"""Running the child that reads a hostile file, and making one sentence of whatever becomes of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Limits", "RefusalError", "child_environment", "read_apart", "software"]

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_WATCH_S = 0.25
# what a Python with GDAL may need of the environment; keys, tokens and GDAL's own settings stay outside
_PASSED_ON = frozenset(
    {
        "PATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "SYSTEMROOT",
        "WINDIR",
        "TEMP",
        "TMP",
        "TMPDIR",
        "LANG",
        "LC_ALL",
    }
    | {"VIRTUAL_ENV", "CONDA_PREFIX", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA"}
)
_PINNED = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_HTTP_TIMEOUT": "2",
    "GDAL_HTTP_CONNECTTIMEOUT": "2",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_SKIP": (
        "VRT,GTI,DERIVED,WMS,WMTS,WCS,HTTP,STACIT,STACTA,EEDA,EEDAI,PLMOSAIC,TIL,MRF,PDF,GPKG,SQLite,Rasterlite"
    ),
    "GDAL_CACHEMAX": "256",
    "GDAL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for. Time in seconds, memory in bytes of the child that reads it."""

    file_bytes: int = 16 * 2**30
    pixels: int = 2**31
    bands: int = 16
    block_bytes: int = 64 * 2**20
    ratio: int = 5_000
    memory_bytes: int = 4 * 2**30
    cpu_s: int = 1_800
    wall_s: float = 1_800.0

    def for_child(self) -> dict[str, float]:
        """The limits by the names that the child knows."""
        names = ("pixels", "bands", "block_bytes", "ratio", "memory_bytes", "cpu_s")
        return {name: getattr(self, name) for name in names}


class RefusalError(Exception):
    """The two halves of the sentence on a file that is not taken."""

    def __init__(self, problem: str, remedy: str, number: int | None = None) -> None:
        """Without the file's name and without a full stop; `number` is that of the source that is at fault."""
        super().__init__(problem, remedy)
        self.problem, self.remedy, self.number = problem, remedy, number


def read_apart(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The child's answer on the files that `request` names.

    `walls` in it says how strong the sandbox was: `network` (empty namespace), `memory` and `cpu` (kernel
    limits); time, and memory where the kernel has no limit, are watched from here on every system.

    Raises
    ------
    RefusalError
        when the child refuses the file, or crashes, hangs or outgrows its limits over it.
    """
    message = json.dumps({**request, "limits": limits.for_child()})
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "workflow.intake_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
        cwd=Path(request["working"]).parent,
        text=True,
        encoding="utf-8",
    ) as child:
        try:
            output = _watch(child, message, limits)
        except BaseException:
            child.kill()
            raise
    return _answer(child.returncode, output, limits)


def child_environment() -> dict[str, str]:
    """All that the child has of the environment: what a Python needs, and GDAL's settings as they are pinned."""
    passed = {name: value for name, value in os.environ.items() if name.upper() in _PASSED_ON}
    return {**passed, **_PINNED, "PYTHONPATH": str(_PACKAGE_ROOT)}


def _watch(child: subprocess.Popen[str], message: str, limits: Limits) -> str:
    """Feed the child and wait, with an eye on its time and memory."""
    end = time.monotonic() + limits.wall_s
    pending: str | None = message
    while True:
        try:
            # never past the end: a child that is done just after it was too slow all the same
            return child.communicate(pending, timeout=max(min(_WATCH_S, end - time.monotonic()), 0.0))[0]
        except subprocess.TimeoutExpired:
            pending = None
        if time.monotonic() >= end:
            raise RefusalError(
                f"took longer than {limits.wall_s:.0f} s to read", "save it as a tiled GeoTIFF and take that"
            )
        if _resident_bytes(child.pid) > limits.memory_bytes:
            raise _too_large(limits)


def _resident_bytes(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _too_large(limits: Limits) -> RefusalError:
    megabytes = limits.memory_bytes // 2**20
    return RefusalError(
        f"needs more than {megabytes} MB of memory to read", "save it as a tiled GeoTIFF and take that"
    )


def _answer(code: int, output: str, limits: Limits) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        raise _died(code, limits) from None
    if "problem" in answer:
        raise RefusalError(answer["problem"], answer["remedy"], answer.get("number"))
    return answer


def _died(code: int, limits: Limits) -> RefusalError:
    """What an exit without an answer means."""
    name = signal.Signals(-code).name if code < 0 and -code in set(signal.Signals) else ""
    if name == "SIGXCPU" or (name == "SIGKILL" and limits.cpu_s < limits.wall_s):
        return RefusalError(
            "took longer to read than a picture of its size does", "save it as a tiled GeoTIFF and take that"
        )
    how = name or f"exit code {code}"
    return RefusalError(
        f"made the reader fail ({how}), nothing was taken", "save it again as a plain GeoTIFF or PNG"
    )


def software() -> str:
    """Name and version of what took a file."""
    from workflow import __version__

    return f"sitetrack {__version__}"
