"""A project with pictures of several licences and a site that is not public, and its bundle, for tests of bundles."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from workflow.bundle import verify
from workflow.model import Author, Capture, LonLat, Position, Site, Target
from workflow.project import Project

ANNA = Author("Anna")
FREE, ASKING, UNKNOWN = 0, 1, 2
"""Places of the captures in their order: CC0, CC BY with a credit, and one without a licence."""


def benchmark(name: str) -> ModuleType:
    """A campaign under benchmarks/; `tamper` makes the project."""
    folder = str(Path(__file__).resolve().parents[1] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)


def make_project(folder: Path) -> Path:
    """Sites `gate` (public, three captures, two figures), `hut` (public) and `lair` (restricted)."""
    root: Path = benchmark("tamper").build(folder)
    with (
        Project.open(root) as project,
        project.record.write(ANNA, "licences and other places") as transaction,
    ):
        for capture, licence in zip(project.captures(), ("CC0-1.0", "CC-BY-4.0", ""), strict=True):
            transaction.put(replace(capture, licence=licence), transaction.get(Capture, capture.id).version)
        place = Position(LonLat(126.4321, 40.1234))
        transaction.put(Site("hut", "Hut by the lake", targets=(Target("mast"),)), 0)
        transaction.put(Site("lair", "Hidden lair", position=place, visibility="restricted"), 0)
    return root


def read_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / verify.RECORD).read_text("utf-8").splitlines()]


def write_lines(folder: Path, rows: list[dict[str, Any]]) -> None:
    lines = "".join(f"{verify.canonical(row)}\n" for row in rows)
    (folder / verify.RECORD).write_text(lines, "utf-8", newline="\n")


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest and give it its hash again, as somebody would who knows how."""
    content = json.loads((folder / verify.MANIFEST).read_bytes())
    change(content)
    (folder / verify.MANIFEST).write_bytes(verify.render_manifest(content))


def list_anew(folder: Path) -> None:
    """Write the list of files so that it fits what is there."""

    def fit(content: dict[str, Any]) -> None:
        content["files"] = [
            {
                "path": path.relative_to(folder).as_posix(),
                "sha256": verify.hashlib.sha256(path.read_bytes()).hexdigest(),
                "size_bytes": path.stat().st_size,
            }
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != verify.MANIFEST
        ]

    change_manifest(folder, fit)
