"""What the Imagery and Site pages show, as values: captures and their sites, filters, positions, the ground."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import dashboard_sample
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.actions import withdraw
from workflow.errors import UnknownName
from workflow.exporters.kml import project_kml
from workflow.grid import site_grid
from workflow.model import Author, LonLat, Position, Role
from workflow.pipeline.track import track
from workflow.project import Project
from workflow.readmodels.exports import extract
from workflow.readmodels.imagery import fitting, imagery
from workflow.readmodels.sitepage import ground_of, map_sites, position_rows, version_of


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(dashboard_sample.make_project(tmp_path / "project")) as opened:
        yield opened


def test_every_capture_knows_its_sites_and_what_waits(project: Project) -> None:
    page = imagery(project)
    assert [row.capture.id for row in page.rows] == [one.id for one in project.all_captures()]
    assert {row.sites for row in page.rows} == {(dashboard_sample.SITE,)}  # the still is tied to it
    assert page.waiting == (dashboard_sample.SITE,)
    assert {(row.aligned, row.cut) for row in page.rows} == {(0, 0)}
    track(project, dashboard_sample.AUTHOR, executor="serial")
    after = imagery(project)
    assert after.waiting == ()
    assert sum(row.cut for row in after.rows) == 4
    assert all(row.aligned <= row.cut for row in after.rows)
    assert any(row.aligned for row in after.rows)


def test_a_withdrawn_capture_is_listed_and_waits_for_nothing(project: Project) -> None:
    for capture in project.captures():
        if capture.is_georeferenced:
            withdraw(project, Author("Lena", Role.LEAD), capture.id, reason="licence ended")
    page = imagery(project)
    assert sum(row.capture.withdrawn is not None for row in page.rows) == 4
    assert page.waiting == ()


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 5),
        ({"text": "scene"}, 4),
        ({"text": "2021-11-12"}, 1),
        ({"text": "12 november"}, 1),
        ({"text": "항구 다리"}, 5),
        ({"text": "\u1112\u1161\u11bc\u1100\u116e"}, 5),  # the same, as a Mac writes it
        ({"text": "scene still"}, 0),
        ({"provider": "Example Imaging"}, 4),
        ({"kind": "broadcast"}, 1),
        ({"text": "STILL", "kind": "satellite"}, 0),
    ],
)
def test_filters_keep_what_has_all_that_is_asked(
    project: Project, filters: dict[str, str], count: int
) -> None:
    assert len(fitting(imagery(project).rows, **filters)) == count


def test_a_map_has_the_located_sites_and_a_version_is_that_of_the_record(project: Project) -> None:
    assert [one.id for one in map_sites(project)] == ["harbour-bridge", "north-junction"]
    assert version_of(project, "harbour-bridge") == 1
    with pytest.raises(UnknownName):
        version_of(project, "nowhere")


def test_a_position_is_told_in_each_form_with_its_precision() -> None:
    place = LonLat(125.7347222, 39.0202778)
    assert position_rows(Position(place, 30.9)) == [
        ("degrees", "39° 1'13\"N 125°44'5\"E"),
        ("decimal", "39.02028, 125.73472"),
        ("MGRS", "51S YD 36755 22585"),
        ("precision", "30.9 m"),
    ]
    assert len(position_rows(Position(place))) == 3


def test_the_kml_of_a_site_has_the_pictures_over_it(project: Project) -> None:
    text = project_kml(extract(project, ["harbour-bridge"]))
    assert text.count("scene-") == 4
    assert "still.png" not in text


@given(st.floats(-179, 179), st.floats(-75, 75), st.floats(20, 2000))
def test_each_corner_of_a_picture_lies_on_the_map_where_it_belongs(
    lon: float, lat: float, radius: float
) -> None:
    grid = site_grid(LonLat(lon, lat), radius, 1.0)
    ground = ground_of(grid)
    a, b, c, d, e, f = ground.matrix
    west, south, east, north = grid.bounds
    top, bottom = (math.asinh(math.tan(math.radians(one))) for one in (ground.north, ground.south))
    for (u, v), corner in {
        (0, 0): (west, north),
        (1, 0): (east, north),
        (0, 1): (west, south),
        (1, 1): (east, south),
    }.items():
        x, y = a * u + c * v + e, b * u + d * v + f
        shown_lon = ground.west + x * (ground.east - ground.west)
        shown = LonLat(shown_lon, math.degrees(math.atan(math.sinh(top - y * (top - bottom)))))
        back = grid.from_lonlat(shown)
        # the fourth corner follows from the other three, on a map whose scale grows towards the pole
        off = (2.1 * radius) ** 2 * (math.tan(math.radians(abs(lat))) + 0.05) / 6.3e6
        assert math.dist(back, corner) < 0.005 + 1.2 * off
