"""What the installation stands on: versions, bundled assets, how strong the sandbox is."""

from __future__ import annotations

import base64
import importlib.util
import platform
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow import __version__
from workflow.anchors import read_anchors
from workflow.errors import InputRefused
from workflow.intake.sandbox import Limits, RefusalError, read_apart
from workflow.settings import ANCHORS_FILE, BACKUP_FILE, RECORD_FILE
from workflow.store import SCHEMA_VERSION, sqlite_version

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["doctor", "has_wal_reset_bug", "project_facts", "versions"]

Row = dict[str, Any]
_WITHOUT = {
    "network": "(GDAL's own switches keep it from the network)",
    "memory": "(watched from outside)",
    "cpu": "(watched from outside)",
}
# 8 by 8 grey pixels
_PROBE_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAEElEQVR42mNsYIAAJgaKGAAmCACQtTEKkQAAAABJRU5ErkJggg=="
)
_FIRST_BAD, _LAST_BAD = (3, 7, 0), (3, 51, 2)


def doctor() -> list[Row]:
    """Rows ``name value ok note``; `value` None is missing, `note` says what a row that is not ok means."""
    return [*versions(), _assets(), _sandbox()]


def versions() -> list[Row]:
    """The rows of `doctor` that take no time: versions of the program and of what it stands on."""
    return [
        _row("sitetrack", __version__),
        _row("python", platform.python_version()),
        _row("operating system", platform.platform()),
        _row("record format", str(SCHEMA_VERSION)),
        _sqlite(),
        *_libraries(),
        *(_distribution(name) for name in ("streamlit", "folium", "sqlalchemy", "geopandas", "shapely")),
    ]


def project_facts(project: Project) -> Row:
    """Keys ``folder record where format revisions head verified backup``; nothing is checked.

    `record` is ``SQLite`` or ``PostgreSQL``, `where` its place without a password, `head` the chain's last hash.
    `verified` has instant and count of the last head that a check of the whole project noted, None where there was
    none or the list cannot be read. `backup` says that the folder is a backup.
    """
    where = project.record.name
    head = project.record.chain_head()
    return {
        "folder": str(project.root),
        "record": "SQLite" if where.endswith(RECORD_FILE) else "PostgreSQL",
        "where": where,
        "format": SCHEMA_VERSION,
        "revisions": head.count,
        "head": head.sha256,
        "verified": _verified(project),
        "backup": (project.root / BACKUP_FILE).is_file(),
    }


def _verified(project: Project) -> tuple[str, int] | None:
    try:
        anchors, _ = read_anchors(project.state_dir / ANCHORS_FILE)
    except InputRefused:
        return None
    return next(((one.at, one.count) for one in reversed(anchors) if one.purpose == "verify"), None)


def has_wal_reset_bug(version: str) -> bool:
    """Whether that SQLite may damage a file which two connections write and checkpoint at once."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    return _FIRST_BAD <= numbers <= _LAST_BAD


def _row(name: str, value: str | None, *, ok: bool = True, note: str = "") -> Row:
    return {"name": name, "value": value, "ok": ok, "note": note}


def _sqlite() -> Row:
    version = sqlite_version()
    if not has_wal_reset_bug(version):
        return _row("sqlite", version)
    note = (
        "3.7.0 to 3.51.2 have the WAL-reset bug; sitetrack's lock around every write keeps clear of it, "
        "so let no other program write to the record"
    )
    return _row("sqlite", version, ok=False, note=note)


def _libraries() -> Iterator[Row]:
    yield _imported("gdal", _gdal)
    yield _imported("proj", _proj)


def _gdal() -> str:
    import rasterio

    return str(rasterio.__gdal_version__)


def _proj() -> str:
    import pyproj

    return str(pyproj.proj_version_str)


def _imported(name: str, version: Callable[[], str]) -> Row:
    try:
        return _row(name, version())
    except ImportError as error:
        return _row(name, None, ok=False, note=f"cannot be loaded: {error}; install the project again")


def _distribution(name: str) -> Row:
    try:
        return _row(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return _row(name, None, ok=False, note="not installed; install the project again")


def _assets() -> Row:
    """The dashboard's bundled scripts, looked for without importing the dashboard."""
    found = importlib.util.find_spec("dashboard")
    folders = found.submodule_search_locations if found and found.submodule_search_locations else []
    for folder in folders:
        build = Path(folder) / "frontend" / "build"
        if build.is_dir() and any(build.iterdir()):
            return _row("dashboard assets", str(build))
    note = "not built; install the project again with network access (pip install -e .)"
    return _row("dashboard assets", None, ok=False, note=note)


def _sandbox() -> Row:
    """How strong the walls round the child that reads foreign files are here: it reads a picture of ours."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.png").resolve()
        source.write_bytes(base64.b64decode(_PROBE_PNG))
        probe = {"path": str(source), "driver": "PNG", "size_bytes": source.stat().st_size}
        working = str(source.with_name("working.tif"))
        try:
            answer = read_apart({"sources": [probe], "working": working, "without_place": True}, Limits())
        except RefusalError as error:
            note = f"a picture of its own cannot be read: {error.problem}"
            return _row("sandbox", None, ok=False, note=note)
        except OSError as error:
            return _row("sandbox", None, ok=False, note=f"its child cannot be run: {error}")
    return _walls(answer.get("walls", []))


def _walls(walls: Sequence[str]) -> Row:
    missing = [f"{name} {without}" for name, without in _WITHOUT.items() if name not in walls]
    note = f"not enclosed by the system: {'; '.join(missing)}" if missing else ""
    return _row("sandbox", ", ".join(walls) or None, ok=not missing, note=note)
