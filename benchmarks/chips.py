"""How quick chips are beside other programs in one process, and how cost and memory grow with the sites.

    python benchmarks/chips.py [--short] [--chips N] [--times N] [--most N] [--side PIXELS]

Another process writes four captures of noise as working copies. Of these, 512 x 512 chips are cut, cubic, at
random places in the order of the tiles. Every program opens its file once a round, gets the same grids, and has
cut ten chips before it counts. A row is the median over rounds of CPU milliseconds a chip, and of the rounds'
ratios to ours; beside it how far the first ten chips are from GDAL's warper, in digital numbers. Ours alone also
gives the validity of every pixel. Then chips of more and more sites, and the most memory that the process took.

Exit 1 when a bar is missed: half the cost of WarpedVRT on every capture, a quarter of rio-tiler's on all of them
together. `--short` takes seconds and misses none. Peers come with `pip install 'sitetrack[benchmarks]'`; one that is
not installed is named and left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from measures import heading, table
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import from_bounds

from workflow import chips, rasters
from workflow.chips import Cut
from workflow.grid import SiteGrid
from workflow.rasters import write_working

SEED, SIDE_PX, GSD_M = 64, 512, 0.5
CRS, WEST, NORTH = "EPSG:32614", 400_000.0, 4_320_000.0
# name, type, CRS, metres or degrees of a pixel; the last is about half a metre
KINDS = {
    "same CRS, same pixel": ("uint8", CRS, (0.5, 0.5)),
    "same CRS, coarser, 11 bit": ("uint16", CRS, (0.61, 0.61)),
    "another datum": ("uint8", "EPSG:26914", (0.5, 0.5)),
    "degrees": ("uint8", "EPSG:4326", (5.8e-6, 4.5e-6)),
}
FIRST = next(iter(KINDS))
TOGETHER = "all together"
EACH, ALL = {"rasterio WarpedVRT": 2.0}, {"rio-tiler Reader.part": 4.0}
Reader = Callable[[SiteGrid], NDArray[Any]]
# name, CPU milliseconds a chip, how many times ours, largest distance from the warper
Row = tuple[str, float, float, int]


def make_pictures(folder: Path, side: int) -> None:
    rng = np.random.default_rng(SEED)
    for name, (dtype, crs, (across, down)) in KINDS.items():
        top = 255 if dtype == "uint8" else 2047
        west, _, _, north = transform_bounds(CRS, crs, WEST, NORTH - 100, WEST + 100, NORTH)
        path = folder / "plain.tif"
        place = {"crs": crs, "transform": Affine(across, 0, west, 0, -down, north)}
        shape = {"width": side, "height": side, "count": 3, "dtype": dtype, "driver": "GTiff"}
        with rasterio.open(path, "w", **place, **shape) as file:
            for row in range(0, side, 500):
                rows = min(500, side - row)
                blocks = rng.normal(0.5, 0.15, (3, -(-rows // 4), -(-side // 4))).repeat(4, 1).repeat(4, 2)
                values = blocks[:, :rows, :side] + rng.normal(0, 0.03, (3, rows, side))
                data = (np.clip(values, 0, 1) * top).astype(dtype)
                file.write(data, window=((row, row + rows), (0, side)))
        write_working(path, "GTiff", folder / f"{name}.tif")
        path.unlink()


def grids(count: int, side: int) -> list[SiteGrid]:
    """Grids wholly inside every capture, strip by strip as `track` takes sites."""
    rng = np.random.default_rng(SEED + count)
    # the capture in degrees is turned against the grid, by a metre in fifty
    low, high = 0.04 * side * GSD_M + 5, 0.93 * side * GSD_M - SIDE_PX * GSD_M
    places = sorted((round(y / 1000), x, y) for x, y in rng.uniform(low, high, (count, 2)))
    return [SiteGrid(CRS, WEST + float(x), NORTH - float(y), GSD_M, SIDE_PX, SIDE_PX) for _, x, y in places]


# -- programs ------------------------------------------------------------------------------------------------


def ours(path: Path, stack: ExitStack) -> Reader:
    stack.enter_context(rasters.kept_open())
    return lambda grid: chips.read(Cut(path.parent, "s", "c", "i", path.name, (), grid)).data


def warped_vrt(path: Path, stack: ExitStack) -> Reader:
    source = stack.enter_context(rasterio.open(path))

    def read(grid: SiteGrid) -> NDArray[Any]:
        place = {
            "crs": grid.crs,
            "transform": Affine(*grid.transform),
            "width": grid.width,
            "height": grid.height,
        }
        with WarpedVRT(source, resampling=Resampling.cubic, **place) as vrt:
            return vrt.read()

    return read


def warp_reproject(path: Path, stack: ExitStack) -> Reader:
    source = stack.enter_context(rasterio.open(path))

    def read(grid: SiteGrid) -> NDArray[Any]:
        bounds = transform_bounds(grid.crs, source.crs, *grid.bounds)
        window = from_bounds(*bounds, source.transform).round_offsets(pixel_precision=0).round_lengths()
        window = rasterio.windows.Window(
            window.col_off - 3, window.row_off - 3, window.width + 7, window.height + 7
        )
        made = np.empty((source.count, *grid.shape), source.dtypes[0])
        reproject(
            source.read(window=window), made, src_transform=source.window_transform(window), src_crs=source.crs,
            dst_transform=Affine(*grid.transform), dst_crs=grid.crs, resampling=Resampling.cubic,
        )  # fmt: skip
        return made

    return read


def rio_tiler(path: Path, stack: ExitStack) -> Reader:
    from rio_tiler.io import Reader as Tiler

    source = stack.enter_context(Tiler(str(path)))

    def read(grid: SiteGrid) -> NDArray[Any]:
        crs = rasterio.crs.CRS.from_string(grid.crs)
        how = {"resampling_method": "cubic", "reproject_method": "cubic"}
        made = source.part(
            grid.bounds, dst_crs=crs, bounds_crs=crs, width=grid.width, height=grid.height, **how
        )
        return np.asarray(made.data)

    return read


def _part(picture: Any, grid: SiteGrid) -> Any:
    west, south, east, north = transform_bounds(grid.crs, picture.rio.crs, *grid.bounds)
    across, down = (3 * abs(step) for step in picture.rio.resolution())
    return picture.rio.clip_box(west - across, south - down, east + across, north + down)


def odc_geo(path: Path, stack: ExitStack) -> Reader:
    import rioxarray
    from odc.geo.geobox import GeoBox
    from odc.geo.xr import xr_reproject

    picture = stack.enter_context(rioxarray.open_rasterio(path, cache=False))

    def read(grid: SiteGrid) -> NDArray[Any]:
        box = GeoBox(grid.shape, Affine(*grid.transform), grid.crs)
        return np.asarray(xr_reproject(_part(picture, grid), box, resampling="cubic").values)

    return read


def rio_xarray(path: Path, stack: ExitStack) -> Reader:
    import rioxarray

    picture = stack.enter_context(rioxarray.open_rasterio(path, cache=False))

    def read(grid: SiteGrid) -> NDArray[Any]:
        made = _part(picture, grid).rio.reproject(
            grid.crs, shape=grid.shape, transform=Affine(*grid.transform), resampling=Resampling.cubic
        )
        return np.asarray(made.values)

    return read


# name, the packages that it needs, what makes its reader
PROGRAMS: tuple[tuple[str, tuple[str, ...], Callable[[Path, ExitStack], Reader]], ...] = (
    ("ours", (), ours),
    ("rasterio WarpedVRT", (), warped_vrt),
    ("rasterio.warp.reproject", (), warp_reproject),
    ("rio-tiler Reader.part", ("rio-tiler",), rio_tiler),
    ("odc-geo xr_reproject", ("odc-geo", "rioxarray"), odc_geo),
    ("rioxarray clip_box, reproject", ("rioxarray",), rio_xarray),
)


def version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def installed() -> Iterator[tuple[str, Callable[[Path, ExitStack], Reader]]]:
    for name, packages, make in PROGRAMS:
        missing = [one for one in packages if version(one) is None]
        if missing:
            print(f"{name} is left out: {', '.join(missing)} is not installed.")
        else:
            yield name, make


# -- measuring -----------------------------------------------------------------------------------------------


def cpu_ms(read: Reader, places: Sequence[SiteGrid]) -> float:
    start = time.process_time()
    for grid in places:
        read(grid)
    return (time.process_time() - start) / len(places) * 1000


def furthest(read: Reader, oracle: Sequence[NDArray[Any]], places: Sequence[SiteGrid]) -> int:
    pairs = [(read(grid).astype(int), known) for grid, known in zip(places, oracle, strict=False)]
    return max(int(np.abs(made - known).max()) for made, known in pairs)


def beside_peers(path: Path, places: Sequence[SiteGrid], times: int) -> list[Row]:
    """Name, CPU milliseconds a chip, how many times ours, largest distance from the warper."""
    oracle = [rasters.read_on_grid(path, grid)[0].astype(int) for grid in places[:10]]
    programs = dict(installed())

    def opened(name: str, work: Callable[[Reader], float]) -> float:
        with ExitStack() as stack:
            return work(programs[name](path, stack))

    apart = {name: opened(name, lambda read: furthest(read, oracle, places)) for name in programs}
    rounds = [
        {name: opened(name, lambda read: cpu_ms(read, places)) for name in programs} for _ in range(times)
    ]
    return [
        (
            name,
            statistics.median(one[name] for one in rounds),
            statistics.median(one[name] / one["ours"] for one in rounds),
            round(apart[name]),
        )
        for name in programs
    ]


def together(found: Iterable[list[Row]]) -> list[Row]:
    """The same of a chip from each capture: mean cost, and how many times ours that is."""
    of = {rows[0][0]: rows for rows in ([*some] for some in zip(*found, strict=True))}
    cost = {name: statistics.mean(row[1] for row in rows) for name, rows in of.items()}
    return [(name, cost[name], cost[name] / cost["ours"], max(row[3] for row in of[name])) for name in of]


def memory_mb() -> float:
    """The most that this process has taken up; the system counts KiB on Linux, bytes elsewhere."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def growing(path: Path, side: int, most: int) -> list[tuple[int, float, float]]:
    """Sites, CPU milliseconds a chip, peak memory so far, for 100 sites and ten times more each."""
    found, count = [], min(100, most)
    while count <= most:
        with ExitStack() as stack:
            read = ours(path, stack)
            found.append((count, cpu_ms(read, grids(count, side)), memory_mb()))
        count *= 10
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chips", type=int, default=100)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    if given.short:
        given.chips, given.times, given.most, given.side = 4, 1, 40, 1500
    return given


