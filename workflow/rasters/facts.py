"""What a raster's header says, without reading a pixel: size, type, place on the Earth."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.errors import CRSError
from rasterio.transform import RPCTransformer
from rasterio.warp import transform as transform_points

from workflow.model import LonLat
from workflow.rasters.dataset import GDAL_ERRORS, band_names, opened
from workflow.rasters.exif import exif_tags
from workflow.xmp import xmp_fields

__all__ = [
    "EARTH_RADII_M",
    "RasterFacts",
    "RpcPlace",
    "apply",
    "crs_name",
    "describe",
    "ground_sample_distance",
    "is_rotated",
    "joined_corners",
    "joined_size",
    "place_of",
    "ring_on_wgs84",
    "rpc_place",
]

# semi-major axes of the ellipsoids and spheres in use for the Earth
EARTH_RADII_M = (6_350_000.0, 6_400_000.0)
_SEMI_MAJOR = re.compile(r'(?:SPHEROID|ELLIPSOID)\["[^"]*",\s*([-+0-9.eE]+)')
_METRES_PER_DEGREE = 111_320.0
_SAME_SCALE = 0.01
_WGS84 = "EPSG:4326"
_RISE_M = 100.0
_EDGE_PARTS = 16
_PNG_TEXTS = ("Author", "Copyright", "Creation_Time")
_WEB_MERCATOR, _WEB_MERCATOR_LAT = 3857, 85.06


@dataclass(frozen=True, slots=True)
class RpcPlace:
    """Where rational polynomials put a picture that lies level at `height_m`.

    `footprint` is its closed ring, empty outside the world, and `gsd_m` the pixel on the ground. `error_m` is what the
    polynomials state of themselves, None where they do not; `per_100_m` is how far the place moves for ground that is
    a hundred metres higher.
    """

    footprint: tuple[LonLat, ...]
    gsd_m: float | None
    height_m: float
    error_m: float | None
    per_100_m: float


@dataclass(frozen=True, slots=True)
class RasterFacts:
    """The header of a raster.

    `crs` is an authority string, else WKT, else None. `transform` is the affine (a, b, c, d, e, f) from
    (column, row) to map coordinates, None without georeference. `gsd_m` is the ground sample distance in
    metres at the centre. `footprint` is the closed ring of the picture's corners on WGS 84, empty where they
    are outside the world. `semi_major_m` is the radius of the body that the CRS describes. `files` are the
    names that the driver would read. `control_points` are ground control points as (column, row, x, y), with map
    coordinates in `control_crs`. `holds_pole` and `lon_span_deg` tell where a ring of longitudes and latitudes
    cannot say what the picture covers.
    """

    driver: str
    width: int
    height: int
    bands: int
    dtype: str
    crs: str | None
    transform: tuple[float, float, float, float, float, float] | None
    gsd_m: float | None
    nodata: float | None
    footprint: tuple[LonLat, ...]
    tags: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    block_bytes: int = 0
    control_points: tuple[tuple[float, float, float, float], ...] = ()
    control_crs: str | None = None
    rpc: RpcPlace | None = None
    pages: int = 1
    semi_major_m: float | None = None
    colours: tuple[str, ...] = ()
    position_error_m: float | None = None
    holds_pole: bool = False
    lon_span_deg: float = 0.0

    @property
    def is_georeferenced(self) -> bool:
        """Whether the header has both a CRS and a transform."""
        return self.crs is not None and self.transform is not None

    @property
    def decoded_bytes(self) -> int:
        """Size of all pixels in memory."""
        return self.width * self.height * self.bands * np.dtype(_numpy_name(self.dtype)).itemsize


def describe(path: Path, driver: str) -> RasterFacts:
    """The facts in the header of `path`, read by `driver` alone.

    Raises
    ------
    rasterio.errors.RasterioError
        when the driver cannot open the file.
    """
    with opened(path, driver) as dataset:
        return _facts(dataset, band_names(path, driver))


def _facts(dataset: Any, names: Sequence[str | None]) -> RasterFacts:
    transform, crs = place_of(dataset)
    gsd_m: float | None = None
    footprint: tuple[LonLat, ...] = ()
    around = (False, 0.0)
    if crs is not None and transform is not None:
        width, height = dataset.width, dataset.height
        gsd_m = ground_sample_distance(crs, transform, width, height)
        footprint = ring_on_wgs84(crs, transform, [(0, 0), (0, height), (width, height), (width, 0)])
        around = _around(crs, transform, width, height)
    return RasterFacts(
        driver=dataset.driver,
        width=dataset.width,
        height=dataset.height,
        bands=dataset.count,
        dtype=dataset.dtypes[0],
        crs=crs_name(crs) if crs else None,
        transform=transform,
        gsd_m=gsd_m,
        nodata=dataset.nodata,
        footprint=footprint,
        tags=_text_tags(dataset, names),
        files=_files(dataset),
        block_bytes=_block_bytes(dataset),
        control_points=tuple((one.col, one.row, one.x, one.y) for one in dataset.gcps[0]),
        control_crs=crs_name(dataset.gcps[1]) if dataset.gcps[1] else None,
        rpc=rpc_place(dataset.rpcs, dataset.width, dataset.height) if dataset.rpcs else None,
        pages=max(1, len(dataset.subdatasets)),
        semi_major_m=_semi_major(crs) if crs else None,
        colours=tuple(colour.name for colour in dataset.colorinterp),
        position_error_m=_corner_error_m(dataset) if crs is not None and transform is not None else None,
        holds_pole=around[0],
        lon_span_deg=around[1],
    )


def _files(dataset: Any) -> tuple[str, ...]:
    """Files that GDAL reads for this one, and those that it would read for its overviews if we let it."""
    elsewhere = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    return (*dataset.files, *([str(elsewhere)] if elsewhere else []))


def place_of(dataset: Any) -> tuple[tuple[float, float, float, float, float, float] | None, Any]:
    """The affine and the CRS of a dataset, each None where there is none.

    The corners in a NITF's header only say roughly where it is: rational polynomials count before them.
    """
    if dataset.driver == "NITF" and dataset.rpcs is not None:
        return None, None
    return _transform(dataset), dataset.crs or None


# what a last digit of a NITF's corners (field IGEOLO) means on the ground: a second of arc, a thousandth of a degree
_CORNER_ERROR_M = {"G": 15.5, "D": 56.0}


def _corner_error_m(dataset: Any) -> float | None:
    """How far off a NITF's corners may be by rounding, None where the place comes from elsewhere."""
    tags = dataset.tags()
    return _CORNER_ERROR_M.get(tags.get("NITF_ICORDS", "").strip()) if dataset.driver == "NITF" else None


