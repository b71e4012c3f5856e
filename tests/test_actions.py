"""What people do to a project: observe, annotate, import.

Longer than others, because every action is tried on the same small project, and what one leaves is what another meets.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.actions import Acknowledgement, annotate, edit_annotation, import_sites, observe, observe_once
from workflow.actions.geometry import is_same_place
from workflow.errors import EditConflict, InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    Confidence,
    DateSpan,
    Georeference,
    LonLat,
    Observation,
    Position,
    Precision,
    Review,
    Role,
    Site,
    State,
    Target,
    TargetClass,
)
from workflow.project import Project, init_project

ANNA = Author("Anna")
BEN = Author("Ben")
VIEWER = Author("Vera", Role.VIEWER)
HERE = LonLat(125.7178, 38.9706)
GANTRY = Target("gantry", kind=TargetClass.GANTRY)
SHOT, COARSE, FAR, STILL = (letter * 16 for letter in "abcd")


def capture(key: str, west: float, gsd_m: float, **fields: Any) -> Capture:
    ring = ((west, 38.9), (west + 0.1, 38.9), (west + 0.1, 39.0), (west, 39.0), (west, 38.9))
    blank = Capture(
        id=key,
        sha256=key * 4,
        kind=CaptureKind.SATELLITE,
        file=f"scene-{key[0]}.tif",
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY),
        width_px=400,
        height_px=300,
        bands=3,
        crs="EPSG:4326",
        gsd_m=gsd_m,
        footprint=tuple(LonLat(lon, lat) for lon, lat in ring),
    )
    return replace(blank, **fields)


def fill(project: Project) -> None:
    place = Site("arch", "Arch", position=Position(HERE), targets=(GANTRY,))
    two = replace(place, id="bridge", targets=(GANTRY, Target("mast", kind=TargetClass.MAST)))
    still = {
        "georeference": Georeference.NONE,
        "footprint": (),
        "crs": None,
        "gsd_m": None,
        "site": "nowhere",
    }
    things: list[object] = [place, two, Site("nowhere", "Nowhere", targets=(GANTRY,))]
    things += [capture(SHOT, 125.65, 0.3), capture(COARSE, 125.65, 10.0), capture(FAR, 10.0, 0.3)]
    things += [replace(capture(STILL, 0, 1), **still)]
    with project.record.write(ANNA, "a small project") as transaction:
        for thing in things:
            transaction.put(thing, 0)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        fill(opened)
        yield opened


def say(project: Project, state: str = "present", author: Author = ANNA, **changed: Any) -> Observation:
    return observe(project, author, **{"site": "arch", "capture": SHOT, "state": state, **changed})


# -- observing -----------------------------------------------------------------------------------------------


def test_an_observation_is_recorded_with_its_author_as_a_draft(project: Project) -> None:
    said = say(project, confidence="high", note=" beam and posts ")
    assert (said.site, said.target, said.capture, said.author) == ("arch", "gantry", SHOT, "Anna")
    assert (said.state, said.confidence) == (State.PRESENT, Confidence.HIGH)
    assert (said.note, said.review) == ("beam and posts", Review.DRAFT)
    assert project.observations() == (said,)


def test_the_same_again_is_no_revision_and_another_state_is_one(project: Project) -> None:
    first = say(project)
    revision = project.record.revision
    assert say(project) == first
    assert project.record.revision == revision
    changed = say(project, "absent")
    assert changed.id == first.id
    assert [one.version for one in project.record.history(Observation, first.id)] == [1, 2]
    assert project.observations() == (changed,)


def test_two_authors_and_two_targets_are_statements_of_their_own(project: Project) -> None:
    ids = {
        say(project, site="bridge", target="mast").id,
        say(project, site="bridge", target="gantry").id,
        say(project, site="bridge", target="mast", author=Author("Ben")).id,
    }
    assert len(ids) == 3
    assert len(project.observations(site="bridge")) == 3


@pytest.mark.parametrize("reference", [SHOT, SHOT[:6], "scene-a.tif"])
def test_a_capture_is_named_by_id_prefix_or_file(project: Project, reference: str) -> None:
    assert say(project, capture=reference).capture == SHOT


def test_a_site_with_several_targets_names_them(project: Project) -> None:
    with pytest.raises(InputRefused, match=r"gantry, mast; name one with --target"):
        say(project, site="bridge")
    with pytest.raises(UnknownName, match="did you mean 'mast'"):
        say(project, site="bridge", target="masts")


def test_unknown_names_and_words_are_refused(project: Project) -> None:
    with pytest.raises(UnknownName, match="site"):
        say(project, site="arhc")
    with pytest.raises(UnknownName, match="capture"):
        say(project, capture="scene-z.tif")
    with pytest.raises(InputRefused, match="'there' is not known; use one of present"):
        say(project, "there")
    with pytest.raises(InputRefused, match="low, moderate, high"):
        say(project, confidence="sure")
    with pytest.raises(InputRefused, match="control character"):
        say(project, note="a\x00b")
    assert project.observations() == ()


def test_a_viewer_may_not_observe(project: Project) -> None:
    with pytest.raises(NotAllowed, match="Vera"):
        say(project, author=VIEWER)


def test_absence_on_too_coarse_a_capture_needs_a_note(project: Project) -> None:
    with pytest.raises(
        InputRefused, match=r"too coarse .* gantry is absent: pixels of 10 m .* takes 0\.75 m"
    ):
        say(project, "absent", capture=COARSE)
    assert say(project, "present", capture=COARSE).state is State.PRESENT
    assert say(project, "absent", capture=COARSE, note="no road there yet").state is State.ABSENT


def test_a_capture_elsewhere_shows_nothing_of_the_site(project: Project) -> None:
    with pytest.raises(InputRefused, match="does not show site arch"):
        say(project, capture=FAR)


def test_a_picture_tied_to_its_site_needs_no_coordinates(project: Project) -> None:
    assert say(project, site="nowhere", capture=STILL).capture == STILL
    with pytest.raises(InputRefused, match="not located"):
        say(project, site="nowhere", capture=SHOT)
    with pytest.raises(InputRefused, match="does not show"):
        say(project, capture=STILL)


def test_an_approved_observation_is_sealed(project: Project) -> None:
    said = say(project)
    with project.record.write(Author("Lea", Role.LEAD), "approved") as transaction:
        transaction.put(replace(said, review=Review.APPROVED), 1)
    assert say(project).review is Review.APPROVED
    with pytest.raises(NotAllowed, match="approved"):
        say(project, "absent")
    assert [one.state for one in project.observations()] == [State.PRESENT]


def test_a_returned_observation_that_is_changed_is_a_draft_again(project: Project) -> None:
    said = say(project)
    with project.record.write(Author("Lea", Role.LEAD), "look again") as transaction:
        transaction.put(replace(said, review=Review.RETURNED), 1)
    assert say(project, "absent").review is Review.DRAFT


# -- annotating ----------------------------------------------------------------------------------------------


def operation(op: str, kind: str = "add", seq: int = 0, **fields: Any) -> dict[str, Any]:
    whole = {
        "id": "m1",
        "site": "arch",
        "capture": SHOT,
        "shape": "point",
        "geometry": {"type": "Point", "coordinates": [125.7, 38.95]},
    }
    drawn = {**whole, **fields} if kind == "add" else {"id": "m1", **fields}
    return {"op": op, "seq": seq, "type": kind, "annotation": drawn}


def marks(project: Project) -> dict[str, Annotation]:
    return {one.id: one for one in project.annotations()}


def test_add_edit_and_delete_are_revisions_of_one_mark(project: Project) -> None:
    log = [
        operation("1", seq=1, label="gantry"),
        operation("2", "edit", 2, note="seen from the road", target="gantry"),
        operation("3", "delete", 3),
    ]
    assert annotate(project, ANNA, log[:2]) == Acknowledgement(("1", "2"))
    mark = marks(project)["m1"]
    assert (mark.label, mark.note, mark.target, mark.author) == (
        "gantry",
        "seen from the road",
        "gantry",
        "Anna",
    )
    assert mark.geometry == {"type": "Point", "coordinates": [125.7, 38.95]}
    assert annotate(project, ANNA, log[2:]).acked == ("3",)
    assert marks(project) == {}
    assert len(project.record.history(Annotation, "m1")) == 3


def test_operations_apply_in_their_sequence_not_in_the_order_sent(project: Project) -> None:
    log = [operation("a", "edit", 10, label="later"), operation("b", seq=9)]
    assert annotate(project, ANNA, log) == Acknowledgement(("b", "a"))
    assert marks(project)["m1"].label == "later"


def test_an_operation_sent_again_is_acknowledged_and_not_applied(project: Project) -> None:
    annotate(project, ANNA, [operation("1"), operation("2", "edit", 1, label="two")])
    annotate(project, ANNA, [operation("3", "edit", 2, label="three")])
    revision = project.record.revision
    assert annotate(project, ANNA, [operation("2", "edit", 1, label="two")]) == Acknowledgement(("2",))
    mixed = [operation("2", "edit", 1, label="two"), operation("4", "edit", 3, note="four")]
    assert annotate(project, ANNA, mixed).acked == ("2", "4")
    assert marks(project)["m1"].label == "three"
    assert project.record.revision == revision + 1


BAD: list[tuple[dict[str, Any], str]] = [
    ({"shape": "star"}, "Shape"),
    ({"shape": ["point"]}, "Shape"),
    ({"capture": "f" * 16}, "No capture"),
    ({"capture": 7}, "No capture"),
    ({"capture": "\ud800"}, "No capture"),
    ({"site": "\ud800"}, "No site"),
    ({"target": "\ud800"}, "No target"),
    ({"shape": "\ud800"}, "Shape"),
    ({"site": "elsewhere"}, "No site"),
    ({"target": "camera"}, "No target"),
    ({"label": "x" * 201}, "201 characters"),
    ({"label": "a\x1b[31m"}, "control character"),
    ({"note": 5}, "not text"),
    ({"note": "\ud800"}, "control character"),
    ({"evidence": "yes"}, "neither true nor false"),
    ({"geometry": None}, "no geometry"),
    ({"geometry": "POINT(1 2)"}, "not an object"),
    ({"geometry": {"type": "Polygon", "coordinates": []}}, "no Point"),
    ({"geometry": {"type": "Point", "coordinates": [125.7]}}, "pair"),
    ({"geometry": {"type": "Point", "coordinates": [125.7, 38.9, 4]}}, "pair"),
    ({"geometry": {"type": "Point", "coordinates": [math.nan, 38.9]}}, "not finite"),
    ({"geometry": {"type": "Point", "coordinates": [10**400, 38.9]}}, "not finite"),
    ({"geometry": {"type": "Point", "coordinates": ["125.7", 38.9]}}, "not a number"),
    ({"geometry": {"type": "Point", "coordinates": [True, 38.9]}}, "not a number"),
    ({"geometry": {"type": "Point", "coordinates": [38.9, 125.7]}}, "outside"),
    ({"shape": "line", "geometry": {"type": "LineString", "coordinates": [[1, 2]]}}, "1 points"),
    ({"shape": "line", "geometry": {"type": "LineString", "coordinates": [[1, 2], [1, 2]]}}, "all the same"),
    (
        {"shape": "box", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}},
        "closed",
    ),
    (
        {"shape": "box", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0], [0, 0]]]}},
        "corners",
    ),
    ({"shape": "line", "geometry": {"type": "LineString", "coordinates": [[0, 0]] * 10_001}}, "10001"),
    ({"id": "../etc"}, "no sound id"),
    ({"id": 4}, "no sound id"),
]


@pytest.mark.parametrize(("fields", "words"), BAD)
def test_a_bad_operation_is_refused_and_the_rest_goes_on(
    project: Project, fields: dict[str, Any], words: str
) -> None:
    log = [operation("0", id="before"), operation("1", seq=1, **fields), operation("2", seq=2, id="after")]
    done = annotate(project, ANNA, log)
    assert done.acked == ("0", "2")
    assert [op for op, _ in done.refused] == ["1"]
    assert words in done.refused[0][1]
    assert set(marks(project)) == {"before", "after"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "1", "type": "explode", "annotation": {"id": "m"}},
        {"op": "1", "type": ["add"], "annotation": {"id": "m"}},
        {"op": "1", "type": "add", "annotation": None},
        {"op": "1", "type": "edit", "annotation": {"id": "nothing-there"}},
        {"op": "1", "type": "delete", "annotation": {"id": "nothing-there"}},
        {"op": "1", "type": "add", "annotation": {"id": "m1"}},
        {"op": "", "type": "add"},
        {"type": "add"},
        "add",
        None,
    ],
)
def test_an_operation_that_makes_no_sense_is_refused_in_a_sentence(project: Project, wrong: Any) -> None:
    done = annotate(project, ANNA, [wrong])
    assert done.acked == ()
    assert len(done.refused) == 1
    assert done.refused[0][1].endswith((".", "?"))


def test_a_mark_is_not_added_twice_nor_moved_to_another_capture(project: Project) -> None:
    annotate(project, ANNA, [operation("1")])
    assert "there already" in annotate(project, ANNA, [operation("2")]).refused[0][1]
    moved = annotate(project, ANNA, [operation("3", "edit", capture=COARSE)])
    assert "capture cannot change" in moved.refused[0][1]


def test_an_edit_of_a_field_that_somebody_changed_meanwhile_is_refused_with_both_values(
    project: Project,
) -> None:
    annotate(project, ANNA, [operation("1"), operation("2", "edit", 1, label="two")])
    late = {**operation("3", "edit", label="mine"), "base_version": 1}
    refused = annotate(project, BEN, [late]).refused[0][1]
    assert "was changed by Anna to version 2" in refused
    assert "label is 'two' there and 'mine' here" in refused
    assert marks(project)["m1"].label == "two"
    assert annotate(project, BEN, [{**late, "op": "4", "base_version": 2}]).acked == ("4",)


def test_edits_of_different_fields_are_brought_together(project: Project) -> None:
    annotate(project, ANNA, [operation("1"), operation("2", "edit", 1, label="two")])
    late = {**operation("3", "edit", note="seen from the south"), "base_version": 1}
    assert annotate(project, BEN, [late]).acked == ("3",)
    mark = marks(project)["m1"]
    assert (mark.label, mark.note) == ("two", "seen from the south")


def test_an_edit_by_a_form_carries_both_values_and_writes_nothing_when_they_conflict(
    project: Project,
) -> None:
    annotate(project, ANNA, [operation("1")])
    assert edit_annotation(project, ANNA, "m1", {"label": "two", "note": "hers"}, 1).version == 2
    with pytest.raises(EditConflict) as caught:
        edit_annotation(project, BEN, "m1", {"label": "mine", "evidence": False}, 1)
    (field,) = caught.value.fields
    assert (field.field, field.base, field.theirs, field.mine) == ("label", "", "two", "mine")
    assert (caught.value.author, caught.value.current_version) == ("Anna", 2)
    assert marks(project)["m1"].evidence
    done = edit_annotation(project, BEN, "m1", {"label": "mine"}, 2)
    assert (done.version, done.value.label, done.value.note) == (3, "mine", "hers")
    assert project.record.history("annotation", "m1")[-1].reason == "changed label"


def test_an_edit_by_a_form_is_refused_like_any_other(project: Project) -> None:
    annotate(project, ANNA, [operation("1")])
    with pytest.raises(NotAllowed):
        edit_annotation(project, VIEWER, "m1", {"label": "x"}, 1)
    with pytest.raises(InputRefused, match="not there"):
        edit_annotation(project, ANNA, "m2", {"label": "x"}, 1)
    with pytest.raises(StaleWrite):
        edit_annotation(project, ANNA, "m1", {"label": "x"}, 7)
    with pytest.raises(InputRefused, match="Label"):
        edit_annotation(project, ANNA, "m1", {"label": "x" * 201}, 1)
    assert edit_annotation(project, ANNA, "m1", {}, 1).version == 1


def test_a_deletion_of_a_mark_that_moved_on_is_refused(project: Project) -> None:
    annotate(project, ANNA, [operation("1"), operation("2", "edit", 1, label="two")])
    late = {**operation("3", "delete"), "base_version": 1}
    assert "is at version 2" in annotate(project, BEN, [late]).refused[0][1]
    assert not marks(project)["m1"].deleted


def test_deleting_what_was_deleted_is_acknowledged(project: Project) -> None:
    annotate(project, ANNA, [operation("1"), operation("2", "delete", 1)])
    assert annotate(project, ANNA, [operation("3", "delete")]) == Acknowledgement(("3",))
    assert "not there" in annotate(project, ANNA, [operation("4", "edit", label="x")]).refused[0][1]


def test_marks_on_a_picture_without_coordinates_are_in_its_pixels(project: Project) -> None:
    def at(op: str, x: float, y: float) -> dict[str, Any]:
        geometry = {"type": "Point", "coordinates": [x, y]}
        return operation(op, id=f"m{op}", site="nowhere", capture=STILL, geometry=geometry)

    done = annotate(project, ANNA, [at("1", 399.5, 300), at("2", 401, 0)])
    assert done.acked == ("1",)
    assert "outside x 0 to 400" in done.refused[0][1]
    assert marks(project)["m1"].in_pixels
    annotate(project, ANNA, [operation("3", id="mapped")])
    assert not marks(project)["mapped"].in_pixels


def test_a_viewer_may_not_annotate(project: Project) -> None:
    with pytest.raises(NotAllowed):
        annotate(project, VIEWER, [operation("1")])


STEPS = st.tuples(
    st.sampled_from(["add", "edit", "delete"]), st.sampled_from(["m1", "m2"]), st.text(max_size=3)
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=8), cut=st.integers(0, 8), overlap=st.integers(0, 8))
def test_a_log_sent_whole_twice_or_in_overlapping_pieces_gives_the_same_marks(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]], cut: int, overlap: int
) -> None:
    log = [operation(f"op{n}", kind, n, id=key, label=label) for n, (kind, key, label) in enumerate(steps)]
    outcomes = []
    for pieces in ([log], [log, log], [log[:cut], log[max(cut - overlap, 0) :], log]):
        with Project.open(init_project(tmp_path_factory.mktemp("log") / "p")) as project:
            fill(project)
            for piece in pieces:
                last = annotate(project, ANNA, piece)
            outcomes.append((last, marks(project), project.record.revision))
            assert project.record.verify().problems == ()
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_a_refused_operation_stays_refused_even_when_it_would_fit_later(project: Project) -> None:
    early = operation("1", "edit", 1, label="too early")
    first = annotate(project, ANNA, [early])
    annotate(project, ANNA, [operation("2", seq=2)])
    assert annotate(project, ANNA, [early]) == first == Acknowledgement((), (("1", first.refused[0][1]),))
    assert marks(project)["m1"].label == ""


# -- importing -----------------------------------------------------------------------------------------------


def collection(*features: tuple[str, dict[str, Any]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [125.7, 39.0]},
                    "properties": {"id": key, "name": key.title(), **fields},
                }
                for key, fields in features
            ],
        }
    )


def test_an_import_says_what_was_added_updated_and_already_so(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "sites.geojson"
    file.write_text(collection(("mast-one", {}), ("mast-two", {})), "utf-8")
    assert import_sites(project, ANNA, [file]).added == ("mast-one", "mast-two")
    file.write_text(
        collection(("mast-one", {}), ("mast-two", {"note": "rusty"}), ("mast-three", {})), "utf-8"
    )
    report = import_sites(project, ANNA, [file])
    assert (report.added, report.updated, report.unchanged) == (("mast-three",), ("mast-two",), ("mast-one",))
    assert report.refused == ()
    versions = [len(project.record.history(Site, f"mast-{number}")) for number in ("one", "two", "three")]
    assert versions == [1, 2, 1]
    assert project.record.history(Site, "mast-two")[-1].reason == "import of sites.geojson"
    revision = project.record.revision
    again = import_sites(project, ANNA, [file])
    assert again.unchanged == ("mast-one", "mast-two", "mast-three")
    assert project.record.revision == revision


def test_imported_sites_stand_in_the_register_file_and_survive_reopening(
    project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "more.geojson"
    file.write_text(collection(("mast-one", {})), "utf-8")
    import_sites(project, ANNA, [file])
    written = json.loads((project.root / "sites.geojson").read_text("utf-8"))
    assert "mast-one" in [feature["properties"]["id"] for feature in written["features"]]
    before = project.record.revision
    with Project.open(project.root) as again:
        assert again.site("mast-one").name == "Mast-One"
        assert again.record.revision == before


def test_what_cannot_be_read_is_named_and_the_rest_taken(project: Project, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_text(collection(("mast-one", {}), ("mast-two", {"radius_m": -5})), "utf-8")
    bad.write_text("no json", "utf-8")
    report = import_sites(project, ANNA, [bad, good, tmp_path / "missing.geojson"])
    assert report.added == ("mast-one",)
    assert len(report.refused) == 3


def test_a_register_file_that_cannot_be_read_whole_is_not_written_over(
    project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "more.geojson"
    file.write_text(collection(("mast-one", {})), "utf-8")
    broken = collection(("arch", {}), ("bad", {"radius_m": -5}))
    (project.root / "sites.geojson").write_text(broken, "utf-8")
    with pytest.raises(InputRefused, match="correct that first"):
        import_sites(project, ANNA, [file])
    assert (project.root / "sites.geojson").read_text("utf-8") == broken
    assert "mast-one" not in [site.id for site in project.sites()]


def test_a_viewer_may_not_import(project: Project) -> None:
    with pytest.raises(NotAllowed):
        import_sites(project, VIEWER, [])


# -- what a log says of what it saw ------------------------------------------------------------------------------


def seen(op: str, kind: str, was: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    return operation(op, kind, int(op), **fields) | ({} if was is None else {"was": was})


def test_a_chain_of_edits_is_applied_without_knowing_a_version(project: Project) -> None:
    log = [operation("0", label="0")]
    log += [seen(str(n), "edit", {"label": str(n - 1)}, label=str(n)) for n in range(1, 5)]
    assert annotate(project, ANNA, log).refused == ()
    assert marks(project)["m1"].label == "4"
    assert len(project.record.history(Annotation, "m1")) == 5


def test_an_edit_of_what_is_not_as_it_was_seen_is_refused_and_other_fields_are_kept(project: Project) -> None:
    annotate(project, ANNA, [operation("0", label="a"), operation("1", "edit", 1, label="b", note="n")])
    late = [
        seen("2", "edit", {"label": "a"}, label="c"),
        seen("3", "edit", {"target": None}, target="gantry"),
    ]
    done = annotate(project, BEN, late)
    assert done.acked == ("3",)
    assert "label is 'b' there and 'c' here" in done.refused[0][1]
    mark = marks(project)["m1"]
    assert (mark.label, mark.note, mark.target) == ("b", "n", "gantry")


@given(st.floats(-5e-10, 5e-10))
def test_a_place_that_went_to_metres_and_back_is_the_same_place(hair: float) -> None:
    there = {"type": "LineString", "coordinates": [[125.7, 38.95], [125.8, 38.96]]}
    back = {"type": "LineString", "coordinates": [(125.7 + hair, 38.95), (125.8, 38.96 - hair)]}
    assert is_same_place(there, back)
    for other in (None, "x", {**back, "type": "Polygon"}, {**back, "coordinates": back["coordinates"][:1]}):
        assert not is_same_place(there, other)
    assert not is_same_place(there, {**back, "coordinates": [[125.7, 38.95], [125.8, 38.9601]]})


def test_a_moved_outline_is_refused_where_somebody_else_moved_it(project: Project) -> None:
    annotate(project, ANNA, [operation("0")])
    was = {"geometry": {"type": "Point", "coordinates": [125.7 + 1e-12, 38.95]}}
    there, elsewhere = ({"type": "Point", "coordinates": [125.7, y]} for y in (38.951, 38.952))
    assert annotate(project, ANNA, [seen("1", "edit", was, geometry=there)]).refused == ()
    assert annotate(project, BEN, [seen("2", "edit", was, geometry=elsewhere)]).acked == ()
    assert marks(project)["m1"].geometry == there


def test_a_deletion_is_taken_back_with_its_history_and_is_a_draft_again(project: Project) -> None:
    annotate(project, ANNA, [operation("0", label="a"), seen("1", "delete", {"label": "a"})])
    assert annotate(project, ANNA, [seen("2", "restore", {"label": "a"})]).acked == ("2",)
    assert annotate(project, BEN, [seen("3", "restore", None)]).acked == ("3",)  # it is there: nothing to do
    assert marks(project)["m1"].label == "a"
    assert len(project.record.history(Annotation, "m1")) == 3


def test_what_somebody_else_changed_is_neither_deleted_nor_put_back_unseen(project: Project) -> None:
    annotate(project, ANNA, [operation("0", label="a"), operation("1", "edit", 1, label="b")])
    assert "at version 2" in annotate(project, BEN, [seen("2", "delete", {"label": "a"})]).refused[0][1]
    annotate(project, ANNA, [operation("3", "delete", 3)])
    assert annotate(project, BEN, [seen("4", "restore", {"label": "a"})]).acked == ()
    never = annotate(project, BEN, [seen("5", "restore", None, id="nothing")])
    assert "never was there" in never.refused[0][1]
    assert "not an object" in annotate(project, BEN, [operation("6", id="m6") | {"was": 1}]).refused[0][1]
    assert marks(project) == {}


def test_a_copy_names_the_mark_that_it_was_made_from(project: Project) -> None:
    annotate(project, ANNA, [operation("0"), operation("1", seq=1, id="m2", copied_from="m1")])
    assert marks(project)["m2"].copied_from == "m1"
    for origin in ("nobody", "../etc", 7):
        done = annotate(project, ANNA, [operation(f"x{origin}"[:2], id="m3", copied_from=origin)])
        assert "to copy from" in done.refused[0][1]


# -- states as operations ------------------------------------------------------------------------------------------


def once(project: Project, op: str, state: str | None, seen: str | None = None, **more: Any) -> str:
    place = {"site": "arch", "capture": SHOT, "target": "gantry"}
    return observe_once(project, ANNA, op, **(place | more), state=state, seen=seen)


def states(project: Project) -> list[str]:
    return [one.state.value for one in project.observations()]


def test_a_state_that_arrives_again_does_not_fight_a_newer_one(project: Project) -> None:
    assert once(project, "1", "present", "") == ""
    assert once(project, "2", "absent", "present") == ""
    assert once(project, "1", "present", "") == ""
    assert states(project) == ["absent"]
    refused = once(project, "3", "uncertain", "present")
    assert "you said 'absent' there meanwhile" in refused
    assert once(project, "3", "uncertain", "absent") == refused  # judged once
    assert once(project, "4", "absent", "") == ""  # the same is no quarrel
    assert once(project, "5", "obscured") == ""  # nothing was said of what was seen
    assert states(project) == ["obscured"]


def test_a_state_is_taken_back(project: Project) -> None:
    assert once(project, "0", None, "") == ""  # nothing was there
    once(project, "1", "present", "")
    assert once(project, "2", None, "present") == ""
    assert states(project) == []
    assert once(project, "3", "present", "") == ""
    assert states(project) == ["present"]


def test_a_state_that_cannot_be_taken_is_refused_once_in_a_sentence(project: Project) -> None:
    assert "not known" in once(project, "1", "gone")
    assert "too coarse" in once(project, "2", "absent", capture=COARSE)
    assert "No site" in once(project, "3", "present", site="elsewhere")
    revision = project.record.revision
    assert "not known" in once(project, "1", "present")
    assert project.record.revision == revision
    said = say(project)
    with project.record.write(Author("Lea", Role.LEAD), "approved") as transaction:
        transaction.put(replace(said, review=Review.APPROVED), 1)
    assert "approved" in once(project, "4", None, "present")
    assert "approved" in once(project, "5", "absent", "present")
    with pytest.raises(NotAllowed, match="Vera"):
        observe_once(project, VIEWER, "6", site="arch", capture=SHOT, target="gantry", state="present")
