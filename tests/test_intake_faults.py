"""Silent faults of rasters, each through the door: seen in the working copy or told in a sentence.

`docs/intake.md` lists the faults with the tests that show them.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC
from rasterio.transform import Affine

from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, take_in
from workflow.model import Author, Capture, CaptureKind, Georeference, IntakeEvent, LonLat
from workflow.pipeline.ingest import ingest
from workflow.project import Project, init_project
from workflow.rasters import encode_jpeg, to_display

Make = Callable[..., Path]
Take = Callable[..., Capture]
TODAY = date(2024, 6, 1)
DATED = IntakeOptions(acquired="14 April 2023")
NOISE = np.random.default_rng(7).integers(1, 250, (3, 40, 60)).astype("uint8")


@pytest.fixture
def take(tmp_path: Path) -> Take:
    def taking(path: Path, options: IntakeOptions = DATED) -> Capture:
        return take_in(path, tmp_path / "project" / "imagery", options, (), today=TODAY)

    return taking


@pytest.fixture
def refuse(take: Take, tmp_path: Path) -> Callable[..., str]:
    def refusing(path: Path, options: IntakeOptions = DATED) -> str:
        with pytest.raises(InputRefused) as caught:
            take(path, options)
        assert not [
            one for one in (tmp_path / "project").rglob("*") if one.is_file() or one.name.startswith(".")
        ]
        return str(caught.value)

    return refusing


def working(tmp_path: Path, capture: Capture) -> tuple[np.ndarray, np.ndarray, Any]:
    """Data, mask and transform of the working copy."""
    with rasterio.open(tmp_path / "project" / capture.working) as file:
        return file.read(), file.dataset_mask() > 0, file.transform


def ring_of(capture: Capture) -> set[tuple[float, float]]:
    return {(round(place.lon, 4), round(place.lat, 4)) for place in capture.footprint}


# -- coordinates ---------------------------------------------------------------------------------------------------


def test_a_rotated_picture_is_north_up_and_its_corners_are_empty(
    make_raster: Make, take: Take, tmp_path: Path
) -> None:
    turned = Affine.translation(4e5, 4.3e6) @ Affine.rotation(30) @ Affine.scale(0.5, -0.5)
    capture = take(make_raster("r.tif", NOISE, transform=turned))
    _, mask, transform = working(tmp_path, capture)
    assert (transform.b, transform.d) == (0, 0)
    assert not mask[0, 0]
    assert mask[mask.shape[0] // 2, mask.shape[1] // 2]
    assert any("rotated" in warning for warning in capture.warnings)


def test_south_up_rows_are_turned(make_raster: Make, take: Take, tmp_path: Path) -> None:
    capture = take(make_raster("s.tif", NOISE, transform=Affine(0.5, 0, 4e5, 0, 0.5, 4.3e6)))
    data, _, transform = working(tmp_path, capture)
    assert np.array_equal(data, NOISE[:, ::-1])
    assert (transform.e, transform.f) == (-0.5, 4.3e6 + 20)
    assert any("south to north" in warning for warning in capture.warnings)


@pytest.mark.parametrize("west", [179.9997, -180.0003])
def test_a_picture_over_the_date_line_keeps_its_ring_within_180_degrees(
    make_raster: Make, take: Take, west: float
) -> None:
    place = Affine(1e-5, 0, west, 0, -1e-5, 65)
    ring = ring_of(take(make_raster("d.tif", NOISE, crs="EPSG:4326", transform=place)))
    assert {lon for lon, _ in ring} == {179.9997, -179.9997}


def test_a_picture_over_the_date_line_in_utm_is_split_in_the_catalogue(
    make_raster: Make, take: Take, tmp_path: Path
) -> None:
    from workflow.exporters.stac import write_catalogue

    place = Affine(5, 0, 833_900, 0, -5, 200)
    capture = take(make_raster("u.tif", np.tile(NOISE, (1, 4, 4)), crs="EPSG:32660", transform=place))
    lons = [corner.lon for corner in capture.footprint]
    assert min(lons) < -179
    assert max(lons) > 179
    write_catalogue(tmp_path / "project" / "imagery", [capture])
    item = (tmp_path / "project" / "imagery" / "items" / f"{capture.id}.json").read_text()
    assert '"MultiPolygon"' in item


def test_a_picture_near_a_pole_has_its_place(make_raster: Make, take: Take) -> None:
    ring = ring_of(
        take(make_raster("n.tif", NOISE, crs="EPSG:3995", transform=Affine(5, 0, 5e4, 0, -5, -4e5)))
    )
    assert all(86 < lat < 87 for _, lat in ring)


@pytest.mark.parametrize(
    ("crs", "place", "says"),
    [
        ("EPSG:3995", Affine(10, 0, -300, 0, -10, 200), "holds a pole"),
        ("EPSG:3031", Affine(10, 0, -300, 0, -10, 200), "holds a pole"),
        ("EPSG:3857", Affine(1, 0, 1e6, 0, -1, 2.01e7), "outside the world"),
        ("EPSG:4326", Affine(1e-5, 0, 10, 0, -1e-5, 90.5), "outside the world"),
        ("EPSG:4326", Affine(6, 0, -180, 0, -4, 80), "spans 360 degrees of longitude"),
    ],
)
def test_what_no_ring_can_tell_is_refused(
    make_raster: Make, refuse: Callable[..., str], crs: str, place: Affine, says: str
) -> None:
    assert says in refuse(make_raster("p.tif", NOISE, crs=crs, transform=place))


def test_longitudes_from_0_to_360_are_those_of_the_west(make_raster: Make, take: Take) -> None:
    place = Affine(1e-5, 0, 235.0, 0, -1e-5, 39)
    ring = ring_of(take(make_raster("w.tif", NOISE, crs="EPSG:4326", transform=place)))
    assert {lon for lon, _ in ring} == {-125.0, -124.9994}


def test_axes_are_never_swapped(make_raster: Make, take: Take) -> None:
    """EPSG:4326 names latitude first; a raster's x is the longitude all the same."""
    place = Affine(1e-5, 0, 125.7, 0, -1e-5, 39.0)
    assert (
        LonLat(125.7, 39.0) in take(make_raster("x.tif", NOISE, crs="EPSG:4326", transform=place)).footprint
    )