def _transform(dataset: Any) -> tuple[float, float, float, float, float, float] | None:
    """The affine, None where there is none: rasterio gives the identity then."""
    a, b, c, d, e, f = tuple(dataset.transform)[:6]
    values = (float(a), float(b), float(c), float(d), float(e), float(f))
    if values == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0) or not all(math.isfinite(value) for value in values):
        return None
    return values if abs(values[0] * values[4] - values[1] * values[3]) > 0 else None


def _text_tags(dataset: Any, names: Sequence[str | None]) -> dict[str, str]:
    """Tags of the file that may tell a date, and nothing else: TIFF's own and EXIF's, and the names of the bands.

    With them the properties of XMP (``XMP_dc:rights``), the texts of a PNG (``PNG_Author``), and its EXIF.
    """
    bands = {f"Band_{number}": name for number, name in enumerate(names, 1) if name}
    own: dict[str, str] = dataset.tags()
    packet = dataset.tags(ns="xml:XMP").get("xml:XMP", "")
    tags = (
        exif_tags(Path(dataset.name), dataset.driver)
        | own
        | bands
        | {f"XMP_{name}": value for name, value in xmp_fields(packet).items()}
    )
    if dataset.driver == "PNG":
        tags |= {f"PNG_{name}": own[name] for name in _PNG_TEXTS if name in own}
    return {
        name: value
        for name, value in tags.items()
        if name.startswith(("TIFFTAG_", "EXIF_", "Band_", "XMP_", "PNG_")) and len(value) < 1000
    }


