"""Statements of publications that belong to no site: read from a register, taken into the record, one way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from workflow.actions import import_sites, withdraw_claim
from workflow.growthchart import marks_of
from workflow.model import Author, Claim, Role
from workflow.project import Project, init_project
from workflow.readmodels import claims
from workflow.register import read_sites, sites_of

ROOT = Path(__file__).resolve().parents[1]
LEAD = Author("Lena", Role.LEAD)
SAID = {"id": "many", "wording": "“At least 42” of them.", "source": "A report"}


def register(*statements: object, **members: object) -> bytes:
    return json.dumps(
        {"type": "FeatureCollection", "features": [], "statements": list(statements), **members}
    ).encode()


@pytest.fixture
def project_with(tmp_path: Path) -> Callable[..., Path]:
    """A project folder whose register file holds these statements, written again at each call."""
    root = init_project(tmp_path / "project")

    def write(*statements: object) -> Path:
        (root / "sites.geojson").write_bytes(register(*statements))
        return root

    return write


def held(root: Path) -> dict[str, Claim]:
    with Project.open(root, "") as project:
        return {row.value.id: row.value for row in project.record.rows(Claim)}


def revisions(root: Path) -> int:
    with Project.open(root, "") as project:
        return project.record.revision


# -- the sample ----------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A project that has the sample register and nothing else."""
    root = tmp_path / "clone"
    (root / "imagery").mkdir(parents=True)
    (root / "sites.geojson").write_bytes((ROOT / "sites.geojson").read_bytes())
    return root


def test_a_fresh_project_holds_the_three_rival_statements_side_by_side(fresh: Path) -> None:
    with Project.open(fresh, "") as project:
        rows = [row for row in claims.ledger(project) if row["topic"] == "first-cameras"]
    assert [(row["frozen"], row["earliest"], row["latest"]) for row in rows] == [
        ("in 2014", "2014-01-01", "2014-12-31"),
        ("around 2016", "2015-01-01", "2017-12-31"),
        ("around 10 years ago", "2013-01-01", "2015-12-31"),
    ]
    assert all(len(row["rivals"]) == 2 and row["status"] == "not derived" for row in rows)
    assert {sentence for row in rows for sentence in row["clashes"]} == {
        "chapter 5 (in 2014) and key findings (around 2016) share no day."
    }


def test_a_fresh_project_has_the_reports_counts_as_marks_and_in_no_count(fresh: Path) -> None:
    with Project.open(fresh, "") as project:
        marks = claims.published_marks(project)
        sites = project.sites()
    assert [(mark["day_first"], mark["day_last"], mark["number"], mark["label"]) for mark in marks] == [
        ("2014-01-01", "2014-12-31", 5, "5 junctions near Kim Il Sung Square, in 2014"),
        (None, "2019-12-31", 42, "at least 42 intersections in the capital, by the end of 2019"),
        (None, "2024-04-30", 20, "at least 20 locations away from junctions, by April 2024"),
    ]
    assert len(sites) == 9


def test_the_reports_counts_are_marks_of_the_chart(fresh: Path) -> None:
    with Project.open(fresh, "") as project:
        marks = marks_of([*claims.published_marks(project), {"day_first": "2019-01-01", "day_last": None}])
    assert [(mark.first, mark.last.year, mark.number) for mark in marks] == [
        (date(2014, 1, 1), 2014, 5),
        (None, 2019, 42),
        (None, 2024, 20),
    ]


def test_no_wording_of_the_report_stands_in_code() -> None:
    stated = json.loads((ROOT / "sites.geojson").read_text("utf-8"))["statements"]
    words = {one["wording"] for one in stated} | {one["what"] for one in stated if "what" in one}
    code = [path for part in ("workflow", "dashboard") for path in (ROOT / part).rglob("*.py")]
    texts = {path: path.read_text("utf-8") for path in code}
    assert [(path.name, one) for one in words for path, text in texts.items() if one in text] == []


# -- reading -------------------------------------------------------------------------------------------------


def test_every_property_is_read() -> None:
    stated = {
        **SAID,
        "topic": "counts",
        "number": 42,
        "what": "crossings",
        "when": "by the end of 2019",
        "page": "p. 7",
        "note": "n",
    }
    (one,) = sites_of("sites.geojson", register(stated)).statements
    assert (one.id, one.sentence, one.topic, one.page, one.note) == (
        "many",
        SAID["wording"],
        "counts",
        "p. 7",
        "n",
    )
    assert one.query["bound"] == "at least"
    assert (one.query["number"], one.query["what"]) == (42, "crossings")
    assert one.query["when"]["latest"] == "2019-12-31"  # type: ignore[index]
    assert (one.as_of, one.chain, one.result) == ("", 0, {})


def test_a_statement_without_an_id_has_one_that_follows_from_its_words() -> None:
    bare = {name: SAID[name] for name in ("wording", "source")}
    first, again = (sites_of("a.geojson", register(bare)).statements[0].id for _ in range(2))
    assert first == again
    assert first.startswith("statement-")
    assert sites_of("a.geojson", register({**bare, "page": "7"})).statements[0].id != first


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ("text", "statement: is no object"),
        ({"source": "A"}, "wording: is empty"),
        ({"wording": "A"}, "source: is empty"),
        ({**SAID, "number": 1.5}, "number: 1.5 is no count"),
        ({**SAID, "number": -1}, "number: -1 is no count"),
        ({**SAID, "number": "many"}, "number: many is not a finite number"),
        ({**SAID, "when": "31 February 2020"}, "31 February 2020"),
        ({**SAID, "when": {"earliest": 3}}, "when: is not a date span"),
        ({**SAID, "topic": "First cameras"}, "topic: 'First cameras' is not lower-case"),
        ({**SAID, "id": "Many"}, "id: 'Many' is not lower-case"),
    ],
)
def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(stated: object, problem: str) -> None:
    reading = sites_of("a.geojson", register(stated, SAID))
    (refused,) = reading.refused
    assert "a.geojson, statement 1" in str(refused)
    assert problem in str(refused)
    assert [one.id for one in reading.statements] == ["many"]