RPC_TERM = [1.0] + [0.0] * 19
POLYNOMIALS = RPC(
    height_off=50, height_scale=500, lat_off=39, lat_scale=0.0005, long_off=125, long_scale=0.0005, line_off=20,
    line_scale=20, samp_off=30, samp_scale=30, line_num_coeff=[0.0, 0.0, -1.0, 0.5] + [0.0] * 16,
    line_den_coeff=RPC_TERM, samp_num_coeff=[0.0, 1.0, 0.0, 0.0] + [0.0] * 16, samp_den_coeff=RPC_TERM,
    err_bias=4.0, err_rand=3.0,
)  # fmt: skip


def test_polynomials_alone_list_a_picture_with_its_error_and_do_not_place_it(
    make_raster: Make, take: Take
) -> None:
    capture = take(make_raster("rpc.tif", NOISE, crs=None, rpcs=POLYNOMIALS))
    assert (capture.georeference, capture.crs, capture.site) == (Georeference.NONE, None, None)
    assert not capture.is_georeferenced
    assert capture.position_error_m == 5.0
    lons, lats = [one.lon for one in capture.footprint], [one.lat for one in capture.footprint]
    assert min(lons) < 125 < max(lons)
    assert min(lats) < 39 < max(lats)
    assert capture.gsd_m == pytest.approx(2.1, abs=0.7)
    (warning,) = (one for one in capture.warnings if "RPC" in one)
    assert "position error is 5 m" in warning
    assert "more for each 100 m of height" in warning  # half a scale for a scale of 500 m: 5.6 m
    assert float(re.findall(r"([\d.]+) m more", warning)[0]) == pytest.approx(5.6, abs=0.2)


