"""Pictures of the web and of cameras, taken in: turned, animated, in printing colours, deep, wide, or no picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, take_in
from workflow.model import Capture, CaptureKind
from workflow.rasters import read_whole

OPTIONS = IntakeOptions(acquired="2020", kind=CaptureKind.GROUND, site="gate")


def taken(path: Path) -> tuple[Capture, Any]:
    """The capture, and the pixels (row, column, band) of its working copy."""
    imagery = path.parent / "imagery"
    capture = take_in(path, imagery, OPTIONS, ())
    data, _ = read_whole(imagery.parent / capture.working, 40_000)
    return capture, np.moveaxis(data, 0, -1)


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        take_in(path, path.parent / "imagery", OPTIONS, ())
    assert not list((path.parent / "imagery").rglob("*.*"))
    return str(refused.value)


@pytest.fixture
def photograph() -> Image.Image:
    rows, columns = np.mgrid[0:300, 0:410]
    return Image.fromarray(np.stack([rows * 0.8, columns * 0.6, (rows + columns) * 0.3], -1).astype("uint8"))


@pytest.mark.parametrize(
    ("name", "orientation"), [*(("photo.jpg", number) for number in range(1, 9)), ("photo.png", 6)]
)
def test_a_photograph_is_turned_as_its_exif_says(
    tmp_path: Path, photograph: Image.Image, name: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    photograph.save(tmp_path / name, exif=exif, quality=95, subsampling=0)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / name))).astype(int)
    capture, pixels = taken(tmp_path / name)
    assert (capture.height_px, capture.width_px) == upright.shape[:2]
    assert np.abs(pixels.astype(int) - upright).max() <= 3
    told = "the working copy is turned as the photograph's EXIF says" in capture.warnings
    assert told is (orientation != 1)


def test_an_orientation_that_there_is_not_turns_nothing(tmp_path: Path, photograph: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    photograph.save(tmp_path / "photo.jpg", exif=exif)
    assert taken(tmp_path / "photo.jpg")[0].width_px == 410


def test_of_an_animated_picture_the_first_frame_is_taken_or_it_is_refused(
    tmp_path: Path, photograph: Image.Image
) -> None:
    other = ImageOps.invert(photograph)
    photograph.save(tmp_path / "moving.png", save_all=True, append_images=[other], duration=100)
    assert np.array_equal(taken(tmp_path / "moving.png")[1], np.asarray(photograph))
    photograph.save(tmp_path / "moving.gif", save_all=True, append_images=[other])
    (tmp_path / "moving.gif").rename(tmp_path / "moving.jpg")
    (tmp_path / "other").mkdir()
    (tmp_path / "moving.jpg").rename(tmp_path / "other" / "moving.jpg")
    assert refusal(tmp_path / "other" / "moving.jpg") == "moving.jpg: is a GIF; save it as PNG."


@pytest.mark.parametrize("name", ["print.jpg", "print.tif"])
def test_printing_colours_are_taken_as_they_look(tmp_path: Path, photograph: Image.Image, name: str) -> None:
    photograph.convert("CMYK").save(tmp_path / name)
    capture, pixels = taken(tmp_path / name)
    assert capture.bands == 3
    assert np.abs(pixels.astype(int) - np.asarray(photograph)).mean() < 6


def test_sixteen_bits_stay_sixteen(tmp_path: Path) -> None:
    values = (np.arange(300 * 400, dtype=np.uint32).reshape(300, 400) * 65_535 // 120_000).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    pixels = taken(tmp_path / "deep.png")[1]
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels[..., 0], values)


def test_a_very_wide_screenshot_is_taken_whole(tmp_path: Path) -> None:
    row = (np.arange(30_000) % 251).astype("uint8")
    Image.fromarray(np.broadcast_to(row, (40, 30_000)).copy()).save(tmp_path / "wide.png")
    capture, pixels = taken(tmp_path / "wide.png")
    assert (capture.width_px, capture.height_px) == (30_000, 40)
    assert np.array_equal(pixels[0, :, 0], row)


def test_what_unpacks_to_thousands_of_times_its_size_is_refused(tmp_path: Path) -> None:
    Image.new("1", (60_000, 60_000)).save(tmp_path / "bomb.png")
    assert "has 60000 x 60000 pixels, the limit is 2147483648" in refusal(tmp_path / "bomb.png")


def test_a_page_that_was_saved_as_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(b"<!DOCTYPE html><html><body>Sign in</body></html>")
    assert refusal(tmp_path / "page.jpg") == "page.jpg: is a web page; download the picture itself."
