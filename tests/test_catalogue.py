"""Catalogues of captures that can be had: tables, STAC items, what is damaged in them, and a real one."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.advice import Gap, offer_sentence, offers
from workflow.catalogue import read_catalogue, read_catalogues, read_json, read_table
from workflow.errors import InputRefused
from workflow.interpretability import view_gsd_m
from workflow.model import Event, LonLat

CELLS = {
    "datetime": "2021-12-30 21:00:34+00:00", "platform": "WV01", "gsd": "0.54", "ard_metadata_version": "0.0.1",
    "catalog_id": "10200100BCB1A500", "view:off_nadir": "16.8", "proj:epsg": "32613",
    "proj:bbox": "479843.75,4424843.75,485156.25,4428628.92", "tile:clouds_percent": "2",
}  # fmt: skip
HEADING = "\t".join(CELLS)
SQUARE = [[125.0, 39.0], [126.0, 39.0], [126.0, 40.0], [125.0, 40.0], [125.0, 39.0]]
PROPERTIES = {"datetime": "2020-05-01T02:00:00Z", "gsd": 0.5, "view:off_nadir": 25.0, "eo:cloud_cover": 7.0}


def line(**cells: str) -> str:
    return "\t".join((CELLS | {key.replace("__", ":"): value for key, value in cells.items()}).values())


def table(*lines: str) -> Any:
    return read_table(iter([HEADING + "\n", *(one + "\n" for one in lines)]), "t.tsv")


def item(geometry: Any = None, id_: str = "scene-1", **properties: Any) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": [SQUARE]} if geometry is None else geometry
    return {"type": "Feature", "id": id_, "geometry": shape, "properties": PROPERTIES | properties}


def collection(*features: Any) -> Any:
    return read_json(json.dumps({"type": "FeatureCollection", "features": features}), "c.json")


# -- tables --------------------------------------------------------------------------------------------------


def test_a_row_is_a_tile_with_its_box_on_the_map_and_the_pixel_of_the_view() -> None:
    (tile,), refused = table(line())
    assert refused == ()
    assert (tile.capture, tile.day, tile.platform, tile.file) == (
        "10200100BCB1A500",
        date(2021, 12, 30),
        "WV01",
        "t.tsv",
    )
    assert (tile.gsd_m, tile.cloud_percent) == (0.54, 2.0)
    lons, lats = zip(*tile.rings[0], strict=True)
    assert (min(lons), max(lons)) == (pytest.approx(-105.236, abs=0.01), pytest.approx(-105.174, abs=0.01))
    assert (min(lats), max(lats)) == (pytest.approx(39.974, abs=0.01), pytest.approx(40.008, abs=0.01))


def test_the_crs_is_read_from_either_column_and_an_empty_cell_is_not_stated() -> None:
    other = HEADING.replace("proj:epsg", "proj:code")
    tiles, refused = read_table(
        [other, line(proj__epsg="EPSG:32613", gsd="", tile__clouds_percent="")], "t.tsv"
    )
    assert refused == ()
    assert [(one.gsd_m, one.cloud_percent) for one in tiles] == [(None, None)]
    assert table(line(proj__epsg="32613.0"))[0][0].rings == table(line())[0][0].rings


def test_a_table_is_gone_through_once() -> None:
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        yield HEADING
        for _ in range(1000):
            read += 1
            yield line()

    tiles, _ = read_table(lines(), "t.tsv")
    assert read == len(tiles) == 1000


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"datetime": "soon"}, "its datetime is 'soon'"),
        ({"datetime": ""}, "it has no datetime"),
        ({"gsd": "nan"}, "its gsd is nan"),
        ({"gsd": "-1"}, "its gsd is -1"),
        ({"catalog_id": ""}, "it has no id"),
        ({"proj__epsg": "1"}, "its CRS is '1'"),
        ({"proj__epsg": ""}, "its CRS is ''"),
        ({"proj__bbox": "1,2,3"}, "not enough values"),
        ({"proj__bbox": "inf,0,1,1"}, "its outline is no area"),
        ({"gsd": "fine"}, "could not convert"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_taken(cells: dict[str, str], says: str) -> None:
    tiles, refused = table(line(), line(**cells), line())
    assert len(tiles) == 2
    assert [str(one).startswith("t.tsv, line 3: ") for one in refused] == [True]
    assert says in str(refused[0])


def test_many_bad_rows_are_counted() -> None:
    tiles, refused = table(*[line(gsd="0")] * 30)
    assert tiles == ()
    assert len(refused) == 21
    assert "10 more are not as they should be" in str(refused[-1])


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(InputRefused, match="there is no column datetime"):
        read_table(["id\tname", "1\ta"], "t.tsv")
    with pytest.raises(InputRefused, match="there is no column datetime"):
        read_table([], "t.tsv")
    with pytest.raises(InputRefused, match="it is no table"):
        read_table([HEADING, "x" * 200_000], "t.tsv")


# -- STAC ----------------------------------------------------------------------------------------------------


def test_a_stac_item_states_the_pixel_of_the_sensor_which_the_view_makes_larger() -> None:
    (tile,), refused = read_json(json.dumps(item()), "i.json")
    assert refused == ()
    assert (tile.capture, tile.day, tile.cloud_percent) == ("scene-1", date(2020, 5, 1), 7.0)
    assert tile.gsd_m == pytest.approx(view_gsd_m(0.5, 25.0))
    (of_view,), _ = read_json(json.dumps(item(ard_metadata_version="0.0.1", catalog_id="X")), "i.json")
    assert (of_view.capture, of_view.gsd_m) == ("X", 0.5)


def test_the_day_is_that_of_utc() -> None:
    assert collection(item(datetime="2020-05-01T02:00:00+09:00"))[0][0].day == date(2020, 4, 30)


def test_every_part_of_a_multipolygon_counts_and_the_date_line_is_crossed() -> None:
    east = [[179.0, -17.0], [180.0, -17.0], [180.0, -16.0], [179.0, -16.0], [179.0, -17.0]]
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE], [east]]}
    across = {
        "type": "Polygon",
        "coordinates": [[[179.0, -17.0], [-179.0, -17.0], [-179.0, -16.0], [179.0, -16.0]]],
    }
    tiles, _ = collection(item(parts), item(across, "scene-2"))
    assert [len(one.rings) for one in tiles] == [2, 2]
    gap = Gap("fiji", "pole", Event.APPEARED, date(2020, 1, 1), date(2021, 1, 1))
    for lon in (179.5, -179.5):
        made = offers(tiles, {"fiji": LonLat(lon, -16.5)}, [gap], {("fiji", "pole"): 1.0})
        assert "scene-2" in [one.capture for one in made]


@pytest.mark.parametrize(
    "feature",
    [
        None,
        [],
        {"type": "Feature"},
        item({"type": "Point", "coordinates": [1, 2]}),
        item({"type": "Polygon", "coordinates": []}),
        item({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}),
        item({"type": "Polygon", "coordinates": [[[1, 2], [3, 400], [4, 4]]]}),
        item({"type": "Polygon", "coordinates": [[["a", 2], [3, 4], [4, 4]]]}),
        item({"type": "Polygon"}),
        item(datetime=None),
        item(gsd=[1]),
        item(gsd=10**400),
        item(id_=""),
    ],
)
def test_a_bad_feature_is_named_and_the_rest_is_taken(feature: Any) -> None:
    tiles, refused = collection(feature, item())
    assert [one.capture for one in tiles] == ["scene-1"]
    assert [str(one).startswith("c.json, feature 1: ") for one in refused] == [True]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"type": "FeatureCollection"}', '{"type": "Catalog"}', "[" * 99_999]
)
def test_json_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match=r"^c\.json: it is no "):
        read_json(text, "c.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "coordinates", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*PROPERTIES, "catalog_id", "platform"]), json_values), json_values)
def test_no_feature_breaks_the_reading(properties: dict[str, Any], geometry: Any) -> None:
    feature = item(geometry)
    feature["properties"] |= properties
    tiles, refused = read_json(json.dumps({"type": "FeatureCollection", "features": [feature]}), "c.json")
    assert len(tiles) + len(refused) == 1


# -- files ---------------------------------------------------------------------------------------------------


def test_a_folder_gives_all_catalogues_in_it_and_a_bad_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"{HEADING}\n{line()}\n", "utf-8")
    (tmp_path / "b.json").write_text(json.dumps(item()), "utf-8")
    (tmp_path / "c.geojson").write_text("{", "utf-8")
    (tmp_path / "notes.md").write_text("-", "utf-8")
    tiles, refused = read_catalogues([tmp_path])
    assert [one.file for one in tiles] == ["a.tsv", "b.json"]
    assert [str(one).split(":")[0] for one in refused] == ["c.geojson"]


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin.tsv").write_bytes(HEADING.encode() + b"\n\xe4\n")
    (tmp_path / "empty").mkdir()
    wanted = [tmp_path / name for name in ("latin.tsv", "empty", "gone.tsv", "x.csv")]
    tiles, refused = read_catalogues(wanted)
    assert tiles == ()
    for one, says in zip(
        refused, ("it is not UTF-8", "has no catalogue", "No such file", "no catalogue that is"), strict=True
    ):
        assert says in str(one)


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate((512 << 20) + 1)
    with pytest.raises(InputRefused, match="larger than 512 MB"):
        read_catalogue(huge)


@pytest.mark.data
def test_the_real_catalogue_dates_many_sites_with_one_capture(test_data: Path) -> None:
    tiles, refused = read_catalogues([test_data / "maxar_open_data"])
    assert refused == ()
    assert len(tiles) == 13_582
    assert len({one.capture for one in tiles}) == 497
    rng = random.Random(1)  # noqa: S311  places for a test
    places, gaps = {}, []
    for number in range(500):
        tile = rng.choice(tiles)
        (west, south), (east, north) = tile.rings[0][0], tile.rings[0][2]
        places[f"s{number}"] = LonLat((west + east) / 2, (south + north) / 2)
        first = tile.day - timedelta(rng.randint(20, 60))
        gaps.append(
            Gap(f"s{number}", "gantry", Event.APPEARED, first, first + timedelta(rng.randint(61, 90)))
        )
    made = offers(tiles, places, gaps, {(gap.site, gap.target): 0.75 for gap in gaps})
    reached = {gap.site for one in made for gap in one.gaps}
    assert len(reached) > 300  # others lie under coarse tiles only, or beside another day
    assert all(one.gain >= other.gain > 0 for one, other in pairwise(made))
    assert "sites could be dated to within 3 months by one capture on" in offer_sentence(made[0])
    assert all(one.gsd_m is not None and one.gsd_m <= 0.75 for one in made)