def _block_bytes(dataset: Any) -> int:
    shapes = zip(dataset.block_shapes, dataset.dtypes, strict=True)
    largest = max(rows * columns * np.dtype(_numpy_name(name)).itemsize for (rows, columns), name in shapes)
    interleaved = str(dataset.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE", "")).upper() == "PIXEL"
    return int(largest) * (dataset.count if interleaved else 1)


def _numpy_name(dtype: str) -> str:
    """NumPy's name of a type as GDAL calls it."""
    return {"complex_int16": "complex64"}.get(dtype, dtype)


def rpc_place(rpc: Any, width: int, height: int) -> RpcPlace:
    """Where `rpc` puts a picture of that size, on level ground at the height that it is centred on."""
    level = float(rpc.height_off)
    pixels = [(0, 0), (0, height), (width, height), (width, 0)]
    middle = (width / 2, height / 2)
    around = [middle, (middle[0] + 1, middle[1]), (middle[0], middle[1] + 1)]
    try:
        corners = _rpc_lonlats(rpc, pixels, level)
        places = _rpc_lonlats(rpc, around, level)
        raised = _rpc_lonlats(rpc, [middle], level + _RISE_M)
    except (*GDAL_ERRORS, ValueError):
        corners, places, raised = [], [], []
    sound = len(corners) == len(pixels) and len(places) == len(around) and bool(raised)
    ring = _ring(corners) if sound else ()
    gsd_m = math.sqrt(_metres(places[0], places[1]) * _metres(places[0], places[2])) if sound else None
    stated = [float(one) for one in (rpc.err_bias, rpc.err_rand) if one is not None and 0 <= float(one) < 1e6]
    return RpcPlace(
        ring,
        round(gsd_m, 6) if gsd_m else None,
        level,
        round(math.hypot(*stated), 2) if any(stated) else None,
        round(_metres(places[0], raised[0]), 2) if sound else 0.0,
    )


def _rpc_lonlats(rpc: Any, pixels: Sequence[tuple[float, float]], level: float) -> list[tuple[float, float]]:
    """WGS 84 (lon, lat) of (column, row) at a height; fewer where some are outside the world."""
    with RPCTransformer(rpc) as transformer:
        lons, lats = transformer.xy(
            [row for _, row in pixels], [col for col, _ in pixels], zs=[level] * len(pixels), offset="ul"
        )
    return [
        (float(lon), float(lat))
        for lon, lat in zip(lons, lats, strict=True)
        if math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 540 and abs(lat) <= 90
    ]


def crs_name(crs: Any) -> str:
    """Authority string (`EPSG:32651`) of a rasterio CRS, else its WKT."""
    authority = crs.to_authority()
    return f"{authority[0]}:{authority[1]}" if authority else str(crs.to_wkt(version="WKT2_2019"))


def _semi_major(crs: Any) -> float | None:
    found = _SEMI_MAJOR.search(crs.to_wkt())
    return float(found[1]) if found else None


def is_rotated(transform: Sequence[float]) -> bool:
    """Whether rows and columns do not run along the axes of the CRS."""
    return abs(transform[1]) + abs(transform[3]) > 1e-9 * (abs(transform[0]) + abs(transform[4]))


_Placed = tuple[Sequence[float], int, int]
_ON_GRID_PX = 0.02


def joined_size(tiles: Sequence[_Placed]) -> tuple[int, int] | None:
    """Width and height of what tiles (affine, width, height) make together, None where they are not on one grid."""
    corners = joined_corners(tiles)
    if corners is None:
        return None
    right = max(col + width for (col, _), (_, width, _) in zip(corners, tiles, strict=True))
    bottom = max(row + height for (_, row), (_, _, height) in zip(corners, tiles, strict=True))
    return right, bottom


def joined_corners(tiles: Sequence[_Placed]) -> list[tuple[int, int]] | None:
    """Column and row of each tile in what they make together; None where they are not north-up on one grid."""
    a, e = tiles[0][0][0], tiles[0][0][4]
    if a <= 0 or e >= 0 or any(is_rotated(one) for one, _, _ in tiles):
        return None
    west, north = min(one[2] for one, _, _ in tiles), max(one[5] for one, _, _ in tiles)
    found = []
    for one, width, height in tiles:
        scale = max(abs(one[0] / a - 1) * width, abs(one[4] / e - 1) * height)
        col, row = (one[2] - west) / a, (one[5] - north) / e
        off = max(abs(col - round(col)), abs(row - round(row)))
        if scale > _ON_GRID_PX or off > _ON_GRID_PX or max(col, row) > 2**31:
            return None
        found.append((round(col), round(row)))
    return found


def ground_sample_distance(crs: Any, transform: Sequence[float], width: int, height: int) -> float | None:
    """Metres on the ground from one pixel to the next at the picture's centre, None outside the world.

    The mean of both axes. The unit of a projected CRS is taken as it is where its scale there is within 1 %
    of the ground's (UTM), else the ground's distance counts (Web Mercator).
    """
    a, b, _, d, e, _ = transform
    col, row = width / 2, height / 2
    places = _lonlats(crs, [apply(transform, *at) for at in ((col, row), (col + 1, row), (col, row + 1))])
    if places is None:
        return None
    ground = math.sqrt(_metres(places[0], places[1]) * _metres(places[0], places[2]))
    if ground > 0 and crs.is_projected:
        stated = math.sqrt(math.hypot(a, d) * math.hypot(b, e)) * _unit_metres(crs)
        if abs(stated / ground - 1) < _SAME_SCALE:
            return round(stated, 6)
    return round(ground, 6)


def _unit_metres(crs: Any) -> float:
    try:
        return float(crs.linear_units_factor[1])
    except CRSError:
        return 1.0


def _metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Distance of two near places (lon, lat); plane, good to 0.5 %."""
    east = ((two[0] - one[0] + 180) % 360 - 180) * math.cos(math.radians((one[1] + two[1]) / 2))
    return math.hypot(east, two[1] - one[1]) * _METRES_PER_DEGREE


def apply(transform: Sequence[float], col: float, row: float) -> tuple[float, float]:
    """Map coordinates of (column, row) under an affine (a, b, c, d, e, f)."""
    a, b, c, d, e, f = transform
    return a * col + b * row + c, d * col + e * row + f


def _lonlats(crs: Any, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]] | None:
    """WGS 84 (lon, lat) of map coordinates, None where one of them is outside the world."""
    try:
        lons, lats = transform_points(crs, _WGS84, [x for x, _ in points], [y for _, y in points])
    except (*GDAL_ERRORS, ValueError):
        return None
    places = list(zip(lons, lats, strict=True))
    highest = _WEB_MERCATOR_LAT if crs.to_epsg() == _WEB_MERCATOR else 90 + 1e-6
    inside = all(
        math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 540 and abs(lat) <= highest
        for lon, lat in places
    )
    return places if inside else None


def _around(crs: Any, transform: Sequence[float], width: int, height: int) -> tuple[bool, float]:
    """Whether a picture holds a pole, and how many degrees of longitude its edge spans."""
    corners = [(0.0, 0.0), (0.0, float(height)), (float(width), float(height)), (float(width), 0.0)]
    edge = [
        (one[0] + (two[0] - one[0]) * at / _EDGE_PARTS, one[1] + (two[1] - one[1]) * at / _EDGE_PARTS)
        for one, two in zip(corners, corners[1:] + corners[:1], strict=True)
        for at in range(_EDGE_PARTS)
    ]
    places = _lonlats(crs, [apply(transform, *pixel) for pixel in edge])
    if not places:
        return False, 0.0
    lons = [lon for lon, _ in places]
    steps = [(two - one + 180) % 360 - 180 for one, two in zip(lons, lons[1:] + lons[:1], strict=True)]
    walked = np.cumsum(steps)
    return abs(float(walked[-1])) > 180, float(walked.max() - walked.min())


def ring_on_wgs84(
    crs: Any, transform: Sequence[float], pixels: Sequence[tuple[float, float]]
) -> tuple[LonLat, ...]:
    """Closed counter-clockwise ring on WGS 84 of corners given as (column, row); empty outside the world.

    Longitudes lie within ±180: a ring over the date line jumps there.
    """
    places = _lonlats(crs, [apply(transform, *pixel) for pixel in pixels])
    return _ring(places) if places else ()


def _ring(places: Sequence[tuple[float, float]]) -> tuple[LonLat, ...]:
    """Closed counter-clockwise ring of (lon, lat)."""
    lons = np.degrees(np.unwrap(np.radians([lon for lon, _ in places])))
    lats = np.clip([lat for _, lat in places], -90, 90)
    area = float(np.sum(lons * np.roll(lats, -1) - np.roll(lons, -1) * lats))
    ring = [LonLat(_wrapped(float(lon)), round(float(lat), 7)) for lon, lat in zip(lons, lats, strict=True)]
    if area < 0:
        ring.reverse()
    return (*ring, ring[0])


def _wrapped(lon: float) -> float:
    """The same meridian within ±180; 180 itself stays."""
    lon = round(lon, 7)
    return lon if -180 <= lon <= 180 else round((lon + 180) % 360 - 180, 7)
