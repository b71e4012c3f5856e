"""What a team's database shows to Python's geographic libraries, and what happens when it goes away for a moment."""

from __future__ import annotations

import json

import geopandas
import pytest
from sqlalchemy import create_engine, text
from store_sample import PARTED, box, capture, put

from workflow.errors import ProjectUnusable
from workflow.store import Record, postgres


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


def cut_off(url: str) -> None:
    """End the record's connections at the server, as a restart does."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'cut' AND datname = current_database()"
            )
        )
    engine.dispose()


@pytest.mark.parametrize("rested", [True, False])
def test_a_connection_that_was_cut_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    monkeypatch.setattr(postgres, "RESTED_S", 0.0 if rested else 3600.0)
    with Record.open(f"{postgres_url}&application_name=cut") as record:
        put(record, PARTED)
        cut_off(postgres_url)
        if not rested:
            with pytest.raises(ProjectUnusable):
                assert record.revision
        assert record.revision == 5
        cut_off(postgres_url)
        if not rested:
            with pytest.raises(ProjectUnusable):
                put(record, capture("a" * 16))
        assert put(record, capture("a" * 16)) == 1
        assert record.verify().problems == ()
