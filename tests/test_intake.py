"""The door: what is taken is kept byte for byte, what is not leaves one sentence and nothing else.

Longer than others, because each refusal and each kept fact goes through the one door that the fixtures open.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint

from dashboard.told import in_korean
from workflow import plugins
from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, Limits, sweep, take_in
from workflow.intake.sandbox import RefusalError, read_apart
from workflow.intake_child import RefusalError as HeaderRefused
from workflow.intake_child import Source, check_header
from workflow.model import Basis, Capture, CaptureKind, Georeference, Precision, Stated
from workflow.rasters.facts import RasterFacts, RpcPlace

Make = Callable[..., Path]
TODAY = date(2024, 6, 1)
DIALECTS = tuple(plugins.load("workflow.providers").values())
DATED = IntakeOptions(acquired="14 April 2023")
PICTURE = replace(DATED, kind=CaptureKind.GROUND, site="crossing")


def noise(bands: int = 3, rows: int = 40, columns: int = 60, dtype: str = "uint8") -> np.ndarray:
    return np.random.default_rng(7).integers(1, 250, (bands, rows, columns)).astype(dtype)


@pytest.fixture
def imagery(tmp_path: Path) -> Path:
    return tmp_path / "project" / "imagery"


@pytest.fixture
def take(imagery: Path) -> Callable[..., Capture]:
    def taking(path: Path, options: IntakeOptions = DATED, **more: Any) -> Capture:
        return take_in(path, imagery, options, DIALECTS, today=TODAY, **more)

    return taking


@pytest.fixture
def refuse(imagery: Path, take: Callable[..., Capture]) -> Callable[..., str]:
    """The sentence on a file that is not taken; afterwards there is nothing of it."""

    def refusing(path: Path, options: IntakeOptions = DATED) -> str:
        with pytest.raises(InputRefused) as caught:
            take(path, options)
        assert [name for _, _, names in os.walk(imagery) for name in names] == []
        assert list(imagery.glob(".intake-*")) == []
        sentence = str(caught.value)
        assert sentence.startswith(path.name)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert not any(word in sentence for word in ("Traceback", "CPLE_", "RasterioIOError"))
        return sentence

    return refusing


# -- what is taken -------------------------------------------------------------------------------------------


def test_a_capture_has_its_files_and_its_facts(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    path = make_raster("scene.tif", noise())
    capture = take(path, replace(DATED, provider="Somebody", credit="© Somebody", licence="CC BY 4.0"))
    original, working = imagery.parent / capture.original, imagery.parent / capture.working
    assert capture.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert capture.id == capture.sha256[:16]
    assert original == imagery / "originals" / f"{capture.sha256}.tif"
    assert original.read_bytes() == path.read_bytes()
    assert working == imagery / "working" / f"{capture.sha256}.tif"
    with rasterio.open(working) as file:
        assert np.array_equal(file.read(), noise())
    assert (capture.file, capture.kind, capture.georeference) == (
        "scene.tif",
        CaptureKind.SATELLITE,
        Georeference.NATIVE,
    )
    assert (capture.width_px, capture.height_px, capture.bands) == (60, 40, 3)
    assert (capture.crs, capture.gsd_m) == ("EPSG:32651", 0.5)
    assert len(capture.footprint) == 5
    assert len(capture.stretch) == 3
    assert (capture.provider, capture.credit, capture.licence) == ("Somebody", "© Somebody", "CC BY 4.0")
    assert (capture.acquired.earliest, capture.acquired.basis) == (date(2023, 4, 14), Basis.STATED)
    assert path.exists()


def test_an_original_cannot_be_written(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    original = imagery.parent / take(make_raster("scene.tif", noise())).original
    assert not original.stat().st_mode & 0o222


def test_the_same_bytes_twice_are_one_capture_and_nothing_is_rewritten(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    path = make_raster("scene.tif", noise())
    first = take(path)
    files = {name: name.stat().st_mtime_ns for name in imagery.rglob("*") if name.is_file()}
    assert take(path) == first
    assert {name: name.stat().st_mtime_ns for name in imagery.rglob("*") if name.is_file()} == files


def test_a_known_capture_is_not_read_again(
    make_raster: Make, take: Callable[..., Capture], imagery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_raster("scene.tif", noise())
    first = replace(take(path), credit="as it was recorded")
    monkeypatch.setattr("workflow.intake.read_apart", lambda *_: pytest.fail("read again"))
    assert take(path, known={first.id: first}.get) == first


def test_a_known_capture_whose_working_copy_is_gone_is_made_again(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    path = make_raster("scene.tif", noise())
    first = take(path)
    working = imagery.parent / first.working
    working.unlink()
    assert take(path, known={first.id: first}.get) == first
    assert working.is_file()


def test_two_intakes_at_once_of_one_file_give_one(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    path = make_raster("scene.tif", noise())
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(take, [path, path])
    assert one == two
    assert sorted(name.parent.name for name in imagery.rglob("*") if name.is_file()) == [
        "originals",
        "working",
    ]


@pytest.mark.parametrize(("name", "driver"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.tif", "GTiff")])
def test_a_picture_without_coordinates_needs_its_kind_and_site(
    make_raster: Make, take: Callable[..., Capture], refuse: Callable[..., str], name: str, driver: str
) -> None:
    path = make_raster(name, noise(), driver=driver, crs=None)
    assert "no coordinates" in refuse(path)
    assert "--kind" in refuse(path, replace(DATED, kind=CaptureKind.GROUND))
    assert "--site" in refuse(path, replace(DATED, site="crossing"))
    capture = take(path, PICTURE)
    assert (capture.georeference, capture.crs, capture.gsd_m) == (Georeference.NONE, None, None)
    assert (capture.footprint, capture.site, capture.kind) == ((), "crossing", CaptureKind.GROUND)
    assert Path(capture.original).suffix == Path(name).suffix


def test_the_content_decides_and_not_the_suffix(make_raster: Make, take: Callable[..., Capture]) -> None:
    path = make_raster("really_a.png", noise(), driver="PNG", crs=None).rename(
        make_raster("other.tif", noise()).with_name("named.tif")
    )
    assert Path(take(path, PICTURE).original).suffix == ".png"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names cannot hold these characters")
def test_a_hostile_name_is_only_text(make_raster: Make, take: Callable[..., Capture], imagery: Path) -> None:
    path = make_raster("scene.tif", noise()).rename(
        make_raster("x.tif", noise()).with_name("$(rm -rf ~);'한글\" .tif")
    )
    capture = take(path)
    assert capture.file == "$(rm -rf ~);'한글\" .tif"
    assert Path(capture.original).name == f"{capture.sha256}.tif"


def test_what_a_side_file_says_of_the_pixels_is_not_read(
    make_raster: Make, take: Callable[..., Capture]
) -> None:
    path = make_raster("scene.tif", noise(), crs=None)
    path.with_suffix(".tfw").write_text("0.5\n0\n0\n-0.5\n400000\n4300000\n")
    path.with_name("scene.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:32651</SRS></PAMDataset>")
    with pytest.raises(InputRefused, match="no coordinates"):
        take(path)


def test_the_sandbox_says_how_strong_it_is(make_raster: Make, tmp_path: Path) -> None:
    path = make_raster("scene.tif", noise())
    answer = read_apart(request_for(path, tmp_path / "w.tif"), Limits())
    assert set(answer["walls"]) <= {"network", "memory", "cpu", "core"}
    if sys.platform.startswith("linux"):
        assert {"memory", "cpu"} <= set(answer["walls"])


def test_stale_leftovers_are_swept_and_fresh_ones_stay(tmp_path: Path) -> None:
    for name, age in (("stale", 2 * 86_400), ("fresh", 60)):
        folder = tmp_path / f".intake-{name}"
        folder.mkdir()
        (folder / "picture.tif").touch()
        past = folder.stat().st_mtime - age
        os.utime(folder, (past, past))
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".intake-fresh"]


# -- what is not ---------------------------------------------------------------------------------------------

SOMETHING_ELSE = {
    "empty.tif": (b"", "empty"),
    "vrt.tif": (b'<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>', "virtual raster"),
    "wms.tif": (b"<GDAL_WMS><Service name='TMS'/></GDAL_WMS>", "web service"),
    "page.jpg": (b"\n<!DOCTYPE html><html><body>403 Forbidden</body></html>", "web page"),
    "notes.tif": (b"I am not a picture", "is text"),
    "archive.tif": (b"PK\x03\x04" + bytes(60), "ZIP"),
    "cube.tif": (b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5"),
    "animation.png": (b"GIF89a" + bytes(60), "GIF"),
    "places.tif": (b'{"type": "FeatureCollection"}', "JSON"),
    "bytes.tif": (bytes(range(200))[::-1], "no picture"),
}


@pytest.mark.parametrize("name", SOMETHING_ELSE)
def test_what_is_no_picture_is_named(tmp_path: Path, refuse: Callable[..., str], name: str) -> None:
    content, what = SOMETHING_ELSE[name]
    (tmp_path / name).write_bytes(content)
    assert what in refuse(tmp_path / name)


def test_a_file_that_is_not_there_and_a_folder_are_refused(
    tmp_path: Path, refuse: Callable[..., str]
) -> None:
    assert "cannot be read" in refuse(tmp_path / "nothing.tif")
    (tmp_path / "folder.tif").mkdir()
    assert "is a folder" in refuse(tmp_path / "folder.tif")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path, refuse: Callable[..., str]) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    assert "not a regular file" in refuse(tmp_path / "pipe.tif")


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:9/x.tif", "http://127.0.0.1:9/x.tif", "a\0b.tif"]
)
def test_names_that_gdal_would_follow_are_only_names(name: str, take: Callable[..., Capture]) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        take(Path(name))


@pytest.mark.parametrize("share", [0.99, 0.5, 0.1])
def test_a_cut_off_file_is_refused(make_raster: Make, refuse: Callable[..., str], share: float) -> None:
    path = make_raster("cut.tif", noise(3, 300, 300), compress="deflate")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "cut off" in refuse(path) or "cannot be read" in refuse(path)


def test_a_damaged_file_is_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    slope = np.broadcast_to(np.arange(600, dtype="uint16") ** 2, (1, 600, 600))
    path = make_raster("hit.tif", slope, compress="deflate", blockysize=600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    path.write_bytes(content)
    said = refuse(path)
    # not as GDAL says it, nor what it is called in the folder of its own
    assert said == (
        "hit.tif: is damaged or cut off: not all of its pixels can be read; fetch it again from its source."
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda content: content[:200], "cannot be read as GeoTIFF: its header is damaged or cut off; fetch it"),
        (lambda content: packed(content, 50002), "packed in a way that is not read here (JXL); save it packed"),
        (lambda content: packed(content, 9999), "packed in a way that is not read here (code 9999); save it"),
    ],
)  # fmt: skip
def test_what_gdal_says_of_a_header_is_said_in_plain_words(
    make_raster: Make, refuse: Callable[..., str], spoil: Callable[[bytes], bytes], says: str
) -> None:
    path = make_raster("a.tif", noise(), compress="deflate")
    path.write_bytes(spoil(path.read_bytes()))
    said = refuse(path)
    assert says in said
    assert re.search("[\uac00-\ud7a3]", in_korean(said))
    assert "TIFF file" not in said


def packed(content: bytes, code: int) -> bytes:
    """A little-endian TIFF of one directory, with another code for how its pixels are packed."""
    (at,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, at)
    entry = next(
        one
        for one in range(at + 2, at + 2 + 12 * count, 12)
        if struct.unpack_from("<H", content, one)[0] == 259
    )
    return content[: entry + 8] + struct.pack("<I", code) + content[entry + 12 :]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", [b"q\xff.tif", b"two\nlines.tif", b"\x1b[31mred.tif"])
@pytest.mark.parametrize("in_place", [False, True])
def test_a_name_that_is_no_text_is_refused_and_leaves_nothing(
    make_raster: Make, take: Callable[..., Capture], imagery: Path, name: bytes, in_place: bool
) -> None:
    path = make_raster("a.tif", noise())
    path = path.rename(path.with_name(os.fsdecode(name)))
    with pytest.raises(InputRefused, match="its name cannot be read as text") as caught:
        take(path, replace(DATED, in_place=in_place))
    assert str(caught.value).isprintable()
    assert not imagery.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_folder_whose_name_is_no_text_cannot_be_referred_to(
    make_raster: Make, take: Callable[..., Capture], tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"q\xff")
    folder.mkdir()
    path = make_raster("a.tif", noise()).rename(folder / "a.tif")
    with pytest.raises(InputRefused, match="names of its folders cannot be read as text"):
        take(path, replace(DATED, in_place=True))
    assert take(path).file == "a.tif"


def test_a_file_that_names_another_as_its_overview_is_refused(
    make_raster: Make, tmp_path: Path, refuse: Callable[..., str]
) -> None:
    secret = make_raster("secret.tif", np.full((1, 100, 100), 77, "uint8"))
    attack = make_raster("attack.tif", np.full((1, 400, 400), 7, "uint8"))
    with rasterio.open(attack, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(secret))
    with rasterio.open(attack) as file:
        assert str(secret) in file.files  # GDAL would follow it
    assert "another file (secret.tif)" in refuse(attack)


def sparse_tiff(path: Path, side: int) -> Path:
    """A TIFF of `side` by `side` pixels without a single block, a few hundred bytes long."""
    tile = 1 << 16
    tags = [
        (256, 4, 1, side),
        (257, 4, 1, side),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
    ]
    tags += [(322, 4, 1, tile), (323, 4, 1, tile), (324, 4, 1, 0), (325, 4, 1, 0)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4))
    return path


def test_a_huge_sparse_file_is_refused_by_its_header(tmp_path: Path, refuse: Callable[..., str]) -> None:
    sentence = refuse(sparse_tiff(tmp_path / "sparse.tif", 1_000_000), PICTURE)
    assert "1000000 x 1000000 pixels" in sentence


def test_a_file_that_unpacks_to_nothing_but_size_is_refused(
    make_raster: Make, refuse: Callable[..., str]
) -> None:
    path = make_raster(
        "blank.tif", np.zeros((1, 1, 1), "uint8"), width=40_000, height=40_000, sparse_ok=True, tiled=True,
        blockxsize=512, blockysize=512, compress="deflate",
    )  # fmt: skip
    assert "unpacks" in refuse(path)


def test_a_file_beyond_the_size_limit_is_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    assert "the limit is 1000" in refuse(
        make_raster("a.tif", noise()), replace(DATED, limits=Limits(file_bytes=1000))
    )


def test_a_file_that_takes_too_long_is_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    options = replace(DATED, limits=Limits(wall_s=0.0))
    assert "took longer" in refuse(make_raster("a.tif", noise()), options)


def test_a_file_that_needs_too_much_memory_is_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    options = replace(DATED, limits=Limits(memory_bytes=1 << 20))
    sentence = refuse(make_raster("a.tif", noise()), options)
    assert "memory" in sentence or "made the reader fail" in sentence


def test_a_reader_that_crashes_is_one_sentence(
    make_raster: Make, refuse: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.intake.sandbox.sys.executable", sys.executable)
    monkeypatch.setattr("workflow.intake.sandbox._PINNED", {"PYTHONHOME": "/nowhere"})
    assert "made the reader fail" in refuse(make_raster("a.tif", noise()))


def test_control_points_alone_are_no_place(make_raster: Make, refuse: Callable[..., str]) -> None:
    points = [
        GroundControlPoint(row, col, 125 + col / 100, 39 - row / 100) for row in (0, 9) for col in (0, 9)
    ]
    path = make_raster("gcp.tif", noise(), crs=None, gcps=(points, rasterio.CRS.from_epsg(4326)))
    assert "4 ground control points" in refuse(path)


def test_nothing_but_nodata_is_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    assert "all are nodata" in refuse(make_raster("n.tif", np.zeros((1, 30, 30), "uint8"), nodata=0))


def test_complex_pixels_are_refused(make_raster: Make, refuse: Callable[..., str]) -> None:
    assert "complex" in refuse(make_raster("c.tif", noise().astype("complex64")))


# -- the header, without a child -----------------------------------------------------------------------------

FACTS = RasterFacts(
    "GTiff", 100, 100, 3, "uint8", "EPSG:32651", (0.5, 0, 4e5, 0, -0.5, 4.3e6), 0.5, None, (object(),) * 5,  # type: ignore[arg-type]
    files=("/x/picture.tif",), semi_major_m=6_378_137.0,
)  # fmt: skip


def request_for(source: Path, working: Path) -> dict[str, Any]:
    one = {"path": str(source), "driver": "GTiff", "size_bytes": 30_000}
    return {"sources": [one], "working": str(working), "without_place": False}


def check(facts: RasterFacts, *, without_place: bool = False) -> None:
    source = Source(Path("/x/picture.tif"), "GTiff", 30_000)
    check_header(facts, source, Limits().for_child(), without_place=without_place)


BAD_HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "pixels": ({"width": 2**16, "height": 2**16}, "65536 x 65536 pixels"),
    "bands": ({"bands": 17}, "17 bands"),
    "block": ({"block_bytes": 65 * 2**20}, "blocks of 65 MB"),
    "files": ({"files": ("/x/picture.tif", "/etc/passwd")}, "another file"),
    "mars": ({"semi_major_m": 3_396_190.0}, "not one of the Earth"),
    "no ellipsoid": ({"semi_major_m": None}, "not one of the Earth"),
    "outside": ({"footprint": (), "gsd_m": None}, "outside the world"),
    "gsd": ({"gsd_m": 1e6}, "m wide on the ground"),
    "fine gsd": ({"gsd_m": 1e-6}, "m wide on the ground"),
    "no crs": ({"crs": None}, "no coordinate reference system"),
    "no transform": ({"transform": None}, "no transform"),
    "rpc": ({"crs": None, "transform": None, "rpc": RpcPlace((), None, 0, 4.0, 0)}, "outside the world"),
    "complex": ({"dtype": "complex_int16"}, "complex"),
    "cmyk": ({"colours": ("cyan", "magenta", "yellow", "black")}, "CMYK"),
}


def test_a_good_header_passes() -> None:
    check(FACTS)


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_bad_header_is_refused_before_a_pixel_is_read(name: str) -> None:
    changes, what = BAD_HEADERS[name]
    with pytest.raises(HeaderRefused, match=what):
        check(replace(FACTS, **changes))


def test_a_missing_place_is_no_fault_of_a_still() -> None:
    check(replace(FACTS, crs=None, transform=None, gsd_m=None, footprint=()), without_place=True)


# -- fuzz ----------------------------------------------------------------------------------------------------


def mutations(content: bytes, count: int) -> Iterator[bytes]:
    """Copies with a few bytes changed, most of them in the header; every fifth is cut off."""
    rng = np.random.default_rng(11)
    for number in range(count):
        mutant = bytearray(content)
        for _ in range(int(rng.integers(1, 8))):
            reach = 300 if rng.random() < 0.7 else len(mutant)
            mutant[int(rng.integers(8, reach))] = int(rng.integers(0, 256))
        yield bytes(mutant[: int(rng.integers(9, len(mutant)))] if number % 5 == 0 else mutant)


def test_mutated_files_are_taken_or_refused_with_a_sentence(
    make_raster: Make, take: Callable[..., Capture], tmp_path: Path
) -> None:
    content = make_raster("seed.tif", noise(3, 64, 64), compress="deflate").read_bytes()
    outcomes = []
    for number, mutant in enumerate(mutations(content, 12)):
        path = tmp_path / f"mutant{number}.tif"
        path.write_bytes(mutant)
        try:
            outcomes.append(take(path).file)
        except InputRefused as error:
            outcomes.append(str(error))
    assert len(outcomes) == 12
    assert not any("\n" in text for text in outcomes)
    assert any("cut off" in text or "cannot be read" in text for text in outcomes)


def png_bomb(path: Path, side: int) -> Path:
    """A PNG whose header promises `side` by `side` pixels and whose data are a single row."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(side))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


