"""A site as KML: well-formed, read back at the same place, times no finer than known, nothing fetched, nothing run."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from workflow.coords import distance_m
from workflow.exporters.extract import Extract
from workflow.exporters.kml import project_kml
from workflow.model import (
    Annotation,
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Event,
    Evidence,
    Finding,
    LonLat,
    Observation,
    Position,
    Precision,
    Site,
    Standpoint,
    State,
    Target,
    TargetClass,
)
from workflow.register import sites_of

PLACE = LonLat(125.7347222, 39.0202778)
KML = "{http://www.opengis.net/kml/2.2}"
HOSTILE = '<img src=x onerror=alert(1)> ]]> &amp; "q" http://198.51.100.7/a.png'
SITE = Site(
    "gate",
    "Gate",
    name_local="문",
    aliases=("North gate",),
    position=Position(PLACE, 30.9, "39 1 13 N"),
    targets=(Target("mast", "Mast", TargetClass.MAST),),
    evidence=(Evidence("It stands.", source="A report", page="7"),),
)
RING = (LonLat(125.7, 39.0), LonLat(125.8, 39.0), LonLat(125.8, 39.1), LonLat(125.7, 39.0))


def capture(first: date | None, last: date | None) -> Capture:
    span = DateSpan(first, last, Precision.DAY, Basis.PRODUCT_METADATA)
    return Capture("c1", "c1", CaptureKind.SATELLITE, "a.tif", "o", "w", span, 9, 9, 3, footprint=RING)


def finding(event: Event, after: date | None, by: date | None, **more: object) -> Finding:
    return Finding("gate", "mast", event, after, by, "in 2021", **more)  # type: ignore[arg-type]


def site_kml(site: Site, captures: list[Capture], findings: list[Finding]) -> str:
    """The document of one site."""
    return project_kml(Extract(sites=(site,), captures=tuple(captures), findings=tuple(findings)))


def spans(text: str, name: str) -> list[str | None]:
    """Begin and end, or the one day, of the placemark of that name."""
    root = fromstring(text)
    mark = next(
        one for one in root.iter(f"{KML}Placemark") if (one.findtext(f"{KML}name") or "").startswith(name)
    )
    return [mark.findtext(f".//{KML}{tag}") for tag in ("begin", "end", "when")]


def test_the_site_is_read_back_where_it_is() -> None:
    reading = sites_of("gate.kml", site_kml(SITE, [], []).encode())
    place = next(one.position for one in reading.sites if one.name == "Gate")
    assert place is not None
    assert distance_m(place.lonlat, PLACE) < 0.01


def test_the_watch_circle_has_its_radius_and_is_closed() -> None:
    text = re.findall(r"<coordinates>([^<]*) ([^<]*)</coordinates>", site_kml(SITE, [], []))
    corners = [LonLat(*map(float, one.split(","))) for pair in text for part in pair for one in part.split()]
    assert corners[0] == corners[-1]
    assert all(distance_m(PLACE, corner) == pytest.approx(150, rel=0.005) for corner in corners)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], [None, None, None]),
        ([finding(Event.APPEARED, date(2020, 1, 1), date(2021, 5, 4))], ["2021-05-04", None, None]),
        (
            [
                finding(Event.APPEARED, None, date(2021, 5, 4)),
                finding(Event.REMOVED, date(2022, 1, 1), date(2023, 1, 1)),
            ],
            ["2021-05-04", "2022-01-01", None],
        ),
        ([finding(Event.APPEARED, date(2020, 1, 1), date(2021, 1, 1), seen=False)], [None, None, None]),
        (
            [finding(event, None, date(2021, 5, 4)) for event in (Event.APPEARED, Event.REAPPEARED)],
            [None, None, None],  # it stood twice: one span would claim the time between
        ),
        (
            [
                finding(Event.APPEARED, None, date(2022, 5, 4)),
                finding(Event.REMOVED, date(2021, 1, 1), date(2023, 1, 1)),
            ],
            [None, None, None],
        ),
    ],
)
def test_a_target_has_the_days_on_which_it_certainly_stood(
    findings: list[Finding], expected: list[str | None]
) -> None:
    assert spans(site_kml(SITE, [], findings), "Mast") == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2021, 5, 4), date(2021, 5, 4), [None, None, "2021-05-04"]),
        (date(2021, 5, 1), date(2021, 5, 31), ["2021-05-01", "2021-05-31", None]),
        (None, date(2021, 5, 4), [None, "2021-05-04", None]),
        (None, None, [None, None, None]),
    ],
)
def test_a_picture_has_the_days_on_which_it_may_have_been_taken(
    first: date | None, last: date | None, expected: list[str | None]
) -> None:
    text = site_kml(SITE, [capture(first, last)], [])
    root = fromstring(text)
    (folder,) = (one for one in root.iter(f"{KML}Folder") if one.findtext(f"{KML}name") == "Pictures")
    assert [folder.findtext(f".//{KML}{tag}") for tag in ("begin", "end", "when")] == expected


def test_a_picture_without_footprint_and_a_site_without_targets_leave_no_folder() -> None:
    bare = replace(SITE, targets=(), evidence=(), position=Position(PLACE))
    text = site_kml(bare, [replace(capture(None, None), footprint=())], [])
    assert "<Folder>" not in text
    assert "known within" not in text


def test_what_rests_on_rendered_scenes_or_publications_says_so() -> None:
    shown = site_kml(
        SITE,
        [replace(capture(None, None), synthetic=True)],
        [
            finding(Event.APPEARED, None, date(2021, 1, 1), synthetic=True, source="publication"),
            finding(Event.APPEARED, None, None, seen=False),
        ],
    )
    assert "(publication, SYNTHETIC)" in shown
    assert shown.count("SYNTHETIC") == 2


def test_several_sites_have_a_folder_each() -> None:
    root = fromstring(project_kml(Extract(sites=(SITE, replace(SITE, id="arch", name="Arch")))))
    assert root.findtext(f"{KML}Document/{KML}name") == "Sites"
    assert [one.text for one in root.findall(f"{KML}Document/{KML}Folder/{KML}name")] == ["Gate", "Arch"]


@given(st.text(max_size=80) | st.just(HOSTILE))
def test_any_text_gives_a_document_that_names_nothing_to_fetch_or_run(text: str) -> None:
    hostile = replace(
        SITE,
        name=text,
        name_local=text,
        note=text,
        targets=(Target("mast", text, note=text),),
        evidence=(Evidence(text, source=text, page=text),),
    )
    shot = replace(capture(date(2021, 5, 4), None), file=text, credit=text, provider=text)
    square = {
        "type": "Polygon",
        "coordinates": [[[125.7, 39.0], [125.8, 39.0], [125.8, 39.1], [125.7, 39.0]]],
    }
    made = project_kml(
        Extract(
            sites=(hostile, replace(hostile, id="arch", footprint=square)),
            captures=(shot,),
            observations=(Observation("o", "gate", text, "c1", text, State.PRESENT, note=text),),
            annotations=(
                Annotation("m", "gate", "c1", "box", square, target=text, label=text, note=text, author=text),
            ),
            findings=(finding(Event.APPEARED, None, date(2021, 5, 4)),),
        )
    )
    root = fromstring(made.encode())
    tags = {one.tag.removeprefix(KML) for one in root.iter()}
    assert not tags & {"href", "Icon", "NetworkLink", "Link", "GroundOverlay", "a", "img", "script"}
    for one in root.iter(f"{KML}description"):
        assert set(re.findall(r"<[^>]*>", one.text or "")) <= {"<br>"}


def test_a_still_is_a_sector_in_a_folder_of_its_own() -> None:
    filmed = replace(
        capture(date(2021, 2, 16), date(2021, 2, 16)),
        site="gate",
        kind=CaptureKind.BROADCAST,
        standpoint=Standpoint(LonLat(125.7339, 39.0203), 90.0, 58.0),
        footprint=(),
        credit=HOSTILE,
    )
    root = fromstring(project_kml(Extract(sites=(SITE,), captures=(filmed,))))
    [folder] = [one for one in root.iter(f"{KML}Folder") if one.findtext(f"{KML}name") == "Cameras"]
    assert "looks E (90°), 58° wide" in (folder.findtext(f".//{KML}description") or "")
    first = (folder.findtext(f".//{KML}coordinates") or "").split()[0]
    assert first == "125.73390000,39.02030000"
    assert folder.findtext(f".//{KML}when") == "2021-02-16"
    bare = project_kml(Extract(sites=(SITE,), captures=(replace(filmed, standpoint=None),)))
    assert "Cameras" not in bare