def test_an_id_that_comes_twice_is_refused() -> None:
    reading = sites_of("a.geojson", register(SAID, SAID))
    assert len(reading.statements) == 1
    assert "statement 2: id: 'many' is that of an earlier statement" in str(reading.refused[0])


def test_statements_that_are_no_list_are_refused() -> None:
    (refused,) = sites_of("a.geojson", register(statements={})).refused
    assert "a.geojson, statements: is no list of statements" in str(refused)


def test_a_register_without_statements_has_none() -> None:
    assert sites_of("a.geojson", b'{"type": "FeatureCollection", "features": []}').statements == ()
    assert sites_of("a.csv", b"id,lat,lon\nstatements,39,125\n").statements == ()


# -- into the record -----------------------------------------------------------------------------------------


def test_statements_come_into_the_record_once(project_with: Callable[..., Path]) -> None:
    root = project_with(SAID)
    assert list(held(root)) == ["many"]
    with Project.open(root, "") as project:
        (revision,) = project.record.history(Claim, "many")
    assert (revision.author, revision.reason) == ("register file", "sites.geojson changed")
    assert revisions(root) == 1


def test_a_statement_that_is_worded_anew_is_a_new_revision(project_with: Callable[..., Path]) -> None:
    root = project_with(SAID)
    held(root)
    project_with({**SAID, "number": 42})
    assert held(root)["many"].query["number"] == 42
    project_with(SAID)
    assert held(root)["many"].query["number"] is None  # taken back in the file
    assert revisions(root) == 3


def test_what_is_gone_from_the_file_stays_in_the_record(project_with: Callable[..., Path]) -> None:
    root = project_with(SAID)
    held(root)
    project_with()
    assert list(held(root)) == ["many"]


def test_a_withdrawn_statement_stays_so_whatever_the_file_says(project_with: Callable[..., Path]) -> None:
    root = project_with(SAID)
    with Project.open(root, "") as project:
        withdraw_claim(project, LEAD, "many", "misread")
    project_with({**SAID, "number": 42})
    one = held(root)["many"]
    assert (one.withdrawn, one.query["number"]) == (True, 42)


def test_a_clone_with_an_older_wording_does_not_bring_it_back(project_with: Callable[..., Path]) -> None:
    root = project_with(SAID)
    held(root)
    project_with({**SAID, "number": 42})
    held(root)
    (root / ".sitetrack" / "register.json").unlink()  # as in another folder that works with the record
    project_with(SAID)
    assert held(root)["many"].query["number"] == 42
    (root / ".sitetrack" / "register.json").unlink()
    project_with({**SAID, "number": 43})
    assert held(root)["many"].query["number"] == 43


def test_a_claim_that_was_derived_here_is_not_overwritten(project_with: Callable[..., Path]) -> None:
    root = project_with()
    own = Claim("many", "Ours.", {"kind": "growth"}, {}, "2026-01-01", 3)
    with Project.open(root, "") as project, project.record.write(Author("kim"), "claim") as transaction:
        transaction.put(own, 0)
    project_with(SAID)
    assert held(root)["many"] == own


def test_statements_are_kept_when_the_file_is_written(project_with: Callable[..., Path]) -> None:
    from workflow.actions import add_site

    root = project_with({**SAID, "ours": {"not": "known"}})
    with Project.open(root, "") as project:
        add_site(project, Author("kim"), {"name": "Gate", "position": "39.0, 125.7"}, reason="new")
    written = json.loads((root / "sites.geojson").read_bytes())
    assert written["statements"] == [{**SAID, "ours": {"not": "known"}}]
    assert len(written["features"]) == 1


def test_a_bad_statement_is_said_at_each_opening(project_with: Callable[..., Path]) -> None:
    root = project_with({"wording": "no source"}, SAID)
    for _ in range(2):
        with Project.open(root, "") as project:
            assert any("source: is empty" in warning for warning in project.warnings)
            assert [row.value.id for row in project.record.rows(Claim)] == ["many"]


def test_a_register_that_is_imported_brings_its_statements(
    tmp_path: Path, project_with: Callable[..., Path]
) -> None:
    other = tmp_path / "other.geojson"
    other.write_bytes(register(SAID))
    root = project_with()
    for _ in range(2):
        with Project.open(root, "") as project:
            import_sites(project, Author("kim"), [other])
    assert list(held(root)) == ["many"]
    assert revisions(root) == 1
    other.write_bytes(register({**SAID, "number": 3}))
    with Project.open(root, "") as project:
        import_sites(project, Author("kim"), [other])
    assert held(root)["many"].query["number"] == 3


def test_statements_of_the_sample_are_all_read() -> None:
    reading = read_sites(ROOT / "sites.geojson")
    assert reading.refused == ()
    assert len(reading.statements) == len(
        json.loads((ROOT / "sites.geojson").read_text("utf-8"))["statements"]
    )
    assert len({one.source for one in reading.statements}) == 1