@pytest.mark.parametrize("side", [3000, 100_000])
def test_a_png_that_promises_more_than_it_holds_is_refused(
    tmp_path: Path, refuse: Callable[..., str], side: int
) -> None:
    refuse(png_bomb(tmp_path / "bomb.png", side), PICTURE)


# -- dates ---------------------------------------------------------------------------------------------------


def test_without_a_date_the_ways_to_give_one_are_named(make_raster: Make, refuse: Callable[..., str]) -> None:
    sentence = refuse(make_raster("scene.tif", noise()), IntakeOptions())
    assert "--acquired" in sentence
    assert "--acquired unknown" in sentence


def test_unknown_is_a_date_that_bounds_nothing(make_raster: Make, take: Callable[..., Capture]) -> None:
    span = take(make_raster("scene_20200101.tif", noise()), IntakeOptions(acquired="unknown")).acquired
    assert (span.earliest, span.latest, span.precision) == (None, None, Precision.UNKNOWN)


def test_the_file_name_gives_the_day(make_raster: Make, take: Callable[..., Capture]) -> None:
    span = take(make_raster("m_4709963_se_14_1_20090818.tif", noise()), IntakeOptions()).acquired
    assert (span.earliest, span.latest, span.basis) == (date(2009, 8, 18), date(2009, 8, 18), Basis.FILE_NAME)


