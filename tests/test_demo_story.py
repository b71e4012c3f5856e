"""The sample's story: it fits the published dates, and its analysts never say what is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely

from workflow import findings, timespan
from workflow.demo import ANALYSTS, Encoding, Scene, Statement, marks, scenes
from workflow.interpretability import DEFAULTS, Legible, reading
from workflow.model import Basis, CaptureKind, DateSpan, Direction, Event, Site, State, Target, Witness
from workflow.register import read_sites

SITES = read_sites(Path(__file__).resolve().parents[1] / "sites.geojson").sites
STORY = scenes(SITES)


def span_of(scene: Scene) -> DateSpan:
    """The date as intake reads it: stated, else in the name, else the tag's day."""
    if scene.acquired is not None:
        basis = Basis.BROADCAST if scene.kind is CaptureKind.BROADCAST else scene.basis or Basis.STATED
        return timespan.with_basis(timespan.parse_span(scene.acquired), basis)
    named = timespan.span_from_name(scene.file)
    return named or timespan.parse_span(scene.day.isoformat())


def said(site: str, target: str) -> list[tuple[Scene, Statement]]:
    return [
        (scene, one)
        for scene in STORY
        for one in scene.observations
        if scene.site == site and one.target == target
    ]


def appeared(site: str, target: str) -> str:
    witnesses = [
        Witness(one.state, span_of(scene), scene.file, one.analyst, synthetic=True)
        for scene, one in said(site, target)
        if one.state.decisive
    ]
    found = [one for one in findings.target_findings(site, target, witnesses) if one.event is Event.APPEARED]
    assert len(found) == 1
    # broadcasts are open towards the past: their order stays open, and the engine must say no more than that
    assert all("open" in sentence and "still" in sentence for sentence in found[0].contradictions)
    return found[0].phrase


@pytest.mark.parametrize(
    ("site", "target", "phrase"),
    [
        ("north-of-arch", "gantry", "late 2021 or early 2022"),
        ("hyangsan-motorway", "gantry", "in 2020"),
        ("pyongyang-indoor-stadium", "camera-strobe", "by 16 February 2021"),
        ("pyongyang-indoor-stadium", "second-camera", "by 10 October 2023"),
    ],
)
def test_the_statements_give_the_published_phrase(site: str, target: str, phrase: str) -> None:
    assert phrase in appeared(site, target)


def test_one_gantry_of_the_nampho_road_is_older_and_both_are_there_in_may_2022() -> None:
    first = {
        target: min(scene.day for scene, one in said("nampho-road", target) if one.state is State.PRESENT)
        for target in ("gantry-outbound", "gantry-inbound")
    }
    assert first["gantry-outbound"] < date(2022, 1, 1) < first["gantry-inbound"]
    may = next(scene for scene in STORY if scene.acquired == "May 2022")
    assert may.truth == {"gantry-outbound": True, "gantry-inbound": True}


def test_decisive_statements_are_true_and_on_pictures_fine_enough() -> None:
    targets = {(site.id, target.id): target for site in SITES for target in site.targets}
    for scene in STORY:
        for one in scene.observations:
            kind = targets[scene.site, one.target].kind
            seen = reading(kind, DEFAULTS[kind], scene.gsd_m, scene.view.off_nadir_deg)
            if one.state.decisive:
                assert scene.truth[one.target] is (one.state is State.PRESENT), scene.file
                assert seen.level is not Legible.TOO_COARSE, scene.file
            if one.state is State.OBSCURED:
                assert scene.view.cloud_over_site, scene.file


def test_names_tags_and_stated_dates_agree_with_the_day() -> None:
    for scene in STORY:
        span = span_of(scene)
        assert span.latest is not None
        assert (span.earliest or date.min) <= scene.day <= span.latest, scene.file
        named = timespan.span_from_name(scene.file)
        assert scene.acquired is not None or named is not None or scene.tagged, scene.file
        assert (scene.when.hour + 9) < 24  # the same day in Korea


