"""Tables and maps of past work to rows of texts."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from workflow.pastwork import Reading, RefusedRow, Row, read_past_work, sheets
from workflow.pastwork import rows as rows_module

HEADING = ["Site", "Capture", "State", "Note"]


def read(folder: Path, body: str | bytes, name: str = "old.csv", sheet: str | None = None) -> Reading:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return read_past_work(path, sheet)


def texts(reading: Reading) -> list[tuple[int, dict[str, str]]]:
    assert all(isinstance(row, Row) for row in reading.rows), reading
    return [(row.number, dict(row.cells)) for row in reading.rows if isinstance(row, Row)]


def sentence(reading: Reading) -> str:
    (row,) = reading.rows
    assert isinstance(row, RefusedRow)
    return row.sentence


def xlsx(*rows: list[Any], title: str = "Past work", more: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name in more:
        book.create_sheet(name).append(["site", "state", "capture"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(body: bytes, member: str, **replaced: bytes) -> bytes:
    """The archive with `old` replaced by `new` in one member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                content = content.replace(b"<v></v>", b"<v />")  # openpyxl writes it so where lxml is there
                assert replaced["old"] in content
                content = content.replace(replaced["old"], replaced["new"])
            new.writestr(name, content)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def kml(*placemarks: str) -> str:
    return (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + "".join(f"<Placemark>{one}</Placemark>" for one in placemarks)
        + "</Document></kml>"
    )


def data(**values: str) -> str:
    inner = "".join(f'<Data name="{name}"><value>{text}</value></Data>' for name, text in values.items())
    return f"<ExtendedData>{inner}</ExtendedData>"


# -- columns -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading", ["site,capture,state", "SITE ID,image_file,Status", "Site-Name , File Name, Observation"]
)
def test_columns_are_found_in_any_spelling(tmp_path: Path, heading: str) -> None:
    assert texts(read(tmp_path, f"{heading}\ngate,a.tif,present\n")) == [
        (2, {"site": "gate", "capture": "a.tif", "state": "present"})
    ]


def test_the_heading_may_stand_below_a_title_and_rows_are_counted_as_a_person_does(tmp_path: Path) -> None:
    body = 'Survey 2019,,\n,,\nsite,date,state\ngate,2019,y\n,,\nroad,"2019\n",n\nlast,2020,n\n'
    assert [number for number, _ in texts(read(tmp_path, body))] == [4, 6, 7]


def test_unknown_columns_are_named_once_and_not_read(tmp_path: Path) -> None:
    reading = read(tmp_path, "site,capture,state,weather,Mood\ngate,a.tif,y,fair,good\n")
    assert texts(reading)[0][1].keys() == {"site", "capture", "state"}
    (warning,) = reading.warnings
    assert warning.startswith("old.csv: not read")
    assert "'weather', 'Mood'" in warning


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "no heading with site and state"),
        ("a,b\n1,2\n", "no heading with site and state"),
        ("site,state\ngate,y\n", "neither a column capture nor a column date"),
        ("site,state,status,date\ngate,y,n,2019\n", "the column state twice"),
        ("\n" * 10 + "site,state,date\n", "in its first 10 rows"),
        (b"site,state,date\n\xff\xfe,y,2019\n", "is not UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path: Path, body: str | bytes, says: str) -> None:
    said = sentence(read(tmp_path, body))
    assert said.startswith("old.csv: ")
    assert says in said


def test_a_row_with_more_cells_than_columns_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    reading = read(tmp_path, "site,date,state\ngate,3,May,y\nroad,2019,y,,\n")
    first, second = reading.rows
    assert isinstance(first, RefusedRow)
    assert first.sentence.startswith("old.csv, row 2: has 4 cells under 3 columns")
    assert isinstance(second, Row)


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "site,date,state,note\ngate,2019,y,=1+1\n"))[0][1]["note"] == "=1+1"


def test_too_many_rows_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MAX_ROWS", 3)
    body = "site,date,state\n" + "gate,2019,y\n" * 4
    assert "more than 3 rows; split it" in sentence(read(tmp_path, body))
    assert len(read(tmp_path, body.removesuffix("gate,2019,y\n")).rows) == 3


def test_a_million_rows_are_refused(tmp_path: Path) -> None:
    assert "split it" in sentence(read(tmp_path, "site,date,state\n" + "gate,2019,y\n" * 1_000_000))


def test_a_sheet_of_too_many_rows_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    rows = [["gate", "a.tif", "y", ""]] * 20
    rest = b'</row><row r="22"><c r="A22" t="e"><v>never looked at</v></c><c r="rubbish" /></row></sheetData>'
    body = rewritten(xlsx(HEADING, *rows), SHEET, old=b"</row></sheetData>", new=rest)
    assert "more than 3 rows; split it" in sentence(read(tmp_path, body, "old.xlsx"))


@pytest.mark.parametrize("name", ["old.xls", "old.ods", "old.xlsm"])
def test_other_spreadsheets_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    assert "save it as .xlsx or .csv" in sentence(read(tmp_path, b"x", name))