def test_polynomials_without_an_error_say_that_it_is_unknown(make_raster: Make, take: Take) -> None:
    rpc = RPC(**{**POLYNOMIALS.to_dict(), "err_bias": None, "err_rand": None})
    capture = take(make_raster("rpc.tif", NOISE, crs=None, rpcs=rpc))
    assert capture.position_error_m is None
    assert any("position error is unknown" in one for one in capture.warnings)


def test_polynomials_that_lead_out_of_the_world_are_refused(
    make_raster: Make, refuse: Callable[..., str]
) -> None:
    rpc = RPC(**{**POLYNOMIALS.to_dict(), "lat_off": 120.0})
    assert "outside the world" in refuse(make_raster("rpc.tif", NOISE, crs=None, rpcs=rpc))


def test_rounded_corners_of_a_nitf_are_told(make_raster: Make, take: Take, tmp_path: Path) -> None:
    place = {"crs": "EPSG:4326", "transform": Affine(1e-4, 0, 125, 0, -1e-4, 39)}
    capture = take(make_raster("n.ntf", NOISE, driver="NITF", ICORDS="G", **place))
    assert (capture.crs, capture.position_error_m) == ("EPSG:4326", 15.5)
    assert any("rounded" in one for one in capture.warnings)
    assert Path(capture.original).suffix == ".ntf"
    assert np.array_equal(working(tmp_path, capture)[0], NOISE)


# -- values --------------------------------------------------------------------------------------------------------


def test_nan_without_a_nodata_value_is_no_data(make_raster: Make, take: Take, tmp_path: Path) -> None:
    data = NOISE.astype("float32")
    data[0, :5] = np.nan
    capture = take(make_raster("f.tif", data))
    copy, mask, _ = working(tmp_path, capture)
    assert not mask[:5].any()
    assert mask[5:].all()
    assert np.isfinite(copy).all()
    assert all(np.isfinite((limit.low, limit.high)).all() for limit in capture.stretch)


def test_infinite_values_are_no_data(make_raster: Make, take: Take, tmp_path: Path) -> None:
    data = NOISE.astype("float32")
    data[1, 0, 0] = np.inf
    copy, mask, _ = working(tmp_path, take(make_raster("i.tif", data)))
    assert not mask[0, 0]
    assert np.isfinite(copy).all()


def test_nothing_but_nodata_is_told_and_not_shown_black(
    make_raster: Make, refuse: Callable[..., str]
) -> None:
    assert "no pixel with data" in refuse(make_raster("n.tif", np.zeros((1, 30, 30), "uint8"), nodata=0))


def test_a_palette_becomes_its_colours(make_raster: Make, take: Take, tmp_path: Path) -> None:
    index = np.array([[0, 1], [1, 0]], "uint8").repeat(20, 0).repeat(20, 1)[None]
    capture = take(make_raster("p.tif", index, colormap={0: (200, 10, 0, 255), 1: (0, 0, 90, 255)}))
    data, _, _ = working(tmp_path, capture)
    assert data[:, 0, 0].tolist() == [200, 10, 0]
    assert data[:, 0, 39].tolist() == [0, 0, 90]
    assert capture.bands == 3


@pytest.mark.parametrize("bands", [1, 3])
def test_alpha_is_no_band_and_what_it_hides_is_no_data(
    make_raster: Make, take: Take, tmp_path: Path, bands: int
) -> None:
    alpha = np.full((1, 40, 60), 255, "uint8")
    alpha[0, :, :10] = 0
    data = np.concatenate([NOISE[:bands], alpha])
    names = [ColorInterp.red, ColorInterp.green, ColorInterp.blue] if bands == 3 else [ColorInterp.gray]
    capture = take(make_raster("a.tif", data, colorinterp=[*names, ColorInterp.alpha]))
    _, mask, _ = working(tmp_path, capture)
    assert capture.bands == bands
    assert not mask[:, :10].any()
    assert mask[:, 10:].all()


