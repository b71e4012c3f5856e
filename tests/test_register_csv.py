from __future__ import annotations

from pathlib import Path

import pytest

from workflow.model import LonLat, TargetClass
from workflow.register import Reading, read_sites

STADIUM = LonLat(125.73472222222222, 39.02027777777778)


def read(folder: Path, text: str | bytes) -> Reading:
    path = folder / "watch.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sites(path)


def test_known_columns_are_found_in_any_case(tmp_path: Path) -> None:
    text = (
        "ID,Name,Name Local,Aliases,Category,LAT,Longitude,Bearing_deg,radius_m,Road,Note,Source,whatever\n"
        'gate,"Gate, north",북문,Gate N; N,road-camera-gantry,39.0203,125.7347,12.5,80,Ring,"a\nb",map,x\n'
    )
    reading = read(tmp_path, text)
    assert reading.refused == ()
    (site,) = reading.sites
    assert (site.id, site.name, site.name_local, site.aliases) == (
        "gate",
        "Gate, north",
        "북문",
        ("Gate N", "N"),
    )
    assert (site.bearing_deg, site.radius_m, site.road, site.note) == (12.5, 80, "Ring", "a\nb")
    assert site.targets[0].kind is TargetClass.GANTRY
    assert site.position is not None
    assert site.position.lonlat == LonLat(125.7347, 39.0203)
    assert site.position.precision_m == pytest.approx(11.1)
    assert site.position.text == "39.0203, 125.7347"


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("position", "39° 1'13\"N 125°44'5\"E"),
        ("lat;lon", "39°1'13\"N;125°44'5\"E"),
        ("latitude;longitude", "39 1 13;125 44 5"),
        ("mgrs", "51S YD 36751 22585"),
        ("plus_code", "8QF72PCM+4V"),
        ("coords", "125.7347222E, 39.0202778N"),
    ],
)
def test_positions_in_every_form(tmp_path: Path, heading: str, cells: str) -> None:
    (site,) = read(tmp_path, f"name;{heading}\nStadium;{cells}\n").sites
    assert site.position is not None
    assert site.position.lonlat.lon == pytest.approx(STADIUM.lon, abs=2e-4)
    assert site.position.lonlat.lat == pytest.approx(STADIUM.lat, abs=2e-4)


@pytest.mark.parametrize(
    "body",
    [
        b"id,lat,lon\na,39.0,125.7\n",
        b"\xef\xbb\xbfid;lat;lon\r\na;39.0;125.7\r\n",
        b"id\tlat\tlon\na\t39.0\t125.7\n",
        b"sep=;\nid;lat;lon\na;39.0;125.7\n",
        "id\tlat\tlon\na\t39.0\t125.7\n".encode("utf-16"),
    ],
)
def test_delimiters_and_encodings(tmp_path: Path, body: bytes) -> None:
    reading = read(tmp_path, body)
    assert reading.refused == ()
    assert [site.id for site in reading.sites] == ["a"]
    assert reading.sites[0].position is not None


def test_a_row_without_position_is_not_located(tmp_path: Path) -> None:
    (site,) = read(tmp_path, "id,lat,lon\na,,\n").sites
    assert site.position is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("bad,nan,nan,,", "not a form"),
        ("bad,125.7,39.0,,", "if the two are swapped, give latitude 39, longitude 125.7"),
        ("bad,39.0,,,", "only one of latitude and longitude"),
        ("bad,91,200,,", "outside"),
        ("bad,39.0,125.7,40.0 125.7,", "m apart"),
        ("bad,39.0,125.7,,wide", "radius_m"),
        ("No Slug,39.0,125.7,,", "write 'no-slug'"),
        ("first,39.0,125.7,,", "id 'first' of watch.csv, row 2"),
        ("bad,39.0,125.7,,,,,surplus", "8 cells under 5 columns"),
        ("b\x07ad,39.0,125.7,,", "U+0007"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_taken(tmp_path: Path, row: str, says: str) -> None:
    text = f"id,lat,lon,position,radius_m\nfirst,39.0,125.7,,\n\n{row}\nlast,39.0,125.7,,\n"
    reading = read(tmp_path, text)
    assert [site.id for site in reading.sites] == ["first", "last"]
    (refusal,) = reading.refused
    assert str(refusal).startswith("watch.csv, row 4")
    assert says in str(refusal)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "neither a column id nor a column name"),
        (b"lat,lon\n39,125\n", "neither a column id nor a column name"),
        (b"id,lat,Latitude\n", "column lat twice"),
        (b"id,name\n\xb0\xa1,x\n", "is not UTF-8"),
        (b"id," + b"x" * 200_000 + b"\n", "heading that cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(tmp_path: Path, body: bytes, says: str) -> None:
    reading = read(tmp_path, body)
    assert reading.sites == ()
    (refusal,) = reading.refused
    assert str(refusal).startswith("watch.csv: ")
    assert says in str(refusal)


def test_a_row_that_breaks_the_file_ends_it_and_says_so(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,name\na,x\nb," + "x" * 200_000 + "\nc,y\n")
    assert [site.id for site in reading.sites] == ["a"]
    assert "row 3: cannot be read" in str(reading.refused[0])


@pytest.mark.parametrize("rest", ["", "c,39.2,125.2\n", "c,39.2,125.2\n\nd,39.3,125.3\n"])
def test_a_quotation_mark_that_is_not_closed_loses_no_rows_silently(tmp_path: Path, rest: str) -> None:
    reading = read(tmp_path, f'id,lat,lon,note\na,39,125,"two\nlines"\nb,39.1,125.1,"open\n{rest}')
    assert [site.id for site in reading.sites] == ["a"]
    (refused,) = reading.refused
    assert str(refused).startswith("watch.csv, row 3: has a quotation mark that is not closed")
