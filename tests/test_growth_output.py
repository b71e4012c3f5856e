"""Growth as rows, a sentence, a list, a chart and a table; areas; sites that were not seen of late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from store_sample import box, capture

from workflow.cli import main
from workflow.errors import InputRefused, UnknownName
from workflow.exporters.charts import to_png, to_svg
from workflow.fonts import fonts_dir, load_fonts
from workflow.growthchart import Mark, chart, edges_of
from workflow.model import (
    Author,
    Event,
    Evidence,
    LonLat,
    Observation,
    Position,
    Site,
    State,
    Subset,
    Target,
    TargetClass,
)
from workflow.project import Project, init_project
from workflow.publish.growth import check_growth_output, csv_of, write_growth
from workflow.readmodels import growth
from workflow.readmodels.coverage import unseen_since
from workflow.register.areas import area_of
from workflow.timespan import parse_span

KIM = Author("kim")
GATE, MAST, LOST = "gate", "mast", "lost"


def shot(key: str, when: str, **more: Any):
    values: dict[str, Any] = {"gsd_m": 0.5, "crs": "EPSG:32651", **more}
    return replace(capture(key * 16, box(125, 38, 126, 39)), acquired=parse_span(when), **values)


def said(site: str, target: str, key: str, state: State) -> Observation:
    return Observation(f"{site}-{target}-{key}", site, target, key * 16, "kim", state)


def place(lon: float) -> Position:
    return Position(LonLat(lon, 38.5))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    printed = Evidence("by 2019", parse_span("by 2019"), "eye", Event.APPEARED, source="=Report", page="31")
    gantry, eye = Target("gantry", kind=TargetClass.GANTRY), Target("eye", kind=TargetClass.CAMERA)
    with (
        Project.open(init_project(tmp_path / "project")) as opened,
        opened.record.write(KIM, "x") as transaction,
    ):
        for thing in (
            Site(GATE, "Gate", category="Gantry", road="A", position=place(125.2), targets=(gantry,)),
            Site(MAST, "Mast", category="gantry", road="B", position=place(125.8), targets=(gantry,)),
            Site(LOST, "Lost", category="camera", targets=(eye,), evidence=(printed,)),
            *(
                shot(key, when)
                for key, when in {"a": "2018-05-01", "b": "2020-05-01", "c": "2022-05-01"}.items()
            ),
            said(GATE, "gantry", "a", State.ABSENT),
            said(GATE, "gantry", "b", State.PRESENT),
            said(GATE, "gantry", "c", State.PRESENT),
            said(MAST, "gantry", "a", State.PRESENT),
            said(MAST, "gantry", "c", State.ABSENT),
        ):
            transaction.put(thing, 0)
    with Project.open(tmp_path / "project") as opened:
        yield opened


def run(project: Project, *arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["growth", *arguments, "--project", str(project.root)])
    return int(left.value.code or 0)


def on(project: Project, day: str, **more: Any) -> tuple[int, int]:
    (row,) = growth.growth(project, [date.fromisoformat(day)], **more)
    return row["at_least"], row["at_most"]


# -- rows ----------------------------------------------------------------------------------------------------


def test_a_row_says_what_stood_and_what_rests_on_publications(project: Project) -> None:
    (row,) = growth.growth(project, [date(2021, 1, 1)], series=growth.STANDING)
    assert row == {
        "day": "2021-01-01",
        "at_least": 1,
        "at_most": 3,
        "synthetic": False,
        "published": 1,
        "published_at_least": 0,
        "assumed": 3,
        "turnbull": None,
        "group": None,
    }
    assert growth.sentence(row, growth.STANDING) == (
        "At least 1 target stood on 1 January 2021, at most 3; "
        "3 if what appeared stays until it is shown gone (an assumption)."
    )


@pytest.mark.parametrize(
    ("subset", "counts"),
    [
        (Subset(), (3, 3)),
        (Subset(category="GANTRY"), (2, 2)),
        (Subset(road="b"), (1, 1)),
        (Subset(kind="camera"), (1, 1)),
        (Subset(area=area_of("125,38,125.5,39")), (1, 1)),
        (Subset(area=area_of("125,38,125.5,39"), kind="camera"), (0, 0)),
    ],
)
def test_a_subset_is_counted_alone(project: Project, subset: Subset, counts: tuple[int, int]) -> None:
    assert on(project, "2021-01-01", subset=subset) == counts


def test_approved_takes_no_publications_and_no_drafts(project: Project) -> None:
    assert on(project, "2021-01-01", approved=True) == (0, 0)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("category", {"Gantry": 2, "camera": 1}),
        ("road", {"": 1, "A": 1, "B": 1}),
        ("kind", {"camera": 1, "gantry": 2}),
    ],
)
def test_groups_have_the_same_days_and_add_up(project: Project, by: str, groups: dict[str, int]) -> None:
    whole, rows = growth.growth(project), growth.growth(project, by=by)
    assert {row["group"]: row["at_least"] for row in growth.last_rows(rows)} == groups
    for row in whole:
        same = [one for one in rows if one["day"] == row["day"]]
        assert sum(one["at_least"] for one in same) == row["at_least"]
        assert sum(one["at_most"] for one in same) == row["at_most"]


def test_every_count_has_its_targets(project: Project) -> None:
    rows = growth.counted(project, date(2021, 1, 1), series=growth.STANDING)
    assert [(row["site"], row["counts"], row["phrase"]) for row in rows] == [
        (GATE, "certainly", "appeared between 1 May 2018 and 1 May 2020"),
        (LOST, "assumed", "appeared by 2019"),
        (MAST, "assumed", "appeared by 1 May 2018; removed between 1 May 2018 and 1 May 2022"),
    ]
    assert rows[1]["witnesses"] == ["=Report, p. 31"]
    assert rows[1]["source"] == "publication"
    assert rows[2]["witnesses"] == ["a" * 16, "c" * 16]
    assert rows[0]["doubts"] == ["unreviewed"]


def test_turnbull_is_of_what_appeared(project: Project) -> None:
    with pytest.raises(InputRefused, match="not of what stands"):
        growth.growth(project, series=growth.STANDING, turnbull=True)


@pytest.mark.parametrize(
    ("least", "published", "words"),
    [
        (3, 0, ""),
        (3, 1, " Of the 3, 1 rests on publications alone."),
        (3, 2, " Of the 3, 2 rest on publications alone."),
        (3, 3, " All 3 rest on publications alone."),
        (1, 1, " It rests on publications alone."),
    ],
)
def test_the_sentence_says_how_much_is_published(least: int, published: int, words: str) -> None:
    row = {"day": "2020-05-01", "at_least": least, "at_most": 4, "published_at_least": published}
    told = growth.sentence({**row, "synthetic": False, "group": None})
    assert told.split("at most 4.")[1] == words


@pytest.mark.parametrize("subset", [Subset(category="gantri"), Subset(road="C"), Subset(kind="fence")])
def test_a_name_that_no_site_has_is_refused(project: Project, subset: Subset) -> None:
    with pytest.raises(UnknownName):
        growth.check_subset(project, subset)


# -- areas ---------------------------------------------------------------------------------------------------


def test_a_box_over_the_date_line_has_two_parts() -> None:
    west, east = area_of("179,-10,-179,10")["coordinates"]  # type: ignore[misc]
    assert [west[0][0][0], east[0][1][0]] == [179.0, -179.0]


def test_an_area_is_read_of_a_file_of_any_kind(tmp_path: Path) -> None:
    ring = [[125, 38], [126, 38], [126, 39], [125, 39], [125, 38]]
    one = {"type": "Polygon", "coordinates": [ring]}
    two = {"type": "MultiPolygon", "coordinates": [[ring], [[[lon + 5, lat] for lon, lat in ring]]]}
    features = [{"type": "Feature", "properties": {}, "geometry": some} for some in (one, two, None)]
    files = {
        "p.geojson": (one, 1),
        "m.geojson": (two, 2),
        "f.geojson": (features[0], 1),
        "c.geojson": ({"type": "FeatureCollection", "features": features}, 3),
    }
    for name, (content, count) in files.items():
        (tmp_path / name).write_text(json.dumps(content), "utf-8")
        assert len(area_of(str(tmp_path / name))["coordinates"]) == count  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3,x", "no box and no file"),
        ("1,2,3,nan", "not"),
        ("125,39,126,38", "without an inside"),
        ("125,38,125,39", "without an inside"),
        ("125,38,126,99", "99"),
        ("nowhere.geojson", "cannot be opened"),
    ],
)
def test_what_is_no_area_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        area_of(text)


@pytest.mark.parametrize(
    "content",
    [
        '{"type": "Point", "coordinates": [1, 2]}',
        '{"type": "FeatureCollection", "features": [1]}',
        "no",
        "[]",
    ],
)
def test_a_file_without_a_polygon_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.geojson").write_text(content, "utf-8")
    with pytest.raises(InputRefused):
        area_of(str(tmp_path / "a.geojson"))


# -- files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def typefaces(skip_or_fail: Any) -> Any:
    if not (fonts_dir() / "NotoSansKR_400Regular.ttf").is_file():
        skip_or_fail("the typefaces were not built: install the project")
    return load_fonts()


MARKS = [
    Mark(date(2014, 1, 1), date(2014, 12, 31), 5, "five junctions, 평양"),
    Mark(None, date(2023, 12, 31), 42, "at least 42"),
]


def test_a_chart_is_the_same_bytes_each_time_and_says_what_it_shows(project: Project, typefaces: Any) -> None:
    rows = [
        {**row, "synthetic": True, "turnbull": 1.5} for row in growth.growth(project, series=growth.STANDING)
    ]
    drawn = chart(rows, growth.STANDING, MARKS, title="At least one")
    png, svg = to_png(drawn, typefaces), to_svg(drawn, typefaces).decode()
    again = chart(rows, growth.STANDING, MARKS, title="At least one")
    assert (to_png(again, typefaces), to_svg(again, typefaces).decode()) == (png, svg)
    assert png.startswith(b"\x89PNG")
    for words in (
        "At least one",
        "SYNTHETIC",
        "평양",
        "at least 42",
        "targets that stood",
        "assumed to stay",
    ):
        assert words in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")
    assert typefaces.name in svg


@pytest.mark.parametrize("letter", ["\x00", "\x01", "\x08", "\x1f", "\ud800", "\uffff"])
def test_what_xml_has_no_character_for_is_drawn_as_another(
    project: Project, typefaces: Any, letter: str
) -> None:
    marks = [replace(MARKS[0], label=f"five{letter}junctions")]
    drawn = chart(growth.growth(project), marks=marks, title=f"At{letter}least")
    svg = to_svg(drawn, typefaces).decode()
    ElementTree.fromstring(svg)
    assert "At\ufffdleast" in svg
    assert "five\ufffdjunctions" in svg
    assert to_png(drawn, typefaces).startswith(b"\x89PNG")


def test_a_chart_names_only_the_lines_it_has(project: Project) -> None:
    rows = growth.growth(project)
    text = json.dumps(chart(rows).to_dict())
    assert "of these on publications alone" in text
    assert "published number" not in text
    assert "assumed to stay" not in text
    assert "SYNTHETIC" not in text
    picture = growth.growth(project, subset=Subset(category="gantry"))
    assert "of these on publications alone" not in json.dumps(chart(picture).to_dict())


def test_a_step_is_drawn_on_its_day_and_lasts_to_the_end_of_the_axis(project: Project) -> None:
    told = chart(growth.growth(project)).to_dict()
    band = told["layer"][0]
    assert band["mark"]["interpolate"] == "step-after"
    assert told["datasets"][band["data"]["name"]][-1]["day"] == "2020-12-31"
    assert band["encoding"]["x"]["scale"] == {"type": "utc", "domain": ["2018-01-01", "2020-12-31"]}


def test_the_days_of_a_chart_are_whole_years_around_the_day_that_is_looked_at(project: Project) -> None:
    rows = growth.growth(project)
    assert edges_of(rows, on=date(2023, 3, 1)) == (date(2018, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize("parts", [[], ["--by", "kind"]])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".csv"])
def test_a_file_is_written_by_its_suffix(
    project: Project,
    tmp_path: Path,
    typefaces: Any,
    suffix: str,
    parts: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / f"growth{suffix}"
    assert run(project, "-o", str(out), *parts) == 0
    first = out.read_bytes()
    assert run(project, "-o", str(out), *parts) == 0
    assert out.read_bytes() == first
    assert "written" in capsys.readouterr().out


def test_a_table_guards_against_formulas(project: Project) -> None:
    text = csv_of(growth.counted(project, date(2021, 1, 1))).decode()
    assert text.startswith("site,target,counts,earliest,latest,phrase,witnesses,source,doubts,synthetic\n")
    assert '"\'=Report, p. 31"' in text
    assert csv_of([]) == b""


def test_what_cannot_be_written_is_refused(tmp_path: Path, project: Project) -> None:
    for name, is_chart in (("a.tif", True), ("a", True), ("a.png", False), ("no/a.png", True)):
        with pytest.raises(InputRefused):
            check_growth_output(tmp_path / name, chart=is_chart)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputRefused, match="is a folder"):
        check_growth_output(tmp_path / "folder.png", chart=True)
    with pytest.raises(InputRefused, match="cannot be written"):
        write_growth(tmp_path / "no" / "a.csv", growth.growth(project))
    with pytest.raises(InputRefused, match="nothing to show"):
        write_growth(tmp_path / "a.png", [])


# -- the command -------------------------------------------------------------------------------------------


def test_a_day_and_its_targets_are_printed(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "--on", "2021", "--standing", "--list", "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == growth.counted(project, date(2021, 12, 31), series=growth.STANDING)
    assert printed.err.startswith("At least 1 target stood at the end of 2021, at most 3; 3 if")


def test_a_table_leaves_out_columns_without_values(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project) == 0
    assert "turnbull" not in capsys.readouterr().out
    assert run(project, "--area", "1,1,2,2") == 0
    assert "No dates yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--list", "--by", "kind"],
        ["--area", "1,2,3"],
        ["--kind", "gantri"],
        ["--by", "area"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    project: Project, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, *arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


# -- sites that were not seen of late ----------------------------------------------------------------------


def unseen(project: Project, months: int, today: str) -> dict[str, str | None]:
    return {row["site"]: row["last"] for row in unseen_since(project, months, date.fromisoformat(today))}


def put(project: Project, *things: Any) -> None:
    with project.record.write(KIM, "for a test") as transaction:
        for thing in things:
            transaction.put(thing, 0)


def test_a_site_without_a_picture_of_late_is_named_with_its_last_one(project: Project) -> None:
    assert unseen(project, 12, "2023-05-01") == {LOST: None}
    assert list(unseen(project, 12, "2023-05-02").items()) == [
        (LOST, None),
        (GATE, "2022-05-01"),
        (MAST, "2022-05-01"),
    ]


def test_months_end_where_a_month_is_short(project: Project) -> None:
    put(project, shot("d", "2023-02-28"))
    assert LOST in unseen(project, 1, "2023-03-31")
    assert GATE not in unseen(project, 1, "2023-03-31")
    assert unseen(project, 60_000, "2023-03-31") == {LOST: None}


@pytest.mark.parametrize(
    ("more", "when", "is_usable"),
    [
        ({}, "2024-05-01", True),
        ({"gsd_m": 10.0}, "2024-05-01", False),
        ({"gsd_m": None}, "2024-05-01", True),
        ({}, "unknown", False),
        ({}, "by 2024", False),
    ],
)
def test_a_new_picture_counts_if_it_is_dated_and_fine_enough(
    project: Project, more: dict[str, Any], when: str, is_usable: bool
) -> None:
    put(project, shot("d", when, **more))
    assert (GATE not in unseen(project, 12, "2024-06-01")) is is_usable


@pytest.mark.parametrize(("state", "is_usable"), [(State.OBSCURED, False), (State.ABSENT, True)])
def test_a_picture_in_which_nothing_can_be_told_does_not_count(
    project: Project, state: State, is_usable: bool
) -> None:
    put(project, shot("d", "2024-05-01"), said(GATE, "gantry", "d", state))
    assert (GATE not in unseen(project, 12, "2024-06-01")) is is_usable
    assert MAST not in unseen(project, 12, "2024-06-01")


def test_a_picture_that_was_assigned_counts_without_a_place(project: Project) -> None:
    put(
        project,
        replace(shot("d", "2024-05-01"), footprint=(), crs=None, gsd_m=None, site=LOST),
    )
    assert LOST not in unseen(project, 12, "2024-06-01")