def test_a_name_that_can_be_read_in_two_ways_is_refused_unless_the_date_is_stated(
    make_raster: Make, take: Callable[..., Capture], refuse: Callable[..., str]
) -> None:
    path = make_raster("Sochi_05092013.tif", noise())
    sentence = refuse(path, IntakeOptions())
    assert "2013" in sentence
    assert take(path).acquired.earliest == date(2023, 4, 14)


def test_a_tag_is_taken_with_a_warning_when_there_is_nothing_better(
    make_raster: Make, take: Callable[..., Capture]
) -> None:
    tags = {"TIFFTAG_DATETIME": "2019:05:06 07:08:09"}
    bare = take(make_raster("scene.tif", noise(), tags=tags), IntakeOptions())
    assert (bare.acquired.earliest, bare.acquired.basis) == (date(2019, 5, 6), Basis.FILE_TAG)
    assert any("processing" in warning for warning in bare.warnings)
    named = take(make_raster("scene_20190501.tif", noise(1), tags=tags), IntakeOptions())
    assert (named.acquired.earliest, named.acquired.basis) == (date(2019, 5, 1), Basis.FILE_NAME)
    assert any("TIFF tag" in warning for warning in named.warnings)


def test_product_metadata_beats_the_name_and_a_statement_beats_both(
    make_raster: Make, take: Callable[..., Capture]
) -> None:
    path = make_raster("scene_20190501.tif", noise())
    item = '{"type": "Feature", "stac_version": "1.0.0", "id": "scene_20190501", "properties": {"datetime": "%s"}}'
    path.with_suffix(".json").write_text(item % "2019-05-02T03:04:05Z")
    beside = take(path, IntakeOptions()).acquired
    assert (beside.earliest, beside.precision) == (date(2019, 5, 2), Precision.INSTANT)
    stated = take(path)
    assert stated.acquired.earliest == date(2023, 4, 14)
    said = "the STAC item (scene_20190501.json: properties.datetime) says 2 May 2019"
    assert f"{said}, --acquired says 14 April 2023 and counts" in stated.warnings