def test_another_file_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert "give one of .csv, .xlsx, .kml, .kmz" in sentence(read(tmp_path, b"x", "old.txt"))
    assert "cannot be opened" in sentence(read_past_work(tmp_path / "none.csv"))


# -- XLSX ----------------------------------------------------------------------------------------------------


def test_cells_of_a_sheet_become_texts(tmp_path: Path) -> None:
    body = xlsx(
        ["Survey", None, None, None],
        ["site", "date", "state", "note"],
        ["gate", datetime(2019, 5, 3), 1, 2.5],  # noqa: DTZ001  as a sheet has it
        ["road", date(2020, 1, 2), True, 7.0],
        ["mast", datetime(2019, 5, 3, 14, 30), 0, "two\nlines"],  # noqa: DTZ001
    )
    assert texts(read(tmp_path, body, "old.xlsx")) == [
        (3, {"site": "gate", "date": "2019-05-03", "state": "1", "note": "2.5"}),
        (4, {"site": "road", "date": "2020-01-02", "state": "true", "note": "7"}),
        (5, {"site": "mast", "date": "2019-05-03T14:30:00", "state": "0", "note": "two\nlines"}),
    ]


def test_empty_rows_count_and_hidden_rows_are_read(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADING)
    for number, site in ((3, "gate"), (7, "road")):
        for column, text in enumerate([site, "a.tif", "y"], 1):
            sheet.cell(number, column, text)
    sheet.row_dimensions[7].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    assert [number for number, _ in texts(read(tmp_path, stream.getvalue(), "old.xlsx"))] == [3, 7]


def test_the_size_that_a_sheet_states_is_not_believed(tmp_path: Path) -> None:
    body = xlsx(HEADING, ["gate", "a.tif", "y", ""], ["road", "a.tif", "n", ""])
    wrong = rewritten(body, SHEET, old=b'<dimension ref="A1:D3"', new=b'<dimension ref="A1:B2"')
    assert texts(read(tmp_path, wrong, "old.xlsx")) == texts(read(tmp_path, body, "old.xlsx"))


def test_a_formula_gives_its_last_value_and_is_refused_without_one(tmp_path: Path) -> None:
    body = xlsx(HEADING, ["gate", "a.tif", '="y"', "one"], ["road", "a.tif", '="n"', "two"])
    body = rewritten(
        body, SHEET, old=b'<c r="C2"><f>"y"</f><v /></c>', new=b'<c r="C2" t="str"><f>"y"</f><v>y</v></c>'
    )
    first, second = read(tmp_path, body, "old.xlsx").rows
    assert isinstance(first, Row)
    assert first.cells["state"] == "y"
    assert isinstance(second, RefusedRow)
    assert second.sentence.startswith(
        "old.xlsx, row 3, state: holds a formula whose value is not in the file"
    )


def test_a_formula_whose_value_is_the_empty_text_leaves_its_cell_empty(tmp_path: Path) -> None:
    body = xlsx(HEADING, ["gate", "a.tif", "y", '=""'])
    body = rewritten(
        body, SHEET, old=b'<c r="D2"><f>""</f><v /></c>', new=b'<c r="D2" t="str"><f>""</f><v></v></c>'
    )
    assert texts(read(tmp_path, body, "old.xlsx"))[0][1].keys() == {"site", "capture", "state"}


def test_a_cell_with_an_error_is_refused_by_row_unless_nobody_reads_it(tmp_path: Path) -> None:
    body = xlsx([*HEADING, "other"], ["gate", "#N/A", "y", "", ""], ["road", "a.tif", "y", "", "#DIV/0!"])
    first, second = read(tmp_path, body, "old.xlsx").rows
    assert isinstance(first, RefusedRow)
    assert first.sentence.startswith("old.xlsx, row 2, capture: holds the error #N/A")
    assert isinstance(second, Row)


def test_a_sheet_is_chosen_by_name_and_the_first_one_says_which_are_left(tmp_path: Path) -> None:
    body = xlsx(HEADING, ["gate", "a.tif", "y", ""], more=("Second",))
    (warning,) = read(tmp_path, body, "old.xlsx").warnings
    assert "not 'Second'" in warning
    chosen = read(tmp_path, body, "old.xlsx", "Second")
    assert (chosen.rows, chosen.warnings) == ((), ())
    assert "choose one of 'Past work', 'Second'" in sentence(read(tmp_path, body, "old.xlsx", "Third"))


def test_a_sheet_that_unpacks_to_too_much_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    body = xlsx(HEADING)
    bomb = rewritten(body, SHEET, old=b"</sheetData>", new=b" " * 5_000_000 + b"</sheetData>")
    monkeypatch.setattr("openpyxl.load_workbook", never)
    assert "100 times its size" in sentence(read(tmp_path, bomb, "old.xlsx"))
    monkeypatch.setattr("workflow.register.archives.MAX_BYTES", 1000)
    assert "64 MiB" in sentence(read(tmp_path, body, "old.xlsx"))


