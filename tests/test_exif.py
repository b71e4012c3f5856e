"""EXIF in a PNG's chunk and a TIFF's directories reads as GDAL reads that of a JPEG."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from workflow.rasters.exif import exif_tags

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
OWN = {0x010F: "Canon", 0x0110: "EOS", 0x8298: "(c) A. Author"}
TAKEN = {0x9003: "2019:05:06 10:11:12", 0x9011: "+09:00"}
PLACE = {1: "N", 2: (39.0, 1.0, 13.23), 3: "E", 4: (125.0, 44.0, 5.0), 0x10: "T", 0x11: 92.5}
PLACE |= {7: (1.0, 2.0, 3.0), 0x1D: "2019:05:06"}


def exif() -> Image.Exif:
    made = Image.Exif()
    for number, value in OWN.items():
        made[number] = value
    made.get_ifd(EXIF_IFD).update(TAKEN)
    made.get_ifd(GPS_IFD).update(PLACE)
    return made


def picture() -> Image.Image:
    return Image.new("RGB", (40, 30), (9, 100, 3))


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, str]:
    """What GDAL says of a JPEG with the same tags."""
    picture().save(tmp_path / "a.jpg", exif=exif())
    with rasterio.open(tmp_path / "a.jpg") as dataset:
        return {name: value for name, value in dataset.tags().items() if name.startswith("EXIF_")}


def tiff(path: Path, **options: object) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for number, value in OWN.items():
        tags[number] = value
    tags[EXIF_IFD], tags[GPS_IFD] = TAKEN, PLACE
    picture().save(path, tiffinfo=tags, **options)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_png_says_the_same_as_a_jpeg(tmp_path: Path, expected: dict[str, str]) -> None:
    picture().save(tmp_path / "a.png", exif=exif())
    assert exif_tags(tmp_path / "a.png", "PNG") == expected


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_tiff_says_the_same_as_a_jpeg(tmp_path: Path, expected: dict[str, str]) -> None:
    tiff(tmp_path / "a.tif")
    assert exif_tags(tmp_path / "a.tif", "GTiff") == expected
    tiff(tmp_path / "b.tif", big_tiff=True)
    assert (tmp_path / "b.tif").read_bytes()[2] == 43
    assert exif_tags(tmp_path / "b.tif", "GTiff") == expected


def test_a_chunk_behind_the_pixels_is_found_and_one_of_a_megabyte_is_not_read(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    whole, body = (tmp_path / "a.png").read_bytes(), exif().tobytes().removeprefix(b"Exif\0\0")

    def with_chunk(data: bytes) -> dict[str, str]:
        kind = b"eXIf"
        chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        (tmp_path / "b.png").write_bytes(whole[:-12] + chunk + whole[-12:])
        return exif_tags(tmp_path / "b.png", "PNG")

    assert with_chunk(body)["EXIF_DateTimeOriginal"] == TAKEN[0x9003]
    assert with_chunk(body + bytes(1 << 20)) == {}


def test_other_files_and_those_without_say_nothing(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    picture().save(tmp_path / "a.tif")
    assert exif_tags(tmp_path / "a.png", "PNG") == exif_tags(tmp_path / "a.tif", "GTiff") == {}
    assert exif_tags(tmp_path / "gone.png", "PNG") == exif_tags(tmp_path / "a.jp2", "JP2OpenJPEG") == {}


@pytest.mark.parametrize(("name", "driver"), [("a.tif", "GTiff"), ("a.png", "PNG")])
def test_spoilt_tags_are_no_reason_to_fail(tmp_path: Path, name: str, driver: str) -> None:
    tiff(tmp_path / "a.tif")
    picture().save(tmp_path / "a.png", exif=exif())
    sound, spoilt = (tmp_path / name).read_bytes(), tmp_path / f"spoilt {name}"
    places = st.tuples(st.integers(0, len(sound) - 1), st.integers(0, 255))

    @settings(deadline=None, max_examples=60)
    @given(st.lists(places, min_size=1, max_size=12), st.integers(0, len(sound)))
    def reads(changes: list[tuple[int, int]], cut: int) -> None:
        whole = bytearray(sound)
        for place, value in changes:
            whole[place] = value
        spoilt.write_bytes(whole if cut % 2 else whole[:cut])
        assert all(isinstance(text, str) for text in exif_tags(spoilt, driver).values())

    reads()
