"""Imagery and Site in a real browser: files dropped, the map clicked, a site added and moved, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from workflow.coords import distance_m
from workflow.files import sha256_of
from workflow.model import Export, LonLat, Site
from workflow.project import Project, init_project

pytestmark = pytest.mark.browser

PLACE = LonLat(125.7412, 39.0204)
HOSTILE = "{{ 7*7 }} <img src=x onerror=alert(1)> ${alert(2)} [a](javascript:alert(3))"


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any
) -> Iterator[tuple[str, Project]]:
    root = sample.make_project(tmp_path_factory.mktemp("places") / "project")
    with (
        served_at(root, tmp_path_factory.mktemp("elsewhere")) as address,
        Project.open(root) as project,
    ):
        yield address, project


def geotiff(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(1, 250, (3, 64, 64)).astype("uint8")
    corner = Affine(0.5, 0, 736_900, 0, -0.5, 4_322_800)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=64, height=64, count=3, dtype="uint8", crs="EPSG:32651", transform=corner
        ) as file:
            file.write(noise)
        return bytes(memory.read())


def test_a_picture_and_a_broken_file_are_dropped_and_each_is_answered(
    tab: Any, desk: tuple[str, Project]
) -> None:
    address, project = desk
    tab.address = address
    page = tab.page
    page.goto(f"{address}/imagery")
    page.get_by_text("Take pictures in").click()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "junction_20240509.tif", "mimeType": "image/tiff", "buffer": geotiff(1)},
            {"name": f"{HOSTILE}.tif", "mimeType": "image/tiff", "buffer": b"no picture at all"},
        ]
    )
    page.get_by_role("button", name="Take in 2 files").click()
    page.get_by_text("1 picture taken in, 1 refused.").wait_for()
    page.get_by_text(f"{HOSTILE}.tif: is text").wait_for()
    taken = project.capture("junction_20240509.tif")
    page.goto(f"{address}/imagery?capture={taken.id}")
    page.wait_for_function(
        "id => [...document.images].some(one => one.dataset.capture === id && one.naturalWidth > 0)",
        arg=taken.id,
    )
    page.get_by_role("button", name="Change the date").click()
    page.get_by_label("New date", exact=True).fill("2024년 5월")
    page.get_by_label("New date", exact=True).press("Enter")
    page.get_by_text("earliest 2024-05-01, latest 2024-05-31").wait_for()
    page.get_by_role("button", name="Save the date").click()
    page.get_by_text("The date is now").wait_for()
    assert project.capture(taken.id).acquired.verbatim == "2024년 5월"
    assert tab.foreign == []
    assert tab.errors == []


def map_of(page: Any) -> Any:
    from playwright.sync_api import expect

    # while a page makes way for the next, the maps of both stand there
    expect(page.locator("iframe")).to_have_count(1, timeout=60_000)
    found = page.frame_locator("iframe").locator("[data-site-map]")
    found.wait_for()
    return found


def clicked(page: Any) -> LonLat:
    told = page.locator("[data-clicked]")
    told.wait_for()
    lat, lon = (float(part) for part in told.get_attribute("data-clicked").split(","))
    return LonLat(lon, lat)


def test_a_click_on_the_map_moves_the_site_there(tab: Any, desk: tuple[str, Project]) -> None:
    address, project = desk
    tab.address = address
    page = tab.page
    page.goto(f"{address}/site?site=harbour-bridge")
    ground = map_of(page)
    page.frame_locator("iframe").locator("svg image").wait_for(state="attached")
    box = ground.bounding_box()
    ground.click(position={"x": box["width"] / 2 + 60, "y": box["height"] / 2})
    place = clicked(page)
    # east of the middle of the map, which is the site: on its parallel
    assert abs(place.lat - PLACE.lat) < 2e-5
    assert 5 < distance_m(PLACE, place) < 100
    page.get_by_role("button", name="Move the site here").click()
    page.get_by_text(re.compile(r"From 39.02040, 125.74120, [0-9]+ m away")).wait_for()
    page.get_by_role("button", name="Move it here").click()
    page.get_by_text("Saved. Its history can put it back as it was.").wait_for()
    moved = project.record.get(Site, "harbour-bridge")
    assert moved is not None
    assert moved.value.position is not None
    assert moved.value.position.lonlat == place
    assert tab.foreign == []
    assert tab.errors == []


def test_the_kml_of_a_site_is_downloaded_and_names_no_address(
    tab: Any, desk: tuple[str, Project], tmp_path: Path
) -> None:
    address, project = desk
    tab.address = address
    tab.page.goto(f"{address}/site?site=harbour-bridge")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Google Earth (KML)").click()
    waiting.value.save_as(tmp_path / "site.kml")
    text = (tmp_path / "site.kml").read_text("utf-8")
    assert waiting.value.suggested_filename == "harbour-bridge.kml"
    assert "Harbour bridge" in text
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.opengis.net/kml/2.2"]
    (noted,) = (row.value for row in project.record.rows(Export))
    assert (noted.kind, noted.sites, noted.audience) == ("kml", ("harbour-bridge",), "public")
    assert noted.sha256 == sha256_of(tmp_path / "site.kml")


def test_the_first_site_is_added_by_a_click_and_its_name_is_text(
    tab: Any, tmp_path: Path, served_at: Any
) -> None:
    root = init_project(tmp_path / "empty")
    with served_at(root, tmp_path) as address:
        tab.address = address
        page = tab.page
        page.goto(f"{address}/site")
        map_of(page).click(position={"x": 700, "y": 150})
        place = clicked(page)
        page.get_by_role("button", name="Add a site here").click()
        page.get_by_label("Name", exact=True).fill(HOSTILE)
        page.get_by_label("Name", exact=True).press("Enter")
        page.get_by_role("button", name="Add this site").click()
        page.get_by_text("is added.").wait_for()
        page.get_by_role("heading", name=HOSTILE).wait_for()
        map_of(page)
        with Project.open(root) as project:
            (site,) = project.sites()
        assert (site.name, site.position.lonlat if site.position else None) == (HOSTILE, place)
        # a click on a map of the world tells no more than whole degrees
        assert site.position is not None
        assert site.position.precision_m is not None
        assert site.position.precision_m > 10_000
        page.wait_for_url(f"**/site?*site={site.id}*")
        assert tab.foreign == []
        assert tab.errors == []
