"""What a team's database shows to Python's geographic libraries: footprints as PostGIS geometries."""

from __future__ import annotations

import json

import geopandas
import pytest
from sqlalchemy import create_engine
from store_sample import PARTED, box, capture, put

from workflow.store import Record


@pytest.fixture
def filled(postgres_url: str) -> str:
    with Record.open(postgres_url) as record:
        put(record, PARTED)
        put(record, capture("a" * 16, box(125, 38, 126, 39)))
        put(record, capture("b" * 16, box(179, 0, -179, 1)))
        put(record, capture("c" * 16))
    return postgres_url


def test_geopandas_reads_footprints_there(filled: str) -> None:
    engine = create_engine(filled.replace("postgresql://", "postgresql+psycopg://"))
    frame = geopandas.read_postgis(
        "SELECT id, payload, geometry FROM capture ORDER BY id", engine, "geometry"
    )
    engine.dispose()
    assert frame.crs.to_epsg() == 4326
    assert list(frame["id"]) == ["a" * 16, "b" * 16, "c" * 16]
    assert tuple(frame.geometry[0].bounds) == (125, 38, 126, 39)
    assert frame.geometry[1].geom_type == "MultiPolygon"
    assert frame.geometry[2] is None
    assert json.loads(frame["payload"][0])["file"] == f"{'a' * 16}.tif"
