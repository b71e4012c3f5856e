"""The project that this process shows, opened once and shared by pages and routes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from dashboard.server import PROJECT_VARIABLE
from workflow.errors import ProjectUnusable
from workflow.project import Project, find_project

__all__ = ["current_project", "project_root"]

_lock = threading.Lock()
_open: dict[Path, tuple[tuple[int, int], Project]] = {}


def project_root() -> Path:
    """Folder of the project to show.

    SITETRACK_PROJECT, else the nearest project upwards from the working directory, else the folder above
    this package.

    Raises
    ------
    ProjectUnusable
        when none of them is one.
    """
    named = os.environ.get(PROJECT_VARIABLE)
    if named:
        return Path(named)
    try:
        return find_project(Path.cwd())
    except ProjectUnusable:
        return find_project(Path(__file__).resolve().parent.parent)


def current_project() -> Project:
    """The open project. A register file that changed is taken in again; connections are shared between
    threads.

    Raises
    ------
    ProjectUnusable
        when there is none, or its record cannot be read.
    """
    root = project_root().resolve()
    with _lock:
        stamp = _register_stamp(root)
        known = _open.get(root)
        if known is not None and known[0] == stamp:
            return known[1]
        # opening takes the register in; the old one stays usable for whoever still reads from it. The stamp is that
        # of before: a file that opening wrote, or a person meanwhile, is looked at once more
        project = Project.open(root)
        _open[root] = (stamp, project)
        return project


def _register_stamp(root: Path) -> tuple[int, int]:
    try:
        found = (root / "sites.geojson").stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
