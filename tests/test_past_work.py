"""Past work comes into the record: who said it, who brought it in, and nothing doubled or overwritten silently."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import Engine, event

from workflow.actions import ImportOptions, PastWorkReport, import_observations, observe, undo
from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed
from workflow.model import (
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

KIM = Author("Kim")
HERE = LonLat(125.7178, 38.9706)
GANTRY = Target("gantry", kind=TargetClass.GANTRY)
SHOT, LATER, COARSE, FAR, STILL, SAME_DAY = (letter * 16 for letter in "abcdef")
HEADING = "site,capture,state,note\n"


def capture(key: str, west: float, gsd_m: float, when: str, **fields: Any) -> Capture:
    ring = ((west, 38.9), (west + 0.1, 38.9), (west + 0.1, 39.0), (west, 39.0), (west, 38.9))
    first, _, last = when.partition("/")
    blank = Capture(
        id=key,
        sha256=key * 4,
        kind=CaptureKind.SATELLITE,
        file=f"scene-{key[0]}.tif",
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=DateSpan(date.fromisoformat(first), date.fromisoformat(last or first), Precision.RANGE),
        width_px=400,
        height_px=300,
        bands=3,
        crs="EPSG:4326",
        gsd_m=gsd_m,
        footprint=tuple(LonLat(lon, lat) for lon, lat in ring),
    )
    return replace(blank, **fields)


def fill(project: Project) -> None:
    arch = Site("arch", "Arch", aliases=("The gate",), position=Position(HERE), targets=(GANTRY,))
    two = (GANTRY, Target("mast", kind=TargetClass.MAST))
    bridge = Site("bridge", "Bridge", position=Position(LonLat(125.72, 38.98)), targets=two)
    still: dict[str, Any] = {
        "georeference": Georeference.NONE,
        "footprint": (),
        "crs": None,
        "gsd_m": None,
        "site": "nowhere",
    }
    things = [
        arch,
        bridge,
        Site("nowhere", "Nowhere", targets=(GANTRY,)),
        capture(SHOT, 125.65, 0.3, "2020-05-01"),
        capture(LATER, 125.65, 0.3, "2021-05-01/2021-06-30"),
        capture(COARSE, 125.65, 10.0, "2019-08-01"),
        capture(FAR, 10.0, 0.3, "2018-05-01"),
        replace(capture(STILL, 0, 1, "2020-07-01"), **still),
    ]
    with project.record.write(Author("Ann"), "a small project") as transaction:
        for thing in things:
            transaction.put(thing, 0)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        fill(opened)
        yield opened


Take = Callable[..., PastWorkReport]


@pytest.fixture
def take(project: Project, tmp_path: Path) -> Take:
    """Import a table: `take(text, reason=…)`."""

    def run(text: str | bytes, name: str = "old.csv", author: Author = KIM, **options: Any) -> PastWorkReport:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return import_observations(
            project, author, [path], ImportOptions(**{"reason": "survey of 2020", **options})
        )

    return run


def changes(report: PastWorkReport) -> list[str]:
    return [row.change for row in report.rows]


def refusal(report: PastWorkReport) -> str:
    (sentence,) = report.refused
    return sentence


def table(*lines: str, heading: str = HEADING) -> str:
    return heading + "".join(f"{line}\n" for line in lines)


# -- what a row becomes --------------------------------------------------------------------------------------


def test_a_row_becomes_a_draft_by_who_said_it_and_its_revision_says_who_brought_it_in(
    project: Project, take: Take
) -> None:
    report = take(
        table(
            "arch,scene-a.tif,present,beam,high,Lee,3 May 2020",
            heading="site,capture,state,note,confidence,author,stated\n",
        )
    )
    (row,) = report.rows
    (said,) = project.observations()
    assert (row.change, row.row, row.id, row.reason) == ("added", 2, said.id, "")
    assert (said.site, said.target, said.capture, said.author) == ("arch", "gantry", SHOT, "Lee")
    assert (said.state, said.confidence, said.note) == (State.PRESENT, Confidence.HIGH, "beam")
    assert (said.stated, said.review, said.blind) == ("2020-05-03", Review.DRAFT, False)
    (revision,) = project.record.history(Observation, said.id)
    assert (revision.author, revision.role, revision.declared) == ("Kim", "analyst", True)
    assert revision.reason == "survey of 2020 (import of old.csv)"


def test_what_rows_leave_out_comes_from_the_options(project: Project, take: Take) -> None:
    take(table("arch,scene-a.tif,present,"), said_by="Lee", stated="2020-05-03")
    take(table("arch,scene-b.tif,present,"))
    first, second = project.observations()
    assert (first.author, first.stated, first.confidence) == ("Lee", "2020-05-03", Confidence.MODERATE)
    assert (second.author, second.stated) == ("Kim", "")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Present", State.PRESENT),
        ("y", State.PRESENT),
        ("YES", State.PRESENT),
        ("1", State.PRESENT),
        ("n", State.ABSENT),
        ("no", State.ABSENT),
        ("0", State.ABSENT),
        ("absent", State.ABSENT),
        ("?", State.UNCERTAIN),
        ("obscured", State.OBSCURED),
        ("insufficient", State.INSUFFICIENT),
    ],
)
def test_states_in_their_usual_spellings(project: Project, take: Take, text: str, state: State) -> None:
    take(table(f"arch,scene-a.tif,{text},"))
    assert [said.state for said in project.observations()] == [state]


@pytest.mark.parametrize("site", ["arch", "Arch", "The gate", " arch "])
def test_a_site_goes_by_id_name_or_alias(project: Project, take: Take, site: str) -> None:
    assert changes(take(table(f"{site},scene-a.tif,y,"))) == ["added"]


@pytest.mark.parametrize("name", [SHOT, "aaaa", "AAAAA", "scene-a.tif"])
def test_a_capture_goes_by_id_prefix_or_file(project: Project, take: Take, name: str) -> None:
    take(table(f"arch,{name},y,"))
    assert [said.capture for said in project.observations()] == [SHOT]


@pytest.mark.parametrize(
    ("when", "key"),
    [
        ("2020-05-01", SHOT),
        ("1 May 2020", SHOT),
        ("2020", SHOT),
        ("June 2021", LATER),
        ("2021-06-01", LATER),
        ("by 2019", COARSE),
    ],
)
def test_a_date_finds_the_one_capture_that_shows_the_site(
    project: Project, take: Take, when: str, key: str
) -> None:
    report = take(table(f"arch,{when},y", heading="site,date,state\n"))
    assert report.refused == ()
    assert [said.capture for said in project.observations()] == [key]


def test_the_same_date_goes_before_one_that_overlaps(project: Project, take: Take) -> None:
    with project.record.write(KIM, "two more") as transaction:
        transaction.put(capture(SAME_DAY, 125.65, 0.3, "2020-01-01/2020-12-31"), 0)
    take(table("arch,2020-05-01,y", heading="site,date,state\n"))
    assert [said.capture for said in project.observations()] == [SHOT]
    sentence = refusal(take(table("arch,May 2020,y", heading="site,date,state\n")))
    assert f"{SHOT} scene-a.tif" in sentence
    assert f"{SAME_DAY} scene-f.tif" in sentence


def test_a_site_without_position_has_its_own_captures(project: Project, take: Take) -> None:
    assert changes(take(table("Nowhere,July 2020,y", heading="site,date,state\n"))) == ["added"]
    assert [said.capture for said in project.observations()] == [STILL]


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"site": "march"}, "site", "'march': no site has that id or name"),
        ({"site": ""}, "site", "is not stated"),
        ({"site": "bridge"}, "target", "site bridge has gantry, mast; write one of them"),
        ({"target": "pole"}, "target", "No target of site arch 'pole'"),
        ({"capture": "scene-x.tif"}, "capture", "'scene-x.tif': no capture in use has that id or file name"),
        ({"capture": "aaa"}, "capture", "'aaa': no capture in use"),
        ({"capture": "scene-d.tif"}, "capture", "it does not show site arch"),
        ({"capture": ""}, "date", "the capture: is not stated"),
        ({"date": "2017"}, "capture", "its date is 1 May 2020, not '2017'"),
        ({"capture": "", "date": "2017"}, "date", f"those that show it are {COARSE} scene-c.tif"),
        ({"capture": "", "date": "03/04/2020"}, "date", "it can be read as"),
        ({"capture": "", "date": "unknown"}, "date", "'unknown': is no date that finds a capture"),
        ({"state": "maybe"}, "state", "'maybe' is not known; use one of present, absent"),
        ({"state": ""}, "state", "'' is not known"),
        ({"state": "n", "capture": "scene-c.tif"}, "state", "too coarse to show that a gantry is absent"),
        ({"confidence": "sure"}, "confidence", "'sure' is not known"),
        ({"author": "x" * 201}, "author", "has 201 characters"),
        ({"author": "a\x07"}, "author", "control character U+0007"),
        ({"stated": "2020"}, "stated", "it is not one day"),
        ({"stated": "soon"}, "stated", "date 'soon'"),
        ({"note": "x" * 4001}, "note", "has 4001 characters"),
        ({"note": "nul\0"}, "note", "control character U+0000"),
    ],
)
def test_a_refusal_names_row_column_value_and_what_to_do(
    project: Project, take: Take, cells: dict[str, str], column: str, says: str
) -> None:
    good = {"site": "arch", "target": "", "capture": "scene-a.tif", "date": "", "state": "y"}
    good |= {"confidence": "", "note": "", "author": "", "stated": ""}
    lines = [",".join(row.values()) for row in (good | cells, good)]
    report = take(table(*lines, heading=",".join(good) + "\n"))
    assert changes(report) == ["refused", "added"]
    assert refusal(report).startswith(f"old.csv, row 2, {column}: ")
    assert says in refusal(report)
    assert refusal(report).endswith(".") or "did you mean" in refusal(report)
    assert len(project.observations()) == 1


def test_an_ambiguous_name_lists_what_it_fits(project: Project, take: Take) -> None:
    with project.record.write(KIM, "more") as transaction:
        transaction.put(Site("arch-two", "Arch", targets=(GANTRY,)), 0)
        transaction.put(capture("aaaa" + "0" * 12, 125.65, 0.3, "2022-01-01", file="scene-a.tif"), 0)
    assert "fits 2 sites (arch, arch-two)" in refusal(take(table("Arch,scene-b.tif,y,")))
    assert "fits 2 captures" in refusal(take(table("arch,scene-a.tif,y,")))
    assert "fits 2 captures" in refusal(take(table("arch,aaaa,y,")))


def test_an_absence_on_a_coarse_capture_needs_a_note_as_in_observe(project: Project, take: Take) -> None:
    assert changes(take(table("arch,scene-c.tif,n,no shadow either"))) == ["added"]


def test_a_viewer_may_not_import(take: Take) -> None:
    with pytest.raises(NotAllowed):
        take(table("arch,scene-a.tif,y,"), author=Author("Vera", Role.VIEWER))


def test_without_a_reason_nothing_is_written_unless_every_row_has_one(project: Project, take: Take) -> None:
    with_reason = "site,capture,state,reason\n"
    with pytest.raises(InputRefused, match=r"old\.csv, row 3 has none; say with --reason"):
        take(table("arch,scene-a.tif,y,checked", "arch,scene-b.tif,y,", heading=with_reason), reason=" ")
    assert project.observations() == ()
    take(table("arch,scene-a.tif,y,one", "arch,scene-b.tif,y,two", heading=with_reason), reason="")
    reasons = [project.record.history(Observation, said.id)[0].reason for said in project.observations()]
    assert reasons == ["one (import of old.csv)", "two (import of old.csv)"]


@pytest.mark.parametrize("options", [{"said_by": "a\nb\0"}, {"said_by": ""}, {"stated": "2020"}])
def test_an_option_that_is_wrong_is_refused_before_anything_is_read(
    project: Project, take: Take, options: dict[str, str]
) -> None:
    with pytest.raises(InputRefused):
        take(table("arch,scene-a.tif,y,"), **options)
    assert project.observations() == ()


# -- nothing doubled, nothing overwritten silently -----------------------------------------------------------


def test_the_same_file_again_makes_no_revision(project: Project, take: Take) -> None:
    text = table("arch,scene-a.tif,y,beam", "arch,scene-b.tif,n,")
    take(text, stated="2020-05-03")
    revision = project.record.revision
    assert changes(take(text, stated="2020-05-03")) == ["unchanged", "unchanged"]
    assert changes(take(text, stated="2020-05-03", replace=True)) == ["unchanged", "unchanged"]
    assert changes(take(text)) == ["unchanged", "unchanged"]
    assert project.record.revision == revision


def test_equal_rows_are_one_statement(project: Project, take: Take) -> None:
    assert changes(take(table("arch,scene-a.tif,y,", "Arch,aaaa,1,"))) == ["added", "unchanged"]
    assert len(project.observations()) == 1


def test_rows_that_contradict_each_other_are_all_refused_and_name_each_other(
    project: Project, take: Take
) -> None:
    report = take(table("arch,scene-a.tif,y,", "arch,scene-b.tif,y,", "Arch,aaaa,n,"))
    assert changes(report) == ["refused", "added", "refused"]
    first, second = report.refused
    assert first.startswith("old.csv, row 2, state: says 'present', but old.csv, row 4 says 'absent'")
    assert second.startswith("old.csv, row 4, state: says 'absent', but old.csv, row 2 says 'present'")
    assert [said.capture for said in project.observations()] == [LATER]


def test_another_authors_statement_is_one_of_its_own(project: Project, take: Take) -> None:
    observe(project, Author("Lee"), site="arch", capture=SHOT, state="absent")
    assert changes(take(table("arch,scene-a.tif,y,"))) == ["added"]
    assert {said.author: said.state for said in project.observations()} == {
        "Lee": State.ABSENT,
        "Kim": State.PRESENT,
    }


def test_what_the_same_author_said_here_wins_until_told_otherwise(project: Project, take: Take) -> None:
    said = observe(project, KIM, site="arch", capture=SHOT, state="absent", note="I looked twice")
    text = table("arch,scene-a.tif,y,")
    sentence = refusal(take(text, stated="2020-05-03"))
    assert "old.csv, row 2, state: says 'present', the record has 'absent' of Kim, said here" in sentence
    assert "--replace" in sentence
    assert project.observations() == (said,)
    assert changes(take(text, stated="2020-05-03", replace=True)) == ["updated"]
    assert [one.version for one in project.record.history(Observation, said.id)] == [1, 2]


def test_the_same_said_here_is_already_so(project: Project, take: Take) -> None:
    observe(project, KIM, site="arch", capture=SHOT, state="present")
    revision = project.record.revision
    assert changes(take(table("arch,scene-a.tif,y,"), stated="2020-05-03")) == ["unchanged"]
    assert project.record.revision == revision


def test_a_corrected_file_updates_what_it_said_before_but_no_later_statement(
    project: Project, take: Take
) -> None:
    take(table("arch,scene-a.tif,y,"), stated="2020-05-03")
    assert changes(take(table("arch,scene-a.tif,n,"), stated="2020-05-03")) == ["updated"]
    sentence = refusal(take(table("arch,scene-a.tif,y,"), stated="2019-01-01"))
    assert "stated later, on 2020-05-03" in sentence
    assert [said.state for said in project.observations()] == [State.ABSENT]


def test_what_was_taken_back_here_does_not_come_back_by_itself(project: Project, take: Take) -> None:
    text = table("arch,scene-a.tif,y,")
    take(text, stated="2020-05-03")
    (said,) = project.observations()
    undo(project, KIM, "observation", said.id, base_version=1, reason="wrong picture")
    assert "was taken back here" in refusal(take(text, stated="2020-05-03"))
    assert project.observations() == ()


@pytest.mark.parametrize("replace_it", [False, True])
def test_sealed_observations_are_refused_by_row(project: Project, take: Take, replace_it: bool) -> None:
    take(table("arch,scene-a.tif,y,"), stated="2020-05-03")
    (said,) = project.observations()
    with project.record.write(Author("Lea", Role.LEAD), "approved") as transaction:
        transaction.put(replace(said, review=Review.APPROVED), 1)
    report = take(
        table("arch,scene-a.tif,n,", "arch,scene-b.tif,y,"), stated="2020-05-03", replace=replace_it
    )
    assert changes(report) == ["refused", "added"]
    assert "which is approved; have it reopened first" in refusal(report)
    assert changes(take(table("arch,scene-a.tif,y,"), stated="2020-05-03")) == ["unchanged"]


def test_what_somebody_writes_while_the_file_is_compared_is_not_overwritten(
    project: Project, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, raced = project.record.write, []

    def late(*arguments: Any) -> Any:
        if not raced:
            raced.append(True)
            observe(project, KIM, site="arch", capture=SHOT, state="absent")
        return write(*arguments)

    monkeypatch.setattr(project.record, "write", late)
    report = take(table("arch,scene-a.tif,y,", "arch,scene-b.tif,y,"))
    assert changes(report) == ["refused", "added"]
    assert "changed by somebody else meanwhile" in refusal(report)
    assert {said.capture: said.state for said in project.observations()} == {
        SHOT: State.ABSENT,
        LATER: State.PRESENT,
    }


def test_a_dry_run_says_the_same_and_writes_nothing(project: Project, take: Take) -> None:
    text = table("arch,scene-a.tif,y,", "arch,scene-a.tif,n,", "arch,scene-b.tif,y,", "x,scene-b.tif,y,")
    revision = project.record.revision
    dry = take(text, dry_run=True)
    assert project.record.revision == revision
    assert take(text) == dry
    assert project.record.revision == revision + 1


# -- other formats -------------------------------------------------------------------------------------------


def test_a_sheet_and_a_table_of_the_same_give_the_same(project: Project, take: Take, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Site", "Date", "State", "Stated"], ["arch", date(2020, 5, 1), 1, date(2020, 5, 3)]):
        sheet.append(row)
    book.save(tmp_path / "made.xlsx")
    assert changes(take((tmp_path / "made.xlsx").read_bytes(), "old.xlsx")) == ["added"]
    assert [said.stated for said in project.observations()] == ["2020-05-03"]
    assert changes(take(table("arch,aaaa,y,2020-05-03", heading="site,capture,state,stated\n"))) == [
        "unchanged"
    ]


def placemark(name: str, point: str, **values: str) -> str:
    data = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in values.items())
    where = f"<Point><coordinates>{point}</coordinates></Point>" if point else ""
    return f"<Placemark><name>{name}</name>{where}<ExtendedData>{data}</ExtendedData></Placemark>"


def test_a_placemark_is_at_the_site_it_names_else_where_its_point_lies(project: Project, take: Take) -> None:
    body = (
        "<kml>"
        + placemark("The gate", "", state="y", capture="scene-a.tif")
        + placemark("A note of mine", "125.7179,38.9707", state="n", capture="scene-b.tif")
        + placemark("Far off", "10,10", state="y", capture="scene-b.tif")
        + placemark("Nothing", "", state="y", capture="scene-b.tif")
        + "</kml>"
    )
    report = take(body.replace("<kml>", "<kml><Document>").replace("</kml>", "</Document></kml>"), "old.kml")
    assert [(row.row, row.change, row.site) for row in report.rows] == [
        (1, "added", "arch"),
        (2, "added", "arch"),
        (3, "refused", None),
        (4, "refused", None),
    ]
    assert report.refused[0].startswith("old.kml, placemark 3 (Far off), site: the point: lies in the watch")
    assert "write its id or name" in report.refused[1]


def test_a_point_within_two_watch_radii_is_refused(project: Project, take: Take) -> None:
    with project.record.write(KIM, "more") as transaction:
        transaction.put(Site("arch-two", "Twin", position=Position(HERE), targets=(GANTRY,)), 0)
    body = f"<kml>{placemark('x', '125.7179,38.9707', state='y', capture='scene-a.tif')}</kml>"
    assert "2 sites (arch, arch-two)" in refusal(take(body, "old.kml"))


# -- hostile files and speed ---------------------------------------------------------------------------------


CELLS = st.one_of(
    st.sampled_from(["arch", "Arch", "bridge", "gantry", "scene-a.tif", "aaaa", "y", "absent", "2020", ""]),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=6))
def test_any_cells_are_taken_or_refused_by_row(take: Take, rows: list[list[str]]) -> None:
    heading = "site,target,capture,date,state,note,author,stated\n"
    text = heading + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    report = take(text.encode("utf-8", "surrogatepass"), dry_run=True)
    assert {row.change for row in report.rows} <= {"added", "unchanged", "refused"}
    assert all((row.change == "refused") == bool(row.reason) for row in report.rows)


def statements(action: Callable[[], object]) -> int:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(found)


def test_the_statements_of_an_import_grow_only_with_what_is_written(project: Project, take: Take) -> None:
    def text(count: int) -> str:
        heading = "site,capture,state,author\n"
        return table(*(f"arch,scene-a.tif,y,author {n}" for n in range(count)), heading=heading)

    take(text(1), dry_run=True)  # sites are decoded once
    assert statements(lambda: take(text(2), dry_run=True)) == statements(lambda: take(text(50), dry_run=True))
    few, many = statements(lambda: take(text(10))), statements(lambda: take(text(50)))
    assert many - few == 30 * 3  # each is looked at once, and is a head and a revision; 10 are there already
    assert statements(lambda: take(text(50))) <= few - 10 * 3


# -- the command ---------------------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def test_the_command_imports_names_what_it_refused_and_lists(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.csv"
    file.write_text(table("arch,scene-a.tif,y,beam", "arch,scene-a.tif,maybe,", heading=HEADING))
    where = ("--project", project.root)
    arguments = ("observations", "import", file, "--reason", "survey", "--author", "Kim", *where)
    assert run(*arguments, "--dry-run") == 1
    assert "1 added, 0 updated, 0 unchanged, 1 refused (nothing was written)" in capsys.readouterr().out
    assert run(*arguments, "--stated", "2020-05-03") == 1
    shown = capsys.readouterr()
    assert "1 added, 0 updated, 0 unchanged, 1 refused." in shown.out
    assert "old.csv, row 3, state: the state: 'maybe' is not known" in shown.err
    assert run(*arguments, "--json") == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["row"], row["change"], row["file"]) for row in rows] == [
        (2, "unchanged", "old.csv"),
        (3, "refused", "old.csv"),
    ]
    assert (rows[1]["id"], rows[1]["state"], rows[1]["site"]) == (None, "maybe", "arch")
    assert run("observations", "list", "--json", "--site", "arch", *where) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert said["id"] == rows[0]["id"]
    assert (said["file"], said["earliest"], said["latest"]) == ("scene-a.tif", "2020-05-01", "2020-05-01")
    assert (said["state"], said["author"], said["stated"], said["version"]) == (
        "present",
        "Kim",
        "2020-05-03",
        1,
    )
    assert run("observations", "list", *where) == 0
    assert "scene-a.tif" in capsys.readouterr().out
    assert run("observations", "list", "--site", "bridge", *where) == 0
    assert "No observations yet" in capsys.readouterr().out
    assert run("observations", "list", "--site", "none", *where) == 2


def test_the_command_says_what_is_wrong_with_its_options(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.csv"
    file.write_text(table("arch,scene-a.tif,y,"))
    assert run("observations", "import", file, "--project", project.root, "--author", "Kim") == 1
    assert "--reason" in capsys.readouterr().err
    assert project.observations() == ()