def planet_item(gsd: float) -> str:
    values = f'{{"acquired": "2019-05-02T03:04:05Z", "gsd": {gsd}, "satellite_id": "1061"}}'
    return f'{{"id": "scene", "properties": {values}}}'


@pytest.mark.parametrize(("stated", "kept"), [(0.51, None), (0.47, None), (0.6, 0.6), (0.3, 0.3)])
def test_a_stated_distance_is_kept_where_it_differs_from_the_pixel(
    make_raster: Make, take: Callable[..., Capture], stated: float, kept: float | None
) -> None:
    path = make_raster("scene.tif", noise())
    path.with_suffix(".json").write_text(planet_item(stated))
    capture = take(path, IntakeOptions())
    assert capture.gsd_m == pytest.approx(0.5, rel=0.01)
    assert capture.stated_gsd_m == kept
    assert Stated("gsd_m", "scene.json: properties.gsd") in capture.sources
    assert Stated("acquired", "scene.json: properties.acquired") in capture.sources


def test_a_picture_without_coordinates_has_the_stated_distance_and_a_warning(
    make_raster: Make, take: Callable[..., Capture]
) -> None:
    path = make_raster("scene.png", noise(), driver="PNG", crs=None)
    path.with_suffix(".json").write_text(planet_item(3.7))
    capture = take(path, replace(PICTURE, acquired=None))
    assert (capture.gsd_m, capture.stated_gsd_m) == (3.7, None)
    assert any("3.7 m is the product's" in warning for warning in capture.warnings)


