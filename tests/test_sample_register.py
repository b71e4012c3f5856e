"""The sample register says what the report prints, and nothing that it does not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from workflow.coords import distance_m, format_dms, parse_position
from workflow.model import Event, Site, TargetClass
from workflow.register import read_sites, register_text
from workflow.register.geojson import text_of

REGISTER = Path(__file__).resolve().parents[1] / "sites.geojson"
TARGETS = {
    "pyongyang-indoor-stadium": ["camera-strobe", "second-camera"],
    "north-of-arch": ["gantry"],
    "hyangsan-motorway": ["gantry"],
    "nampho-road": ["gantry-inbound", "gantry-outbound"],
    "nampho-road-junction": ["gantry"],
    "wonsan-motorway": ["gantry"],
    "april-25-house-of-culture": ["cameras"],
    "arch-of-reunification": ["monument"],
    "modern-junction": ["cameras"],
}
PRINTED = {
    "pyongyang-indoor-stadium": "39° 1'13\"N 125°44'5\"E",
    "north-of-arch": "38°58'14\"N 125°43'4\"E",
    "hyangsan-motorway": "39° 6'28\"N 125°44'21\"E",
    "nampho-road": "38°59'12\"N 125°39'21\"E",
}
DATED = [
    ("pyongyang-indoor-stadium", "camera-strobe", "appeared", None, date(2021, 2, 16), "figure 27"),
    ("pyongyang-indoor-stadium", "second-camera", "appeared", None, date(2023, 10, 10), "figure 33"),
    ("north-of-arch", "gantry", "appeared", date(2021, 9, 1), date(2022, 4, 30), ""),
    ("hyangsan-motorway", "gantry", "appeared", date(2020, 1, 1), date(2020, 12, 31), ""),
    ("nampho-road", "gantry-inbound", "appeared", None, date(2022, 5, 31), "figure 31"),
    ("nampho-road", "gantry-outbound", "appeared", None, date(2022, 5, 31), "figure 31"),
    ("nampho-road-junction", "gantry", "appeared", None, date(2023, 4, 30), "figure 32"),
    ("wonsan-motorway", "gantry", "appeared", None, date(2023, 4, 14), "figure 29"),
    ("april-25-house-of-culture", "cameras", "appeared", None, date(2016, 5, 27), "figure 26"),
    ("arch-of-reunification", "monument", "removed", date(2024, 1, 1), date(2024, 1, 31), ""),
]


@pytest.fixture(scope="module")
def sample() -> dict[str, Site]:
    reading = read_sites(REGISTER)
    assert reading.refused == ()
    return {site.id: site for site in reading.sites}


def test_every_place_of_the_chapter_is_there_with_its_targets(sample: dict[str, Site]) -> None:
    assert {key: [target.id for target in site.targets] for key, site in sample.items()} == TARGETS
    assert {target.kind for target in sample["nampho-road"].targets} == {TargetClass.GANTRY}
    assert sample["arch-of-reunification"].targets[0].kind is TargetClass.LANDMARK


def test_positions_are_those_printed_and_no_others(sample: dict[str, Site]) -> None:
    located = {key: site.position for key, site in sample.items() if site.position}
    assert {key: position.text for key, position in located.items()} == PRINTED
    for position in located.values():
        assert format_dms(position.lonlat) == position.text
        assert distance_m(position.lonlat, parse_position(position.text).lonlat) < 0.02
        assert position.precision_m is not None
        assert 15 <= position.precision_m <= 31


def test_dated_statements_are_the_reports(sample: dict[str, Site]) -> None:
    found = [
        (
            key,
            said.target,
            str(said.event),
            said.when and said.when.earliest,
            said.when and said.when.latest,
            said.page,
        )
        for key, site in sample.items()
        for said in site.evidence
        if said.event
    ]
    assert found == DATED


def test_a_copyright_year_is_no_date(sample: dict[str, Site]) -> None:
    (said,) = sample["modern-junction"].evidence
    assert (said.when, said.event, said.page) == (None, None, "figure 28")


def test_every_statement_and_site_names_its_source(sample: dict[str, Site]) -> None:
    sources = {site.source for site in sample.values()} | {
        e.source for s in sample.values() for e in s.evidence
    }
    (source,) = sources
    assert source.endswith("chapter 5")
    assert all(said.wording for site in sample.values() for said in site.evidence)


def test_a_bearing_says_that_it_is_approximate(sample: dict[str, Site]) -> None:
    bearings = {key: site.bearing_deg for key, site in sample.items() if site.bearing_deg is not None}
    assert bearings == {
        "north-of-arch": 0,
        "hyangsan-motorway": 20,
        "nampho-road": 45,
        "nampho-road-junction": 45,
    }
    for key in bearings:
        assert "approximate" in sample[key].note
        assert "not measured on a picture" in sample[key].note


def test_the_arch_is_the_one_thing_removed(sample: dict[str, Site]) -> None:
    removed = [key for key, site in sample.items() for said in site.evidence if said.event is Event.REMOVED]
    assert removed == ["arch-of-reunification"]


def test_the_file_is_as_the_program_writes_it(sample: dict[str, Site]) -> None:
    written = REGISTER.read_text(encoding="utf-8")
    stated = json.loads(written)
    features = json.loads(register_text(tuple(sample.values())))["features"]
    assert written == text_of({**stated, "features": features})