def test_eleven_bits_in_sixteen_are_stretched_and_never_wrap(
    make_raster: Make, take: Take, tmp_path: Path
) -> None:
    ramp = np.broadcast_to(np.linspace(100, 2047, 600).astype("uint16"), (3, 400, 600))
    capture = take(make_raster("e.tif", ramp))
    data, _, _ = working(tmp_path, capture)
    assert np.array_equal(data, ramp)  # the copy keeps every bit; the stretch is of the capture and fixed
    assert capture.stretch[0].low == pytest.approx(139, abs=8)
    assert capture.stretch[0].high == pytest.approx(2008, abs=8)
    shown = to_display(data, capture.stretch)[0, 0].astype(int)
    assert (np.diff(shown) >= 0).all()  # 1422 as a byte would be 142
    assert take(make_raster("again.tif", ramp)).stretch == capture.stretch


def test_what_is_no_data_is_hatched_and_never_black(make_raster: Make, take: Take, tmp_path: Path) -> None:
    data = NOISE.copy()
    data[:, :20] = 0
    copy, mask, _ = working(tmp_path, take(make_raster("h.tif", data, nodata=0)))
    with Image.open(io.BytesIO(encode_jpeg(copy, mask))) as picture:
        assert np.asarray(picture)[:18].min() > 150


# -- files that are not whole --------------------------------------------------------------------------------------


def cog(tmp_path: Path) -> Path:
    from rasterio.shutil import copy

    side = 1024
    data = np.random.default_rng(1).integers(1, 250, (1, side, side)).astype("uint8")
    plain, path = tmp_path / "plain.tif", tmp_path / "cog.tif"
    place = {"crs": "EPSG:32651", "transform": Affine(0.5, 0, 4e5, 0, -0.5, 4.3e6)}
    with rasterio.open(
        plain, "w", driver="GTiff", width=side, height=side, count=1, dtype="uint8", **place
    ) as file:
        file.write(data)
    copy(plain, path, driver="COG", blocksize=128, compress="deflate")
    return path