def test_what_was_stated_at_intake_has_no_field(make_raster: Make, take: Callable[..., Capture]) -> None:
    path = make_raster("scene.tif", noise())
    path.with_suffix(".json").write_text(planet_item(0.5))
    sources = {one.attribute for one in take(path, replace(DATED, provider="A friend")).sources}
    assert sources == {"platform", "gsd_m"}


SHOWN = replace(DATED, provider="Google Earth", basis=Basis.EARLIEST_POSSIBLE)


@pytest.mark.parametrize(
    ("more", "last", "words"),
    [
        ({}, TODAY, "the day of intake"),
        ({"published": "April 2024"}, date(2024, 4, 30), "the day of publication"),
        ({"published": "April 2024", "retrieved": "2024-02-03"}, date(2024, 2, 3), "the day of retrieval"),
    ],
)
def test_google_earths_date_is_the_earliest_possible(
    make_raster: Make, take: Callable[..., Capture], more: dict[str, str], last: date, words: str
) -> None:
    capture = take(make_raster("scene.tif", noise()), replace(SHOWN, **more))
    span = capture.acquired
    assert (span.earliest, span.latest) == (date(2023, 4, 14), last)
    assert span.basis is Basis.EARLIEST_POSSIBLE
    assert any(f"the latest is {last}, {words}" in warning for warning in capture.warnings)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"retrieved": "2022"}, "its date 2023-04-14 lies after the day of retrieval, 2022-12-31"),
        ({"retrieved": "after 2022"}, "it has no end"),
        ({"published": "31 February 2024"}, "31"),
    ],
)
def test_a_day_of_retrieval_that_cannot_be_is_refused(
    make_raster: Make, take: Callable[..., Capture], more: dict[str, str], words: str
) -> None:
    with pytest.raises(InputRefused, match=words):
        take(make_raster("scene.tif", noise()), replace(SHOWN, **more))


