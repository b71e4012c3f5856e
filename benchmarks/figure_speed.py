"""How quick figures are: a 300 dpi PNG beside matplotlib, five formats of one figure, many figures on every core.

    python benchmarks/figure_speed.py [--times N] [--figures N] [--short]

Takes two rendered scenes of a place into a temporary project. The before/after PNG is made in turn with matplotlib's of
the same drawing list, in this process, from pixels that are in memory, in the same typefaces; each program compresses
as it does by itself. What is given is the median of wall seconds and of the pairs' ratios. Five formats are the whole
job, from the record to the files. Exit 1 when a bar is missed: twice as quick as matplotlib, five formats in 10 s.
`--short` takes seconds and misses none. matplotlib is needed for the comparison alone: without it, that line is left
out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from measures import heading, run, table

from workflow.demo import render, series
from workflow.exporters.figures import Sheet, write
from workflow.fonts import load_fonts
from workflow.model import LonLat
from workflow.project import Project
from workflow.publish import FigureOptions, Job, compose, write_all, write_many

SEED, PLACE, SITE = 811, LonLat(125.2, 39.0), "place"
FIVE = (".png", ".svg", ".pdf", ".pptx", ".docx")
RATIO_BAR, FIVE_BAR_S = 2.0, 10.0
OPTIONS = FigureOptions(width_mm=170.0, dpi=300, credit="Rendered")


def make_project(folder: Path) -> Path:
    """A project with one site and two scenes of it."""
    scenes, root = folder / "scenes", folder / "project"
    scenes.mkdir()
    run("init", root)
    for scene in series(SITE, PLACE, SEED, count=2, gantries=1):
        render(scene, scenes)
    register = folder / "places.csv"
    register.write_text(f"id,name,lat,lon,radius_m\n{SITE},A place,{PLACE.lat},{PLACE.lon},120\n")
    run("sites", "import", register, "--project", root)
    run("ingest", scenes, "--synthetic", "--project", root)
    return root


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def beside_matplotlib(sheet: Sheet, times: int) -> tuple[list[list[object]], float]:
    """Both PNGs in turn: rows of the table, and the ratio; no ratio without matplotlib."""
    ours = lambda: write(sheet, ".png")  # noqa: E731
    if find_spec("matplotlib") is None:
        took = [seconds(ours) for _ in range(times)]
        return [["PNG, before/after, 300 dpi", f"{statistics.median(took):.2f} s"]], float("inf")
    from peers.figure_matplotlib import faces, figure_png

    fonts = faces(sheet)
    theirs = lambda: figure_png(sheet, fonts)  # noqa: E731
    ours(), theirs()  # caches of both are filled
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(times)]
    ratio = statistics.median(other / own for own, other in pairs)
    return [
        ["PNG, before/after, 300 dpi", f"{statistics.median(own for own, _ in pairs):.2f} s"],
        ["the same with matplotlib", f"{statistics.median(other for _, other in pairs):.2f} s"],
        ["matplotlib takes", f"{ratio:.1f} times as long"],
    ], ratio


def many(project: Project, folder: Path, count: int, executor: str) -> float:
    jobs = [Job(SITE, (folder / f"{number}.png",), OPTIONS) for number in range(count)]
    begin = time.perf_counter()
    for job, made in write_many(project, jobs, executor):
        if not isinstance(made, tuple):
            sys.exit(f"{job.outs[0].name}: {made}")
    return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=9, help="pairs of the comparison")
    parser.add_argument("--figures", type=int, default=200, help="figures that are made at once")
    parser.add_argument("--short", action="store_true", help="3 pairs, 6 figures, no bar")
    asked = parser.parse_args()
    times, figures = (3, 6) if asked.short else (asked.times, asked.figures)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with Project.open(make_project(folder)) as project:
            sheet = compose(project, SITE, OPTIONS, load_fonts()).sheet
            lines, ratio = beside_matplotlib(sheet, times)
            outs = [folder / f"five{suffix}" for suffix in FIVE]
            five = seconds(lambda: write_all(project, SITE, outs, OPTIONS))
            cores = os.cpu_count() or 1
            one, all_cores = (many(project, folder, figures, how) for how in ("serial", f"threads:{cores}"))
    lines += [
        [f"{', '.join(FIVE)} of one figure", f"{five:.1f} s"],
        [f"{figures} PNGs on one core", f"{one:.1f} s"],
        [f"{figures} PNGs on {cores} cores", f"{all_cores:.1f} s, {one / all_cores:.2f} times as quick"],
    ]
    print(f"{heading('python benchmarks/figure_speed.py ' + ' '.join(sys.argv[1:]), SEED)}\n")
    print(table(["work", "took"], lines))
    missed = not asked.short and (ratio < RATIO_BAR or five > FIVE_BAR_S)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