def main() -> None:
    given = arguments()
    command = "python benchmarks/chips.py" + "".join(f" {one}" for one in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maker = multiprocessing.get_context("spawn").Process(target=make_pictures, args=(folder, given.side))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit("the pictures could not be made")
        before = memory_mb()
        growth = growing(folder / f"{FIRST}.tif", given.side, given.most)
        places = grids(given.chips, given.side)
        found = {kind: beside_peers(folder / f"{kind}.tif", places, given.times) for kind in KINDS}
    found[TOGETHER] = together(found.values())
    print(f"\n{heading(command, SEED)}")
    packages = ("rasterio", "rio-tiler", "odc-geo", "rioxarray", "numpy", "numba")
    print(
        ", ".join(f"{one} {version(one) or 'not installed'}" for one in packages),
        f"(GDAL {rasterio.__gdal_version__})\n",
    )
    rows = [
        (kind, program, f"{cost:.1f}", f"{ratio:.1f}", apart)
        for kind, programs in found.items()
        for program, cost, ratio, apart in programs
    ]
    print(table(["capture", "program", "CPU ms a chip", "times ours", "furthest from the warper"], rows))
    print()
    grown = [(count, f"{cost:.1f}", f"{peak:.0f} MB") for count, cost, peak in growth]
    print(table(["sites", "CPU ms a chip", f"peak memory ({before:.0f} MB before)"], grown))
    missed = [
        f"{kind}: {program} {ratio:.1f} of {bar:g}"
        for kind, programs in found.items()
        for program, _, ratio, _ in programs
        if ratio < (bar := (ALL if kind == TOGETHER else EACH).get(program, 0))
    ]
    if missed and not given.short:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