def test_half_a_cog_whose_thumbnail_still_reads_is_refused(
    tmp_path: Path, refuse: Callable[..., str]
) -> None:
    path = cog(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with rasterio.open(path, OVERVIEW_LEVEL=2) as file:
        assert file.read().any()  # an overview proves nothing
    assert "cut off" in refuse(path)


FORMATS: dict[str, dict[str, Any]] = {
    "a.png": {"driver": "PNG", "crs": None},
    "a.jpg": {"driver": "JPEG", "crs": None},
    "a.jp2": {"driver": "JP2OpenJPEG"},
    "a.ntf": {
        "driver": "NITF",
        "ICORDS": "G",
        "crs": "EPSG:4326",
        "transform": Affine(1e-4, 0, 125, 0, -1e-4, 39),
    },
    "a.img": {"driver": "ENVI"},
    "plain.tif": {},
    "lzw.tif": {"compress": "lzw"},
    "tiles.tif": {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "jpeg"},
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_off_file_of_each_format_is_refused(
    make_raster: Make, refuse: Callable[..., str], name: str
) -> None:
    data = np.random.default_rng(2).integers(1, 250, (3, 300, 200)).astype("uint8")
    path = make_raster(name, data, **FORMATS[name])
    still = replace(DATED, kind=CaptureKind.GROUND, site="x")
    whole = path.read_bytes()
    for share in (0.97, 0.5):
        path.write_bytes(whole[: int(len(whole) * share)])
        sentence = refuse(path, still)
        assert "cut off" in sentence or "cannot be read" in sentence


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_a_flipped_byte_of_a_png_is_refused(make_raster: Make, refuse: Callable[..., str], at: float) -> None:
    path = make_raster("a.png", NOISE, driver="PNG", crs=None)
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 4
    path.write_bytes(content)
    assert "checksum" in refuse(path, replace(DATED, kind=CaptureKind.GROUND, site="x"))


def test_a_flipped_byte_of_plain_pixels_is_found_by_its_hash(tmp_path: Path, make_raster: Make) -> None:
    """Nobody can see it on reading; what is kept is the hash of what came in."""
    from workflow.readmodels.custody import verify

    with Project.open(init_project(tmp_path / "project")) as project:
        (capture,) = ingest(project, Author("Anna"), [make_raster("a.tif", NOISE)], DATED).captures
        original = project.root / capture.original
        content = bytearray(original.read_bytes())
        content[-1] ^= 1
        original.chmod(0o644)
        original.write_bytes(content)
        (problem,) = verify(project)[0]["problems"]
        assert "was changed" in problem


# -- the disk ------------------------------------------------------------------------------------------------------

FULL_DISK = """
import resource, sys
from pathlib import Path
from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, take_in
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    take_in(Path(sys.argv[1]), Path(sys.argv[2]), IntakeOptions(acquired="2020"), ())
except InputRefused as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes to fill a disk with")
@pytest.mark.parametrize(
    ("room", "says"),
    [
        (10_000, "a.tif: cannot be copied (File too large); check the disk and repeat.\n"),
        (
            400_000,
            "a.tif: its working copy could not be written, the disk is full or faulty; free 2 MB and repeat.\n",
        ),
    ],
)
def test_a_full_disk_is_told_and_leaves_nothing(
    make_raster: Make, tmp_path: Path, room: int, says: str
) -> None:
    data = np.random.default_rng(3).integers(1, 250, (3, 400, 400)).astype("uint8")
    path = make_raster("a.tif", data, compress="jpeg", photometric="ycbcr", JPEG_QUALITY=60)
    assert 10_000 < path.stat().st_size < 400_000
    imagery = tmp_path / "imagery"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path, imagery, str(room)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == says
    assert list(imagery.iterdir()) == []


def test_too_little_room_is_told_before_anything_is_copied(
    make_raster: Make, refuse: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("workflow.intake.copies.shutil.disk_usage", lambda _: Usage)
    assert "not enough free space" in refuse(make_raster("a.tif", NOISE))


def _ingest_once(root: Path, path: Path, start: Any) -> None:
    with Project.open(root) as project:
        start.wait(60)
        report = ingest(project, Author("Anna"), [path], DATED)
        sys.exit(0 if len(report.captures) == 1 else 1)


def test_two_programs_that_take_one_file_make_one_capture_of_two_intakes(
    make_raster: Make, tmp_path: Path
) -> None:
    root, path = init_project(tmp_path / "project"), make_raster("a.tif", NOISE)
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    programs = [spawn.Process(target=_ingest_once, args=(root, path, start)) for _ in range(2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(180)
    assert [program.exitcode for program in programs] == [0, 0]
    with Project.open(root) as project:
        assert len(project.captures()) == 1
        assert len(project.record.rows(IntakeEvent)) == 2
        assert project.record.verify().problems == ()
    files = sorted(one.parent.name for one in (root / "imagery").rglob("*.tif"))
    assert files == ["originals", "working"]


# -- the list ------------------------------------------------------------------------------------------------------


def test_the_list_in_the_docs_names_tests_that_are_there() -> None:
    root = Path(__file__).resolve().parents[1]
    section = (root / "docs" / "intake.md").read_text("utf-8").split("## Silent faults")[1].split("\n## ")[0]
    named = re.findall(r"`(test_\w+)`", section)
    assert len(named) >= 20
    there = "".join(path.read_text("utf-8") for path in (root / "tests").glob("test_*.py"))
    assert [name for name in named if f"def {name}(" not in there] == []