def test_entities_in_a_sheet_are_refused(tmp_path: Path) -> None:
    body = rewritten(
        xlsx(HEADING), SHEET, old=b"<worksheet", new=b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    )
    assert "is not a sound XLSX file" in sentence(read(tmp_path, body, "old.xlsx"))


@pytest.mark.parametrize("reference", [b"A99999999999", b"ZZZ2", b"A1048576"])
def test_a_cell_far_out_costs_no_time(tmp_path: Path, reference: bytes) -> None:
    cell = b'<row r="%s"><c r="%s"><v>1</v></c></row>' % (
        reference.lstrip(b"AZ"),
        reference,
    )
    body = rewritten(
        xlsx(HEADING, ["gate", "a.tif", "y", ""]), SHEET, old=b"</sheetData>", new=cell + b"</sheetData>"
    )
    reading = read(tmp_path, body, "old.xlsx")
    assert reading.rows


# -- KML -----------------------------------------------------------------------------------------------------


def test_a_placemark_is_a_row(tmp_path: Path) -> None:
    body = kml(
        "<name>Gate</name><description>&lt;b&gt;beam&lt;/b&gt; seen</description>"
        "<TimeStamp><when>2019-05-03</when></TimeStamp><Point><coordinates>125.7,39</coordinates></Point>"
        + data(State="present", Analyst="Kim", Colour="red")
    )
    reading = read(tmp_path, body, "old.kml")
    (row,) = reading.rows
    assert isinstance(row, Row)
    assert (row.number, row.where, row.name) == (1, "old.kml, placemark 1 (Gate)", "Gate")
    assert row.cells == {"note": "beam seen", "date": "2019-05-03", "state": "present", "author": "Kim"}
    assert row.place is not None
    assert (row.place.lon, row.place.lat) == (125.7, 39)
    assert "'Colour'" in reading.warnings[0]


@pytest.mark.parametrize(
    ("span", "date_text"),
    [
        ("<begin>2019-05-01</begin><end>2019-06</end>", "2019-05-01/2019-06"),
        ("<begin>2019-05-01T00:00:00Z</begin>", "2019-05-01/.."),
        ("<end>2019</end>", "../2019"),
        ("", None),
    ],
)
def test_a_time_span_is_the_date_where_none_is_stated(
    tmp_path: Path, span: str, date_text: str | None
) -> None:
    body = kml(f"<TimeSpan>{span}</TimeSpan>" + data(state="y"))
    assert texts(read(tmp_path, body, "old.kml"))[0][1].get("date") == date_text
    stated = kml(f"<TimeSpan>{span}</TimeSpan>" + data(state="y", capture="a.tif", note="mine"))
    assert texts(read(tmp_path, stated, "old.kml"))[0][1].keys() == {"state", "capture", "note"}


def test_a_kmz_is_read_and_its_limits_are_those_of_the_register(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml(data(site="gate", state="y", date="2019")))
    assert len(read(tmp_path, stream.getvalue(), "old.kmz").rows) == 1
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more.kml", b" " * 5_000_000)
    assert "100 times its size" in sentence(read(tmp_path, stream.getvalue(), "old.kmz"))


def test_a_document_type_in_kml_is_refused(tmp_path: Path) -> None:
    body = '<!DOCTYPE kml [<!ENTITY a "b">]>' + kml(data(state="y"))
    assert "DOCTYPE" in sentence(read(tmp_path, body, "old.kml"))


def test_a_placemark_that_states_a_column_twice_or_a_bad_point_is_refused_alone(tmp_path: Path) -> None:
    twice = (
        '<ExtendedData><Data name="state"><value>y</value></Data>'
        '<Data name="Status"><value>n</value></Data></ExtendedData>'
    )
    bad = "<Point><coordinates>500,39</coordinates></Point>" + data(state="y")
    reading = read(tmp_path, kml(twice, bad, data(state="y", site="gate")), "old.kml")
    first, second, third = reading.rows
    assert isinstance(first, RefusedRow)
    assert first.sentence.startswith("old.kml, placemark 1, state: is stated twice")
    assert isinstance(second, RefusedRow)
    assert isinstance(third, Row)


# -- hostile bytes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "kml", "kmz"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
def test_any_bytes_give_a_reading(tmp_path: Path, suffix: str, body: bytes) -> None:
    assert isinstance(read(tmp_path, body, f"old.{suffix}"), Reading)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), member=st.integers(0, 20))
def test_any_changed_byte_within_a_sheet_gives_a_reading(
    tmp_path: Path, at: int, byte: int, member: int
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            content = bytearray(old.read(name))
            if name == names[member % len(names)]:
                content[at % len(content)] = byte
            new.writestr(name, bytes(content))
    assert isinstance(read(tmp_path, stream.getvalue(), "old.xlsx"), Reading)


GOOD = xlsx(HEADING, ["gate", "a.tif", "y", '="x"'], ["road", "b.tif", 0, datetime(2019, 5, 3)])  # noqa: DTZ001


def test_a_name_of_any_bytes_can_be_shown(tmp_path: Path) -> None:
    reading = read_past_work(tmp_path / "old\udcff\x1b.csv")
    assert sentence(reading).startswith("old\ufffd\ufffd.csv: ")
