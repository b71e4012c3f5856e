"""Stills of one view for tests: what a camera saw, and what it saw 24 pixels to the right and 12 lower, later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from workflow import rasters
from workflow.actions import understood
from workflow.files import sha256_of
from workflow.model import Author, Capture, CaptureKind, ClipFrame, Georeference, Stretch
from workflow.project import Project

SIZE = (640, 400)
SHIFT = (24, 12)
CORNERS = ((60.0, 50.0), (580.0, 40.0), (560.0, 360.0), (80.0, 340.0), (300.0, 200.0))


def scenery() -> np.ndarray:
    """Blocks of random grey, larger than the stills that are cut from it: (band, row, column)."""
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 255, (30, 46), "uint8").repeat(16, axis=0).repeat(16, axis=1)
    return np.stack([blocks, 255 - blocks, blocks])


def pair_of_stills(project: Project, folder: Path, site: str) -> tuple[Capture, Capture]:
    """The still of 2021 and that of 2023, taken in for a site."""
    whole = scenery()
    before, after = (
        take_still(project, folder / name, whole[:, top : top + SIZE[1], left : left + SIZE[0]], when, site)
        for name, left, top, when in (
            ("before.png", 0, 0, "16 February 2021"),
            ("after.png", *SHIFT, "10 October 2023"),
        )
    )
    return before, after


def take_still(project: Project, path: Path, pixels: np.ndarray, when: str, site: str) -> Capture:
    """A still as intake records it, without a process of its own; `path` is written first."""
    Image.fromarray(np.moveaxis(pixels, 0, -1)).save(path)
    sha256 = sha256_of(path)
    working = f"imagery/working/{sha256}.tif"
    for name in ("originals", "working"):
        (project.imagery / name).mkdir(parents=True, exist_ok=True)
    rasters.write_working(path, "PNG", project.root / working)
    original = f"imagery/originals/{sha256}.png"
    (project.root / original).write_bytes(path.read_bytes())
    taken = Capture(
        id=sha256[:16],
        sha256=sha256,
        kind=CaptureKind.BROADCAST,
        file=path.name,
        original=original,
        working=working,
        acquired=understood(when, kind=CaptureKind.BROADCAST).span,
        width_px=pixels.shape[2],
        height_px=pixels.shape[1],
        bands=3,
        georeference=Georeference.NONE,
        stretch=(Stretch(0, 255),) * 3,
        site=site,
        credit="KCTV",
        working_sha256=sha256_of(project.root / working),
    )
    with project.record.write(Author("sample"), "taken in") as transaction:
        transaction.put(taken, base_version=0)
    return taken


def take_clip(
    project: Project,
    folder: Path,
    name: str,
    frames: Sequence[tuple[float, np.ndarray]],
    when: str,
    site: str,
) -> Capture:
    """A clip of frames (time in seconds, pixels) as intake records it."""
    first = take_still(project, folder / f"{name}.png", frames[0][1], when, site)
    taken = []
    for number, (at_s, pixels) in enumerate(frames, 1):
        path = folder / f"{name} {number}.png"
        Image.fromarray(np.moveaxis(pixels, 0, -1)).save(path)
        working = first.working if number == 1 else first.working.replace(".tif", f".{number}.tif")
        rasters.write_working(path, "PNG", project.root / working)
        sha256 = sha256_of(project.root / working)
        taken.append(ClipFrame(at_s, path.name, working, sha256, pixels.shape[2], pixels.shape[1]))
    clip = replace(first, file=name, frames=tuple(taken))
    with project.record.write(Author("sample"), "several frames") as transaction:
        transaction.put(clip, base_version=1)
    return clip
