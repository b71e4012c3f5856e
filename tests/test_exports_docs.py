"""docs/exports.md says of every format what is in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_stac import CAPTURE

from workflow.exporters.coco import coco
from workflow.exporters.extract import FIELDS, Extract
from workflow.exporters.smart import site_models
from workflow.exporters.stac import item_of
from workflow.exporters.texts import lossless
from workflow.model import (
    Annotation,
    DateSpan,
    LonLat,
    Observation,
    Position,
    Precision,
    Site,
    State,
    Stated,
    Target,
)
from workflow.publish.data import KINDS
from workflow.visibility import AUDIENCES

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "exports.md").read_text("utf-8")
AREA = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}
SHOWN = Extract(
    sites=(Site("gate", "Gate", position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),)),),
    captures=(CAPTURE,),
    observations=(Observation("o1", "gate", "gantry", CAPTURE.id, "Anna", State.PRESENT),),
    annotations=(Annotation("m1", "gate", CAPTURE.id, "polygon", AREA, in_pixels=True),),
)


def section(heading: str) -> str:
    start = PAGE.index(f"\n{heading}\n")
    depth = heading.index(" ")
    rest = PAGE[start + len(heading) + 2 :]
    end = re.search(rf"^#{{1,{depth}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def named(table: str) -> list[str]:
    """What the first column of a table names, in order."""
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([\w:]+)`", cell)]


def listed(table: str, key: str) -> set[str]:
    """Names that the cell beside `key` lists in one pair of backticks or more."""
    (cell,) = re.findall(rf"^\| `{key}` \| (.*) \|$", table, re.MULTILINE)
    return {name for group in re.findall(r"`([\w ]+)`", cell) for name in group.split()}


@pytest.mark.parametrize("layer", FIELDS)
def test_every_field_of_a_layer_is_explained_and_no_other(layer: str) -> None:
    found = named(section(f"### `{layer}`"))
    assert sorted(found) == sorted(FIELDS[layer][1])


def test_every_kind_is_in_the_table_with_its_endings() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE.split("## Who may see it")[0], re.MULTILINE)
    assert {kind: set(re.findall(r"`(\.\w+)`", cell)) for kind, cell in rows} == {
        kind: {*form.whole, *(form.layer if kind in ("csv", "geoparquet") else ())}
        for kind, form in KINDS.items()
    }


def test_every_audience_is_in_the_table() -> None:
    assert named(section("## Who may see it")) == list(AUDIENCES)


def test_keys_of_the_json() -> None:
    assert set(named(section("## JSON"))) == set(json.loads(lossless(SHOWN)))


def test_keys_of_coco() -> None:
    content, table = json.loads(coco(SHOWN, {"m1": [(1, 1), (2, 1), (2, 2), (1, 1)]})), section("## COCO")
    assert set(named(table)) == set(content)
    for key in ("images", "categories"):
        assert set(content[key][0]) <= listed(table, key)
    assert set(content["annotations"][0]) | {"other"} == listed(table, "annotations")


def test_properties_of_site_models() -> None:
    (body,) = site_models(SHOWN).values()
    head, observation = (one["properties"] for one in json.loads(body)["features"])
    text = section("## IARPA SMART site models")
    first, second = text.split("| property of `observation` | |")
    assert set(named(first)) == set(head)
    assert set(named(second)) == set(observation)
    assert listed(first, "cache") == {"sitetrack", *head["cache"]["sitetrack"]}
    assert listed(second, "cache") == {"id", "sitetrack", *observation["cache"]["sitetrack"]}


def test_properties_of_stac() -> None:
    full = replace(
        CAPTURE,
        platform="WV3",
        site="gate",
        warnings=("turned",),
        stated_gsd_m=0.3,
        sources=(Stated("acquired", "a.xml: day"),),
        sun_azimuth_deg=1.0,
        sun_elevation_deg=1.0,
        cloud_share=0.1,
        acquired=DateSpan(None, CAPTURE.acquired.latest, Precision.DAY, verbatim="by then"),
    )
    instant = datetime(2023, 4, 14, tzinfo=UTC)
    exact = replace(
        CAPTURE,
        crs='PROJCS["x"]',
        acquired=replace(CAPTURE.acquired, precision=Precision.INSTANT, instant=instant),
    )
    found = {key for one in (full, exact) for key in item_of(one)["properties"]}
    assert found == set(named(section("## STAC")))
