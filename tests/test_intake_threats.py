"""What a hostile file may try at the door, and the walls around the process that reads it.

The server of these tests is a process of its own: GDAL holds Python's lock while it waits for an answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import rasterio

from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, Limits, take_in
from workflow.intake.sandbox import child_environment, read_apart
from workflow.intake.sniff import _TAKEN, ENVI, kind_of, what_else
from workflow.model import Capture

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import mutation_seeds  # noqa: E402
import mutations  # noqa: E402

Make = Callable[..., Path]
DATED = IntakeOptions(acquired="14 April 2023")
NOISE = np.random.default_rng(7).integers(1, 250, (3, 64, 64)).astype("uint8")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces and limits of Linux")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Any]]:
    """An address that must not be asked, and how often it was."""
    with mutations.listening() as (address, asked):
        yield address, asked


def take(path: Path, folder: Path) -> Capture:
    return take_in(path, folder / "imagery", DATED, ())


def alone(code: str, *arguments: object, limits: Limits) -> subprocess.CompletedProcess[str]:
    """Code run as the child runs: with its environment and behind its walls."""
    walls = f"from workflow.intake_child import enclose\nwalls = enclose({limits.for_child()!r})\n"
    return subprocess.run(
        [sys.executable, "-c", walls + code, *map(str, arguments)],
        capture_output=True, text=True, check=False, env=child_environment(), timeout=120,
    )  # fmt: skip


# -- drivers -------------------------------------------------------------------------------------------------------


def test_six_drivers_are_named_and_no_other() -> None:
    drivers = {kind.driver for _, kind in _TAKEN} | {ENVI.driver}
    assert drivers == {"GTiff", "JPEG", "PNG", "JP2OpenJPEG", "NITF", "ENVI"}


@pytest.mark.parametrize(
    "head",
    [
        b'<VRTDataset rasterXSize="1">', b"<GDAL_WMS>", b"<MRF_META>", b"<OGRVRTDataSource>", b"%PDF-1.7",
        b"\x89HDF\r\n",
        b"SQLite format 3\0", b"<GDALTileIndexDataset>", b"# JSON\n{}", b"/vsicurl/http://127.0.0.1/x.tif", b"BM\0\0",
        b"http://127.0.0.1/x.tif", b"WMTS:http://127.0.0.1", b"numTiles = 1;", b"dsid: x", b"\0asm", b"#!/bin/sh",
    ],
)  # fmt: skip
def test_what_could_lead_to_other_files_has_no_driver(head: bytes) -> None:
    assert kind_of(head) is None
    assert all(what_else(head))


@pytest.mark.parametrize("driver", ["GTiff", "JPEG", "PNG", "JP2OpenJPEG", "NITF"])
def test_a_virtual_raster_under_a_stranger_s_signature_opens_nothing(
    tmp_path: Path, make_raster: Make, driver: str
) -> None:
    secret = make_raster("secret.tif", np.full((1, 9, 9), 77, "uint8"))
    magic = next(magic for magic, kind in _TAKEN if kind.driver == driver)
    path = tmp_path / "x.bin"
    text = (
        f'<VRTDataset rasterXSize="9" rasterYSize="9"><SourceFilename>{secret}</SourceFilename></VRTDataset>'
    )
    path.write_bytes(magic + text.encode())
    with pytest.raises(InputRefused, match="cannot be read as"):
        take(path, tmp_path / "project")


# -- side files ----------------------------------------------------------------------------------------------------

WORLD = "9\n0\n0\n-9\n0\n0\n"
PAM = (
    "<PAMDataset><SRS>EPSG:32652</SRS><GeoTransform>0,9,0,0,0,-9</GeoTransform>"
    '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">other.tif</MDI></Metadata></PAMDataset>'
)
SIDE_FILES: dict[str, str | None] = {
    "scene.tif.ovr": None, "scene.tif.msk": None, "scene.ovr": None, "scene.tif.aux.xml": PAM, "scene.aux": None,
    "scene.tfw": WORLD, "scene.tifw": WORLD, "scene.wld": WORLD,
    "scene.tif.points": "mapX,mapY,sourceX,sourceY\n1,1,1,1\n",
    "scene.prj": "PROJCS[]", "scene.hdr": "ENVI\nsamples = 9\nlines = 9\n", "scene.tab": "!table\n",
    "scene.RPB": "satId = \"x\"",
    "scene_RPC.TXT": "LINE_OFF: 1\n", "scene.IMD": "BEGIN_GROUP\n", "scene.tif.vrt": "<VRTDataset/>",
}  # fmt: skip


def test_files_beside_a_picture_change_nothing_of_its_pixels_or_its_place(
    tmp_path: Path, make_raster: Make
) -> None:
    path = make_raster("scene.tif", NOISE)
    plain = take(path, tmp_path / "one")
    other = make_raster("other.tif", np.full((3, 32, 32), 77, "uint8")).read_bytes()
    for name, text in SIDE_FILES.items():
        path.with_name(name).write_bytes(other if text is None else text.encode())
    with rasterio.open(path) as file:
        assert len(file.files) > 1  # GDAL would follow them
    assert take(path, tmp_path / "two") == plain
    copies = [next((tmp_path / one / "imagery" / "working").iterdir()).read_bytes() for one in ("one", "two")]
    assert copies[0] == copies[1]


# -- requests ------------------------------------------------------------------------------------------------------


def evil(folder: Path, address: str) -> Path:
    path = folder / "evil.tif"
    path.write_bytes(mutation_seeds.rasters(address)["overview elsewhere"][".tif"])
    return path


def test_the_server_counts_and_gdal_would_ask_it(server: tuple[str, Any], tmp_path: Path) -> None:
    """Else the tests that count nothing could not fail."""
    address, asked = server
    path = evil(tmp_path, address)
    before = asked.value
    reading = "import rasterio, sys\nrasterio.open(sys.argv[1]).overviews(1)"
    subprocess.run([sys.executable, "-c", reading, path], capture_output=True, check=False, timeout=120)
    assert asked.value > before


def test_a_picture_that_names_an_overview_elsewhere_is_refused_and_asks_nobody(
    server: tuple[str, Any], tmp_path: Path
) -> None:
    address, asked = server
    path, before = evil(tmp_path, address), asked.value
    with pytest.raises(InputRefused, match="another file"):
        take(path, tmp_path / "project")
    assert asked.value == before


def test_without_the_wall_of_the_network_the_settings_keep_it_silent(
    server: tuple[str, Any], tmp_path: Path
) -> None:
    address, asked = server
    path, before = evil(tmp_path, address), asked.value
    reader = mutations.Reader()
    source = {"path": str(path), "driver": "GTiff", "size_bytes": path.stat().st_size}
    request = {"sources": [source], "working": str(tmp_path / "w.tif"), "without_place": True}
    row = reader.ask({**request, "limits": Limits().for_child()})
    reader.stop()
    assert "another file" in row["problem"]
    assert asked.value == before


@LINUX
def test_the_child_reaches_no_network_where_namespaces_are_allowed(server: tuple[str, Any]) -> None:
    """Where a system forbids them, `walls` does not name the network, and GDAL's settings stand alone."""
    address, asked = server
    before = asked.value
    code = "import socket, sys\nprint('network' in walls)\nsocket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)"
    done = alone(code, address.rstrip("/").rpartition(":")[2], limits=Limits())
    if done.stdout.strip() == "True":
        assert "OSError" in done.stderr
        assert asked.value == before
    else:
        assert done.stdout.strip() == "False"