def test_the_story_has_what_makes_it_hard() -> None:
    assert len({scene.file for scene in STORY}) == len(STORY) == 35
    assert {scene.view.epsg for scene in STORY} == {32651, 32652, 4326, 3857}
    assert {scene.view.encoding for scene in STORY} == set(Encoding)
    assert {one.analyst for scene in STORY for one in scene.observations} == set(ANALYSTS.values())
    assert {one.state for scene in STORY for one in scene.observations} == set(State)
    assert any(scene.view.lorry for scene in STORY)
    assert any(scene.view.snow for scene in STORY)
    assert all(
        max(map(abs, scene.offset_m)) > 0 for scene in STORY if scene.view.encoding is not Encoding.STILL
    )


def test_the_seed_moves_the_pictures_and_not_the_dates() -> None:
    other = scenes(SITES, seed=7)
    assert [(scene.file, scene.when, scene.truth) for scene in other] == [
        (scene.file, scene.when, scene.truth) for scene in STORY
    ]
    assert [scene.offset_m for scene in other] != [scene.offset_m for scene in STORY]
    assert scenes(SITES) == STORY


def test_sites_without_position_have_only_pictures_that_do_not_say_where_they_lie() -> None:
    known = next(site for site in SITES if site.id == "hyangsan-motorway")
    assert scenes([replace(known, position=None), replace(known, id="elsewhere")]) == ()
    unplaced = {site.id for site in SITES if site.position is None}
    of_them = [scene for scene in STORY if scene.site in unplaced]
    assert len(of_them) == 4
    assert {scene.gsd_m for scene in of_them} == {None}


def test_gantries_stand_over_the_traffic_of_their_target() -> None:
    known = next(site for site in SITES if site.id == "nampho-road")
    for scene in scenes([known])[:1]:
        across = {change.target: change.across_m for change in scene.history if change.target}
        assert across["gantry-inbound"] < 0 < across["gantry-outbound"]


def test_a_register_with_fewer_targets_gives_fewer_truths() -> None:
    known = next(site for site in SITES if site.id == "nampho-road")
    one = Target("bar", kind=known.targets[0].kind, direction=Direction.OUTBOUND)
    bare: Site = replace(known, targets=(one,))
    assert {target for scene in scenes([bare]) for target in scene.truth} == {"bar"}


def test_the_mark_of_a_gantry_holds_the_gantry_and_is_drawn_once() -> None:
    told = [scene for scene in STORY if scene.site == "north-of-arch" and marks(scene, "capture")]
    assert told
    for scene in told:
        [(analyst, operation)] = marks(scene, "capture")
        annotation = operation["annotation"]
        assert analyst in ANALYSTS.values()
        assert annotation["target"] == "gantry"
        ring = shapely.Polygon(annotation["geometry"]["coordinates"][0])
        assert ring.contains(shapely.Point(scene.position.lon, scene.position.lat))
        assert ring.exterior.is_ccw
        assert marks(scene, "capture") == [(analyst, operation)]


def test_the_mark_of_what_is_all_one_target_holds_all_that_is_on_the_arm() -> None:
    house = next(scene for scene in STORY if scene.site == "april-25-house-of-culture")
    [(_, operation)] = marks(house, "capture")
    stadium = next(scene for scene in STORY if scene.file == "stadium_still_2023.png")
    camera, second = (
        shapely.geometry.shape(operation["annotation"]["geometry"])
        for _, operation in marks(stadium, "capture")
    )
    ring = shapely.geometry.shape(operation["annotation"]["geometry"])
    assert ring.area > 1.2 * shapely.unary_union([camera, second]).envelope.area


def test_absent_things_carry_no_mark_and_marks_lie_where_the_picture_says() -> None:
    for scene in STORY:
        drawn = {operation["annotation"]["target"] for _, operation in marks(scene, "capture")}
        assert drawn <= {target for target, stands in scene.truth.items() if stands}
        for _, operation in marks(scene, "capture"):
            annotation = operation["annotation"]
            assert annotation.get("in_pixels", False) is (scene.gsd_m is None)
            ring = shapely.Polygon(annotation["geometry"]["coordinates"][0])
            if scene.view.encoding is Encoding.STILL:
                assert shapely.box(0, 0, 1280, 720).contains(ring)
