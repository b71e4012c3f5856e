"""Whether a large scene streams through intake: time, and the most memory of the child, by the side of the picture.

Run ``python benchmarks/large_scene.py [SIDE]...`` (default: 5000 10000 20000). Each is a tiled GeoTIFF of three bands
of 8 bits with texture that packs about as well as a city does, read as the child reads it. Exit 1 when a child takes
more than 768 MiB, whatever the side: 256 MB of it are GDAL's cache.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import mutations
import numpy as np
import rasterio
from measures import heading, table
from rasterio.transform import Affine
from rasterio.windows import Window

from workflow.intake import Limits

SIDES = (5_000, 10_000, 20_000)
MOST_BYTES = 768 * 2**20
_TILE = 512


def write_scene(path: Path, side: int) -> None:
    """A scene of that side, a tile at a time."""
    rng = np.random.default_rng(20261126)
    smooth = np.add.outer(np.arange(_TILE), np.arange(_TILE)) // 8
    texture = (smooth + rng.integers(0, 24, (3, _TILE, _TILE))).clip(1, 255).astype("uint8")
    place = {"crs": "EPSG:32651", "transform": Affine(0.5, 0, 4e5, 0, -0.5, 4.3e6)}
    shape = {"width": side, "height": side, "count": 3, "dtype": "uint8"}
    packed = {"tiled": True, "blockxsize": _TILE, "blockysize": _TILE, "compress": "deflate", "zlevel": 1}
    with rasterio.open(path, "w", driver="GTiff", BIGTIFF="IF_SAFER", **shape, **packed, **place) as file:
        for row in range(0, side, _TILE):
            for col in range(0, side, _TILE):
                rows, columns = min(_TILE, side - row), min(_TILE, side - col)
                part = np.roll(texture, (row // 7, col // 11), (1, 2))[:, :rows, :columns]
                file.write(part, window=Window(col, row, columns, rows))


def measure(side: int, folder: Path, patience_s: float = 3_600.0) -> dict[str, Any]:
    """What the child said of a scene of that side, with the bytes of the scene as `file_bytes`."""
    path = folder / "scene.tif"
    write_scene(path, side)
    source = {"path": str(path), "driver": "GTiff", "size_bytes": path.stat().st_size}
    request = {"sources": [source], "working": str(folder / "working.tif"), "without_place": False}
    reader = mutations.Reader(patience_s)
    try:
        row = reader.ask({**request, "limits": Limits().for_child()})
    finally:
        reader.stop()
    return {**row, "file_bytes": path.stat().st_size}


def main() -> int:
    """Print the table; 1 when the memory is not bounded."""
    sides = [int(text) for text in sys.argv[1:]] or list(SIDES)
    found = []
    for side in sides:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(side, Path(folder)))
    print(heading(f"python {' '.join(['benchmarks/large_scene.py', *sys.argv[1:]])}", None), end="\n\n")
    rows = [
        [f"{side} x {side}", f"{side * side * 3 / 2**20:.0f}", f"{row['file_bytes'] / 2**20:.0f}",
         f"{row.get('cpu_s', 0):.0f}", f"{row.get('took_s', 0):.0f}", f"{row.get('memory', 0) / 2**20:.0f}"]
        for side, row in zip(sides, found, strict=True)
    ]  # fmt: skip
    columns = ["pixels", "unpacked (MiB)", "file (MiB)", "work (s)", "time (s)", "most memory (MiB)"]
    print(table(columns, rows))
    failed = [row for row in found if "width" not in row]
    for row in failed:
        print(row, file=sys.stderr)
    return 1 if failed or max(row.get("memory", 0) for row in found) > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