def test_the_counting_server_answers_an_honest_request(server: tuple[str, Any]) -> None:
    address, asked = server
    before = asked.value
    with pytest.raises(OSError, match=r"."):
        urllib.request.urlopen(address, timeout=5)  # noqa: S310
    assert asked.value == before + 1


# -- walls ---------------------------------------------------------------------------------------------------------


@LINUX
def test_the_child_may_not_take_more_memory_than_its_limit() -> None:
    done = alone("bytearray(600 << 20)", limits=Limits(memory_bytes=500 << 20))
    assert "MemoryError" in done.stderr


@LINUX
def test_the_child_may_not_work_longer_than_its_limit() -> None:
    done = alone("while True: pass", limits=Limits(cpu_s=1))
    assert done.returncode in (-9, -24)


@LINUX
def test_the_child_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    starting = (
        "import subprocess, sys, time\n"
        "code = 'from workflow.intake_child import enclose; import time; '\n"
        f'code += "enclose({Limits().for_child()!r}); print(1, flush=True); time.sleep(600)"\n'
        "child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\nprint(child.pid, flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starting], stdout=subprocess.PIPE, env=child_environment()
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait(30)
        psutil.wait_procs([child], timeout=30)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_no_secret_and_no_setting_of_the_user_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("AWS_SECRET_ACCESS_KEY", "SITETRACK_DATABASE_URL", "GDAL_DRIVER_PATH", "LD_PRELOAD", "PYTHONSTARTUP",
               "GDAL_CONFIG_FILE", "CPL_CURL_VERBOSE", "http_proxy", "PGPASSWORD")  # fmt: skip
    for name in secrets:
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    environment = child_environment()
    assert not set(secrets) & set(environment)
    assert environment["GDAL_VRT_ENABLE_PYTHON"] == "NO"


@LINUX
def test_an_answer_that_is_no_answer_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_raster: Make
) -> None:
    monkeypatch.setattr("workflow.intake.sandbox.sys.executable", "/bin/echo")
    path = make_raster("a.tif", NOISE)
    with pytest.raises(InputRefused, match="made the reader fail"):
        take(path, tmp_path / "project")


# -- limits before decoding ----------------------------------------------------------------------------------------


