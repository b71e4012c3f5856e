"""What a figure is of, and where, as one phrase."""

from __future__ import annotations

import pytest

from workflow.figure.phrases import noun_phrase, place, subject
from workflow.model import Direction, Site, Target, TargetClass


def target(name: str, direction: Direction | None = None, key: str = "t") -> Target:
    return Target(key, name, TargetClass.GANTRY, direction)


def site(name: str, local: str = "", **changes: object) -> Site:
    return Site("s", name, local, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "where", "phrase"),
    [
        ("Structure over the motorway", site("Wonsan Motorway", "원산"), "a structure over the Wonsan Motorway (원산)"),
        ("Structure over the road", site("Road north of the Arch"), "a structure over the road north of the Arch"),
        ("Bar over a lane that joins the road", site("Nampho Road, junction", "남포"),
         "Bar over a lane that joins the Nampho Road (남포), junction"),
        ("Bar over the inbound lanes", site("Nampho Road"), "Bar over the inbound lanes of the Nampho Road"),
        ("Gantry", site("Nampho Road"), "a gantry on the Nampho Road"),
        ("Gantry over the lanes", site("kilometre 7"), "a gantry over the lanes at kilometre 7"),
        ("Cameras and a lamp", site("April 25 House of Culture", category="road-camera"),
         "cameras and a lamp near the April 25 House of Culture"),
        ("Cameras ahead of the junction", site("Modern junction in Pyongyang", "교차로"),
         "cameras ahead of a modern junction in Pyongyang (교차로)"),
        ("The arch", site("Arch of Reunification", "탑"), "the Arch of Reunification (탑)"),
        ("Camera outside Yongsong Hall", site("Yongsong Hall", "룡성"), "a camera outside Yongsong Hall (룡성)"),
        ("Checkpoint 12", site("the junction"), "Checkpoint 12 at the junction"),
        ("Pole", site("Old checkpoint by the river"), "a pole at an old checkpoint by the river"),
        ("Pole", site("Gate by the river"), "a pole at the gate by the river"),
        ("", site("Hill 5"), "a gantry at Hill 5"),
    ],
)  # fmt: skip
def test_target_and_place_become_one_phrase(name: str, where: Site, phrase: str) -> None:
    assert subject(where, [target(name)]) == phrase


def test_targets_that_differ_in_direction_alone_are_one_phrase_in_the_plural() -> None:
    names = "Structure over the {} lanes"
    both = [target(names.format(way), way, way) for way in (Direction.INBOUND, Direction.OUTBOUND)]
    assert noun_phrase(both) == "two structures over the inbound and outbound lanes"
    ways = [target("", way, way) for way in (Direction.INBOUND, Direction.OUTBOUND)]
    assert noun_phrase(ways) == "an inbound gantry and an outbound gantry"
    other = [target("Gantry over the inbound lanes", Direction.INBOUND), target("Pole", None, "p")]
    assert noun_phrase(other) == "a gantry over the inbound lanes and a pole"
    twice = [target("Inbound and inbound gantry", Direction.INBOUND, key) for key in "ab"]
    assert noun_phrase(twice) == "an inbound and inbound gantry and an inbound and inbound gantry"


def test_without_targets_the_place_alone_is_named() -> None:
    assert subject(site("Hill", "언덕", road="Coast Road"), []) == "Hill (언덕), Coast Road"
    assert noun_phrase([]) == ""


def test_a_road_that_says_no_more_than_the_name_is_left_out() -> None:
    assert place(site("Indoor Stadium", road="road before the Indoor Stadium")) == "Indoor Stadium"
    assert place(site("Nampho Road", road="Nampho Road")) == "Nampho Road"
    assert place(site("평양 (평양)", "평양")) == "평양 (평양)"
