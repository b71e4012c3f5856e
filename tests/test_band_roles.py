"""What a file says its bands are, up to the capture and the tile."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from workflow import pictures, rasters
from workflow.displays import Display, parse_display
from workflow.errors import InputRefused
from workflow.model import Stretch
from workflow.rasters.roles import band_roles

RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
NOTHING = ColorInterp.undefined


@pytest.mark.parametrize(
    ("colours", "names", "roles"),
    [
        ((*RGB, ColorInterp.nir), (None,) * 4, ("red", "green", "blue", "nir")),
        ((*RGB, NOTHING), (None,) * 4, ("red", "green", "blue", "")),
        ((ColorInterp.gray, NOTHING, NOTHING, NOTHING), (None,) * 4, ("",) * 4),
        ((ColorInterp.gray,), ("Panchromatic",), ("pan",)),
        ((ColorInterp.gray, NOTHING, NOTHING), ("blue", "green", "NIR"), ("blue", "green", "nir")),
        (RGB, ("B8", "B4", "B3"), ("red", "green", "blue")),
        ((ColorInterp.red, NOTHING), (None, "Near-Infrared"), ("", "nir")),
        ((ColorInterp.pan,), (None,), ("pan",)),
    ],
)  # fmt: skip
def test_a_band_is_called_what_the_file_calls_it_and_nothing_else(
    colours: Any, names: Any, roles: tuple[str, ...]
) -> None:
    assert band_roles(colours, names) == roles


def bands(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (4, 40, 40), dtype=np.uint8)


def test_the_working_copy_has_its_roles_in_its_own_order(
    make_raster: Callable[..., Path], tmp_path: Path
) -> None:
    colours = [ColorInterp.nir, ColorInterp.blue, ColorInterp.green, ColorInterp.red]
    made = rasters.write_working(
        make_raster("scene.tif", bands(), colorinterp=colours), "GTiff", tmp_path / "working.tif"
    )
    assert made.band_roles == ("red", "green", "blue", "nir")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("suffix", ["tif", "img"])
def test_names_of_bands_are_read_from_the_file(
    make_raster: Callable[..., Path], tmp_path: Path, suffix: str, turned: bool
) -> None:
    driver = {"tif": "GTiff", "img": "ENVI"}[suffix]
    place = (
        Affine(0.5, 0.1, 400_000, 0.1, -0.5, 4_300_000)
        if turned
        else Affine(0.5, 0, 400_000, 0, -0.5, 4_300_000)
    )
    path = make_raster(f"scene.{suffix}", bands()[:3], driver=driver, transform=place)
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("Blue", "Green", "Near Infrared")
    made = rasters.write_working(path, driver, tmp_path / "working.tif")
    assert made.band_roles == ("blue", "green", "nir")
    assert rasters.describe(path, driver).tags["Band_3"] == "Near Infrared"


def test_names_that_cannot_be_read_keep_no_picture_out(
    make_raster: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_raster("scene.img", bands()[:2], driver="ENVI")
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("Rouge foncE", "Bleu")
    header = path.with_suffix(".hdr")
    header.write_bytes(header.read_bytes().replace(b"foncE", b"fonc\xe9"))
    assert b"fonc\xe9" in header.read_bytes()
    assert not any(rasters.write_working(path, "ENVI", tmp_path / "working.tif").band_roles)
    assert "Band_1" not in rasters.describe(path, "ENVI").tags


def test_a_file_that_names_nothing_has_no_roles(make_raster: Callable[..., Path], tmp_path: Path) -> None:
    path = make_raster("scene.tif", bands()[:2])
    assert not any(rasters.write_working(path, "GTiff", tmp_path / "working.tif").band_roles)


# -- the tile ------------------------------------------------------------------------------------------------


def shown(made: pictures.Tile) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(made.body)).convert("RGB")).astype(float)


@pytest.fixture
def four(watched: Any) -> tuple[Any, str, str]:
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    return watched.project, site.id, capture.id


def test_a_single_band_is_grey(four: tuple[Any, str, str]) -> None:
    picture = shown(pictures.tile(*four, 0, 0, 0, Display("2")))
    assert np.abs(picture[..., 0] - picture[..., 2]).max() < 12  # JPEG
    stored = shown(pictures.tile(*four, 0, 0, 0))
    assert np.abs(stored - picture).mean() > 0.5


def test_limits_change_the_tile_and_those_stored_do_not(four: tuple[Any, str, str]) -> None:
    project, _, key = four
    stored = pictures.tile(*four, 0, 0, 0)
    low, high = project.capture(key).stretch[0].low, project.capture(key).stretch[0].high
    assert pictures.tile(*four, 0, 0, 0, Display("", (Stretch(low, high),))) == stored
    darker = pictures.tile(*four, 0, 0, 0, Display("", (Stretch(low, high + 100),)))
    assert shown(darker).mean() < shown(stored).mean()


def test_bands_that_are_not_there_are_refused(four: tuple[Any, str, str]) -> None:
    for choice in ("infrared", "9"):
        with pytest.raises(InputRefused):
            pictures.tile(*four, 0, 0, 0, parse_display(choice, ""))


def test_a_histogram_counts_every_pixel_of_the_site_once(four: tuple[Any, str, str]) -> None:
    found = pictures.histograms(*four)
    assert len(found) == 3
    for one in found:
        assert one["low"] <= one["p2"] < one["p98"] <= one["high"]
    assert len({sum(one["counts"]) for one in found}) == 1
    json.dumps(found, allow_nan=False)


def test_a_site_without_a_valid_pixel_has_an_empty_histogram() -> None:
    assert pictures._histogram(np.array([], np.uint8)) == {
        "low": None, "high": None, "p2": None, "p98": None, "counts": [],
    }  # fmt: skip