def test_one_huge_tile_is_refused_without_reading_it(tmp_path: Path, make_raster: Make) -> None:
    side = dict.fromkeys(("width", "height", "blockxsize", "blockysize"), 14992)
    one = np.zeros((1, 1, 1), "uint8")
    path = make_raster("tile.tif", one, tiled=True, sparse_ok=True, compress="deflate", **side)
    reader = mutations.Reader()
    source = {"path": str(path), "driver": "GTiff", "size_bytes": path.stat().st_size}
    request = {"sources": [source], "working": str(tmp_path / "w.tif"), "without_place": True}
    row = reader.ask({**request, "limits": Limits().for_child()})
    reader.stop()
    assert "blocks of 214 MB" in row["problem"]
    assert row["memory"] < 300 * 2**20
    assert row["took_s"] < 5


def test_the_message_to_the_child_has_no_path_of_the_user(
    tmp_path: Path, make_raster: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is told where its copy lies, never what the file was called or where it came from."""
    from workflow import intake

    seen: list[str] = []

    def reading(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
        seen.append(json.dumps(request))
        return read_apart(request, limits)

    monkeypatch.setattr(intake, "read_apart", reading)
    path = make_raster("scene.tif", NOISE).rename(tmp_path / "zip:secret.tif")
    take(path, tmp_path / "project")
    assert "secret" not in seen[0]
    (source,) = json.loads(seen[0])["sources"]
    assert source["path"].startswith(str(tmp_path / "project" / "imagery" / ".intake-"))


# -- durable and whole ---------------------------------------------------------------------------------------------


def test_files_are_on_the_disk_before_they_have_their_names(
    tmp_path: Path, make_raster: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary name, its bytes synced, then the name, then the folder synced: in that order for both files."""
    events: list[str] = []
    synced, renamed = "workflow.files._sync_file", "workflow.files.sync_folder"
    replace = Path.replace
    monkeypatch.setattr(synced, lambda path: events.append(f"bytes {path.name}"))
    monkeypatch.setattr(renamed, lambda folder: events.append(f"folder {folder.name}"))

    def renaming(self: Path, target: Path) -> Path:
        events.append(f"name {Path(target).parent.name}")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", renaming)
    capture = take(make_raster("scene.tif", NOISE), tmp_path / "project")
    assert events == [
        "bytes working-0.tif", "name working", "folder working", "bytes picture.tif", "name originals",
        "folder originals",
    ]  # fmt: skip
    original = tmp_path / "project" / capture.original
    assert original.stat().st_mode & 0o777 == 0o444  # also where root could write to it all the same


@LINUX
def test_an_intake_that_is_killed_leaves_no_file_in_its_place(tmp_path: Path, make_raster: Make) -> None:
    path = make_raster("scene.tif", np.tile(NOISE, (1, 40, 40)))
    code = (
        "import sys\nfrom pathlib import Path\nfrom workflow.intake import IntakeOptions, take_in\n"
        "take_in(Path(sys.argv[1]), Path(sys.argv[2]), IntakeOptions(acquired='2020'), ())"
    )
    imagery = tmp_path / "imagery"
    with subprocess.Popen([sys.executable, "-c", code, path, imagery], env=child_environment()) as program:
        end = time.monotonic() + 60
        while not list(imagery.glob(".intake-*/working-0.tif.stage")) and time.monotonic() < end:
            assert program.poll() is None
        program.kill()
    assert [one.name for one in imagery.iterdir() if not one.name.startswith(".intake-")] == []


# -- by chance -----------------------------------------------------------------------------------------------------


def test_spoiled_files_are_read_or_refused_and_ask_nobody() -> None:
    """A short run of `benchmarks/mutations.py`."""
    counts = {"rasters": 60, "geojson": 60, "kml": 60, "kmz": 30}
    found, asked = mutations.campaign(counts, seed=5)
    assert [fault for one in found.values() for fault in one.faults] == []
    assert asked == 0
    assert {kind: one.files for kind, one in found.items()} == counts
    assert found["rasters"].read > 5
    assert found["geojson"].read > 5
    assert found["kml"].read > 5


def test_a_campaign_tells_what_escapes_what_dies_and_what_is_slow_or_large() -> None:
    tally = mutations.Tally()
    rows: list[dict[str, Any]] = [
        {"escaped": "KeyError: 1", "trace": "", "took_s": 0.1, "memory": 1}, {"died": -11},
        {"slow": True, "took_s": 10.0},
        {"problem": "x", "took_s": 0.1, "memory": 600 << 20}, {"problem": "a\nb", "took_s": 0.1, "memory": 1},
        {"problem": "a.", "took_s": 0.1, "memory": 1}, {"width": 3, "took_s": 0.1, "memory": 1},
    ]  # fmt: skip
    sound = [mutations.note(tally, row, "file") for row in rows]
    assert sound == [False, True, False, False, False, True, True]
    assert (tally.escaped, tally.child_died, tally.read, tally.refused) == (1, 1, 1, 2)
