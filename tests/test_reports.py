"""All approved sites at once: as a folder of figures, as PDF and as DOCX."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from dashboard_sample import AUTHOR, make_walk
from embedded_faces import embedded_faces
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from workflow.cli.report import command
from workflow.errors import InputRefused
from workflow.exporters.reports import Contents
from workflow.figure import Moment, Network, Row, Stretch, Text, draw_network, draw_series
from workflow.landmass import network
from workflow.model import (
    Annotation,
    Author,
    Export,
    FigureOptions,
    LonLat,
    Observation,
    Review,
    Site,
    State,
)
from workflow.project import Project
from workflow.publish.report import INDEX, check_report, write_folder, write_report
from workflow.readmodels.custody import verify_figures
from workflow.readmodels.reporting import contents

LEAD = Author("lead")
OPTIONS = FigureOptions(dpi=72)


def measure(text: str, size_px: float, bold: bool) -> float:
    return 0.55 * size_px * len(text)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Project]:
    """Three sites with three pictures each; of the first two it is approved when the target appeared."""
    with Project.open(make_walk(tmp_path / "project", 3, 3)) as project:
        captures = sorted(project.captures(), key=lambda one: one.date_order)
        with project.record.write(AUTHOR, "states") as transaction:
            for number, site in enumerate(project.sites()):
                for capture in (one for one in captures if covers(site, one)):
                    first = capture.acquired.earliest or date.max
                    state = State.ABSENT if first < date(2019, 2, 1) else State.PRESENT
                    review = Review.APPROVED if number < 2 else Review.DRAFT
                    said = Observation(
                        id=f"said-{site.id}-{capture.id}",
                        site=site.id,
                        target=site.targets[0].id,
                        capture=capture.id,
                        state=state,
                        author="ana",
                        review=review,
                    )
                    transaction.put(said, base_version=0)
        yield project


def covers(site: Site, capture: Any) -> bool:
    corner = capture.footprint[0]
    return site.position is not None and abs(corner.lon - site.position.lonlat.lon) < 0.005


def put_site(project: Project, key: str, **changes: Any) -> None:
    row = project.record.get(Site, key)
    assert row is not None
    with project.record.write(AUTHOR, "a change") as transaction:
        transaction.put(replace(row.value, **changes), base_version=row.version)


def report(project: Project, name: str, **said: Any) -> Path:
    out = project.root / name
    write_report(project, LEAD, contents(project, **said), out, OPTIONS, executor="serial")
    return out


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


# -- what is told --------------------------------------------------------------------------------------------


def test_only_sites_of_which_something_is_approved_are_told_of(walk: Project) -> None:
    told = contents(walk)
    assert [one.site for one in told.chapters] == ["place-00", "place-01"]
    assert (told.unreviewed, told.left_out) == (1, 0)
    assert len(contents(walk, unreviewed=True).chapters) == 3
    (says,) = told.chapters[0].says
    assert "appeared" in says
    assert "2 pictures" in says


def test_what_nobody_approved_is_no_moment_of_the_timeline(walk: Project) -> None:
    row = walk.record.rows(Observation, site="place-00")[0]
    with walk.record.write(AUTHOR, "back") as transaction:
        transaction.put(replace(row.value, review=Review.SUBMITTED), base_version=row.version)
    approved, all_said = contents(walk).series[0], contents(walk, unreviewed=True).series[0]
    assert [one.state for one in approved.moments].count("not examined") == 1
    assert "not examined" not in [one.state for one in all_said.moments]


def test_a_site_that_is_not_for_the_audience_leaves_no_trace(walk: Project) -> None:
    put_site(walk, "place-01", visibility="restricted")
    out = report(walk, "told.pdf", unreviewed=True)
    text = pdf_text(out)
    assert "Place 00" in text
    assert "Place 01" not in text
    assert "place-01" not in out.with_name("told.pdf.json").read_text("utf-8")
    assert "1 that are not for this audience (public)" in text
    assert "Place 01" in pdf_text(report(walk, "all.pdf", unreviewed=True, audience="restricted"))


def test_counts_of_all_sites_stand_only_in_a_report_of_all(walk: Project) -> None:
    assert contents(walk).growth
    assert not contents(walk, ["place-00"]).growth
    put_site(walk, "place-02", visibility="team")
    assert not contents(walk).growth
    assert contents(walk).growth_says == ""


# -- PDF -----------------------------------------------------------------------------------------------------


def test_a_pdf_has_contents_that_lead_to_the_pages_they_name(walk: Project) -> None:
    reader = PdfReader(report(walk, "r.pdf"))
    lines = reader.pages[1].extract_text().splitlines()
    named = {str(one.title): reader.get_destination_page_number(one) for one in reader.outline}  # type: ignore[union-attr]
    assert list(named)[:4] == ["Map", "Growth", "Timeline", "1. Place 00"]
    for title, page in named.items():
        assert reader.pages[page].extract_text().startswith(title)
        assert any(line.startswith(title) and line.endswith(str(page + 1)) for line in lines), title
    targets = {
        reader.get_page_number(link.get_object()["/Dest"][0].get_object())
        for link in reader.pages[1]["/Annots"]
    }
    assert targets == set(named.values())


def test_a_pdf_has_each_figure_with_its_caption_and_says_what_it_is(walk: Project) -> None:
    reader = PdfReader(report(walk, "r.pdf"))
    text = reader.pages[5].extract_text()
    assert "Figure 1." in text
    assert "Example Imaging" in text
    assert len(list(reader.pages[5].images)) == 2
    assert reader.metadata is not None
    assert reader.metadata.title == "Sites and their dated pictures"
    assert reader.xmp_metadata is not None
    methods = reader.pages[7].extract_text()
    assert "no later than the first that shows it" in methods
    assert "6 statements count here" in methods


def test_the_same_record_gives_the_same_bytes(walk: Project) -> None:
    for suffix in (".pdf", ".docx"):
        assert report(walk, f"one{suffix}").read_bytes() == report(walk, f"two{suffix}").read_bytes()


def test_a_figure_that_is_refused_stands_in_its_chapter_with_the_reason(walk: Project) -> None:
    from workflow.model import Capture

    rows = [row for row in walk.record.rows(Capture) if covers(walk.site("place-01"), row.value)]
    with walk.record.write(AUTHOR, "no credit") as transaction:
        for row in rows:
            transaction.put(replace(row.value, credit="", provider=""), base_version=row.version)
    text = pdf_text(report(walk, "r.pdf"))
    assert "No figure: " in text
    assert "credit" in text.partition("No figure: ")[2]
    assert "2 sites, 1 figure;" in text


def test_a_site_with_many_targets_takes_the_pages_it_needs(walk: Project) -> None:
    told = contents(walk)
    long = replace(told.chapters[0], says=tuple(f"Sentence number {number}." for number in range(70)))
    out = walk.root / "long.pdf"
    write_report(walk, LEAD, replace(told, chapters=(long, told.chapters[1])), out, OPTIONS)
    reader = PdfReader(out)
    lines = reader.pages[1].extract_text().splitlines()
    named = {str(one.title): reader.get_destination_page_number(one) for one in reader.outline}  # type: ignore[union-attr]
    assert named["2. Place 01"] > named["1. Place 00"] + 1
    assert any(
        line.startswith("2. Place 01") and line.endswith(str(named["2. Place 01"] + 1)) for line in lines
    )


# -- DOCX ----------------------------------------------------------------------------------------------------


def test_a_docx_has_headings_native_figures_and_alternative_text(walk: Project) -> None:
    out = report(walk, "r.docx")
    document: Any = docx.Document(str(out))
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads == [
        "Contents",
        "Map",
        "Growth",
        "Timeline",
        "1. Place 00",
        "2. Place 01",
        "Methods",
        "Credits",
    ]
    xml = document.element.xml
    assert xml.count("wpg:wgp>") == 4  # two figures, each with a start and an end
    pictures = document.element.body.xpath(".//wp:docPr")
    assert all(one.get("descr") for one in pictures)
    assert len({one.get("id") for one in pictures}) == len(pictures)
    embedded = {one.get(docx.oxml.ns.qn("r:embed")) for one in document.element.body.xpath(".//a:blip")}
    assert embedded <= set(document.part.related_parts)
    names = [one.get(docx.oxml.ns.qn("w:name")) for one in document.element.body.xpath(".//w:bookmarkStart")]
    anchors = [one.get(docx.oxml.ns.qn("w:anchor")) for one in document.element.body.xpath(".//w:hyperlink")]
    assert anchors == names


def test_a_docx_brings_the_faces_of_its_words_and_names_no_other(walk: Project) -> None:
    put_site(walk, "place-01", name="조국통일3대헌장기념탑")
    out = report(walk, "r.docx")
    document: Any = docx.Document(str(out))
    heading = next(one for one in document.paragraphs if "조국통일" in one.text)
    for style in (heading.style, document.styles["Normal"], document.styles["Title"]):
        named = style.element.rPr.rFonts.items()
        assert {key.rpartition("}")[2]: name for key, name in named} == dict.fromkeys(
            ("ascii", "hAnsi", "eastAsia"), "Noto Sans KR"
        )
    shown = {ord(char) for one in document.element.findall(".//{*}t") for char in one.text or ""}
    faces = embedded_faces(out.read_bytes())
    assert len(faces) == 2
    assert all(shown <= face.getBestCmap().keys() for face in faces.values())


# -- going on where it was -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
def test_an_interrupted_report_goes_on_where_it_was(walk: Project, suffix: str) -> None:
    told = contents(walk, unreviewed=True)
    out = walk.root / f"r{suffix}"

    def stop(what: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_report(walk, LEAD, told, out, OPTIONS, progress=stop, executor="serial")
    assert not out.exists()
    made = write_report(walk, LEAD, told, out, OPTIONS, executor="serial")
    assert made.reused == 2
    whole = out.read_bytes()
    assert write_report(walk, LEAD, told, out, OPTIONS, executor="serial").reused == 0
    assert out.read_bytes() == whole
    assert list((walk.state_dir / "report").iterdir()) == []


def test_a_folder_makes_again_only_what_moved(walk: Project) -> None:
    out = walk.root / "figures"

    def made() -> int:
        return write_folder(
            walk, LEAD, contents(walk), out, OPTIONS, suffixes=(".png", ".svg"), executor="serial"
        ).reused

    assert made() == 0
    assert {one.name for one in out.iterdir()} == {
        INDEX,
        *(
            f"place-0{n}{suffix}{more}"
            for n in (0, 1)
            for suffix in (".png", ".svg")
            for more in ("", ".json")
        ),
    }
    assert made() == 2
    capture = next(one for one in walk.captures() if covers(walk.site("place-00"), one))
    place = walk.site("place-00").position
    assert place is not None
    point = {"type": "Point", "coordinates": [place.lonlat.lon, place.lonlat.lat]}
    mark = Annotation("m1", "place-00", capture.id, "point", point, author="ana")
    with walk.record.write(AUTHOR, "a mark") as transaction:
        transaction.put(mark, base_version=0)
    assert made() == 1
    (out / "place-01.png").write_bytes(b"cut off")
    assert made() == 1
    assert (out / "place-01.png").read_bytes().startswith(b"\x89PNG")
    index = json.loads((out / INDEX).read_bytes())
    assert index["figures"][0]["files"] == ["place-00.png", "place-00.svg"]
    assert all(one["alt_text"] for one in index["figures"])
    row = verify_figures(walk, [out / "place-00.png"])[0]
    assert (row["ok"], row["warnings"]) == (True, [])


# -- noted and checked ---------------------------------------------------------------------------------------


def test_who_took_a_report_stands_in_the_record(walk: Project) -> None:
    report(walk, "r.pdf")
    (row,) = walk.record.rows(Export)
    assert (row.value.kind, row.value.sites) == ("report pdf", ("place-00", "place-01"))
    assert row.value.counts == {"sites": 2, "figures": 2}
    assert walk.record.history(Export, row.value.id)[0].author == "lead"


def verified(project: Project, path: Path) -> dict[str, Any]:
    return verify_figures(project, [path])[0]


def test_a_report_is_checked_with_each_of_its_figures(walk: Project) -> None:
    out = report(walk, "r.pdf")
    row = verified(walk, out)
    assert (row["ok"], row["problems"], row["warnings"]) == (True, [], [])
    capture = next(one for one in walk.captures() if covers(walk.site("place-01"), one))
    said = walk.record.get(Observation, f"said-place-01-{capture.id}")
    assert said is not None
    with walk.record.write(AUTHOR, "seen anew") as transaction:
        transaction.put(replace(said.value, state=State.UNCERTAIN), base_version=said.version)
    stale = verified(walk, out)["warnings"]
    assert any("stale: figure 2 of r.pdf" in line for line in stale)
    assert not any("figure 1 of" in line for line in stale)


def test_a_report_that_was_changed_is_found(walk: Project) -> None:
    out = report(walk, "r.pdf")
    beside = out.with_name("r.pdf.json")
    said = json.loads(beside.read_bytes())
    said["figures"][0]["panels"][0]["credit"] = "somebody else"
    said["figures"][1] = {"format": "nonsense"}
    beside.write_text(json.dumps(said), encoding="utf-8")
    problems = verified(walk, out)["problems"]
    assert any("says of capture" in line for line in problems)
    assert any("Figure 2 of r.pdf cannot be read" in line for line in problems)
    out.write_bytes(out.read_bytes() + b" ")
    assert any(
        "is not the file that its sidecar describes" in line for line in verified(walk, beside)["problems"]
    )


def test_a_report_from_elsewhere_is_told_of(walk: Project) -> None:
    out = report(walk, "r.pdf")
    said = json.loads(out.with_name("r.pdf.json").read_bytes())
    out.write_bytes(out.read_bytes() + b"\n")
    import hashlib

    said["sha256"] = hashlib.sha256(out.read_bytes()).hexdigest()
    out.with_name("r.pdf.json").write_text(json.dumps(said), encoding="utf-8")
    assert any("not one that this project noted" in line for line in verified(walk, out)["warnings"])


# -- refusals ------------------------------------------------------------------------------------------------


def test_nothing_approved_is_said_with_what_to_do(tmp_path: Path) -> None:
    with Project.open(make_walk(tmp_path / "project", 1, 1)) as project:
        told = contents(project)
        with pytest.raises(InputRefused, match="no site has an approved date yet; approve what was said"):
            check_report(project, tmp_path / "r.pdf", told)
        none = Contents("", (), (), None, (), (), "", (), False)
        with pytest.raises(InputRefused, match="there is no site to tell of; register sites"):
            check_report(project, tmp_path / "r.pdf", none)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("r.xyz", "is no report and no folder; use .pdf or .docx, or a folder"),
        ("missing/r.pdf", "the folder .*missing is missing"),
        ("imagery.pdf", "is a folder; name a file in it"),
    ],
)
def test_a_place_that_takes_no_report_is_refused(walk: Project, name: str, words: str) -> None:
    (walk.root / "imagery.pdf").mkdir()
    with pytest.raises(InputRefused, match=words):
        check_report(walk, walk.root / name, contents(walk))


def test_a_backup_notes_no_report(walk: Project) -> None:
    from workflow.settings import BACKUP_FILE

    (walk.root / BACKUP_FILE).write_text("{}")
    with pytest.raises(InputRefused, match="it is a backup"):
        check_report(walk, walk.root / "r.pdf", contents(walk))


# -- the command ---------------------------------------------------------------------------------------------


@pytest.fixture
def ran(walk: Project) -> Callable[..., Any]:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(command, [*arguments, "--project", str(walk.root), "--author", "lead"])

    return run


def test_the_command_writes_a_report_and_says_what_is_left_out(
    walk: Project, ran: Callable[..., Any]
) -> None:
    done = ran("-o", str(walk.root / "r.pdf"), "--dpi", "72", "--title", "Gantries of  2024")
    assert done.exit_code == 0, done.output
    assert "2 figures of 2 sites. Noted as export-1." in done.output
    assert "Sites of which nothing is approved, left out: 1." in done.stderr
    assert "Gantries of 2024" in pdf_text(walk.root / "r.pdf")


def test_the_command_tells_a_program_all_of_it(walk: Project, ran: Callable[..., Any]) -> None:
    done = ran("-o", str(walk.root / "out"), "--dpi", "72", "--format", "svg", "--json")
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    assert (row["sites"], row["figures"], row["reused"], row["refused"]) == (2, 2, 0, {})
    assert (walk.root / "out" / "place-00.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "r.pdf", "--format", "png"), "--format goes with a folder"),
        (("-o", "out", "--format", "bmp"), "'bmp' is none of"),
        (("-o", "out", "--allow", "no-credit"), "is not CODE=REASON"),
        (("-o", "out", "--layout", "round"), "'round' is none of"),
        (("-o", "out", "--site", "place-99"), "place-99"),
    ],
)
def test_the_command_refuses_with_a_sentence(
    ran: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ran(*arguments)
    assert done.exit_code != 0
    assert words in done.output or words in str(done.exception)


# -- the map and the timeline --------------------------------------------------------------------------------

PLACES = st.lists(
    st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98)), min_size=1, max_size=40, unique=True
)


@settings(deadline=None)
@given(PLACES)
def test_numbers_on_the_map_lie_on_nothing_and_those_without_room_are_named(places: list[Any]) -> None:
    shown = Network((), (), tuple(places), 100_000.0)
    drawing, crowded = draw_network(shown, range(1, len(places) + 1), 170, 150, 150, measure)
    texts = [item for item in drawing.items if isinstance(item, Text)]
    numbers = [int(one.text) for one in texts if one.text.isdecimal()]
    assert sorted([*numbers, *crowded]) == list(range(1, len(places) + 1))
    for place, one in enumerate(texts):
        assert one.box.left >= 0
        assert one.box.right <= drawing.width_px
        assert not any(one.box.meets(other.box) for other in texts[:place])


def test_a_map_across_the_date_line_is_one() -> None:
    shown = network([LonLat(179.5, -17.0), LonLat(-179.5, -17.0)], 1.1)
    (first, _), (second, _) = shown.at
    assert 0 < first < second < 1
    assert shown.metres_across < 400_000
    alone = network([LonLat(125.7, 39.0)], 1.1)
    assert alone.at == ((0.5, 0.5),)
    assert alone.metres_across == pytest.approx(2.5 * 1.1 * 111_195, rel=1e-3)


def test_the_scale_of_the_map_is_true() -> None:
    from pyproj import Geod

    places = [LonLat(125.0, 39.0), LonLat(126.5, 39.0)]
    shown = network(places, 1.1)
    across = (shown.at[1][0] - shown.at[0][0]) * shown.metres_across
    _, _, true = Geod(ellps="WGS84").inv(125.0, 39.0, 126.5, 39.0)
    assert across == pytest.approx(true, rel=0.005)


STATES = ["present", "absent", "uncertain", "obscured", "insufficient", "disputed", "not examined"]


def test_each_state_has_a_sign_of_its_own_shape() -> None:
    edges = (date(2020, 1, 1), date(2020, 12, 31))

    def shapes(state: str) -> list[Any]:
        moments = (Moment(date(2020, 7, 1), state),) if state else ()
        drawn = draw_series([Row("a", moments)], edges, 170, 150, measure).items
        return [
            (type(one).__name__, len(getattr(one, "points", ())), round(getattr(one, "width_px", 0)))
            for one in drawn
        ]

    empty = shapes("")
    found = [tuple(sorted(map(str, shapes(state)))) for state in STATES]
    assert len(set(found)) == len(STATES)
    assert all(len(one) > len(empty) for one in found)


def test_an_open_stretch_reaches_the_edge_and_long_names_are_cut() -> None:
    edges = (date(2019, 1, 1), date(2023, 12, 31))
    row = Row(
        "조국통일3대헌장기념탑 " * 12,
        (),
        (Stretch(None, date(2021, 1, 1)), Stretch(date(2021, 1, 1), None, True)),
    )
    drawing = draw_series([row], edges, 170, 150, measure)
    texts = [one.text for one in drawing.items if isinstance(one, Text)]
    assert any(text.endswith("…") for text in texts)
    assert "2019" in texts
    assert "2023" in texts


def test_the_faces_of_the_build_are_in_the_file(walk: Project) -> None:
    out = report(walk, "r.pdf")
    assert b"/FontFile2" in out.read_bytes()
    with zipfile.ZipFile(io.BytesIO(report(walk, "r.docx").read_bytes())) as archive:
        assert archive.testzip() is None