def test_a_copyright_year_is_no_date(make_raster: Make, take: Callable[..., Capture]) -> None:
    options = replace(DATED, acquired="2020", basis=Basis.COPYRIGHT_YEAR)
    capture = take(make_raster("scene.tif", noise()), options)
    assert (capture.acquired.earliest, capture.acquired.latest) == (None, date(2020, 12, 31))
    assert any("copyright year is no date of acquisition" in warning for warning in capture.warnings)


def test_the_working_copy_is_known_by_its_hash(
    make_raster: Make, take: Callable[..., Capture], imagery: Path
) -> None:
    capture = take(make_raster("scene.tif", noise()))
    content = (imagery.parent / capture.working).read_bytes()
    assert capture.working_sha256 == hashlib.sha256(content).hexdigest()


def test_a_broadcast_shows_what_was_there_by_then(make_raster: Make, take: Callable[..., Capture]) -> None:
    path = make_raster("still.png", noise(), driver="PNG", crs=None)
    span = take(path, replace(PICTURE, kind=CaptureKind.BROADCAST)).acquired
    assert (span.earliest, span.latest, span.basis) == (None, date(2023, 4, 14), Basis.BROADCAST)


@pytest.mark.parametrize("text", ["3 June 2024", "2031", "1849", "05/09/2013", "whenever"])
def test_dates_that_cannot_be_right_are_refused(
    make_raster: Make, refuse: Callable[..., str], text: str
) -> None:
    refuse(make_raster("scene.tif", noise()), IntakeOptions(acquired=text))


def test_a_year_that_is_not_over_is_no_future(make_raster: Make, take: Callable[..., Capture]) -> None:
    assert take(make_raster("scene.tif", noise()), IntakeOptions(acquired="2024")).acquired.earliest == date(
        2024, 1, 1
    )


def test_a_broken_side_file_is_passed_over(make_raster: Make, take: Callable[..., Capture]) -> None:
    path = make_raster("scene_20190501.tif", noise())
    path.with_suffix(".json").write_bytes(b"{" * 100_000 + b"\xff\xfe")
    path.with_suffix(".xml").write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a; schemas.planet.com</x>')
    assert take(path, IntakeOptions()).acquired.earliest == date(2019, 5, 1)


def test_a_limit_is_refused_in_two_halves() -> None:
    refusal = RefusalError("has 17 bands", "take fewer")
    assert (refusal.problem, refusal.remedy) == ("has 17 bands", "take fewer")
