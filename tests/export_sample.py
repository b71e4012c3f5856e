"""Extracts made up by hypothesis, and what of a place a file could give away."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st
from store_sample import capture

from workflow.coords import format_decimal, format_dms, format_mgrs
from workflow.exporters.extract import Extract
from workflow.model import (
    Annotation,
    DateSpan,
    Event,
    Finding,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Site,
    State,
    Target,
    TargetClass,
)
from workflow.visibility import AUDIENCES

TEXTS = st.sampled_from(["", "=1+1", "@cmd", "-2", "길목", "<b>&\"'</b>", "a;b, c\nd"])


def ring(lon: float, lat: float, side: float) -> list[list[float]]:
    corners = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return [[round(x, 7), round(y, 7)] for x, y in corners]


@st.composite
def extracts(draw: st.DrawFn) -> Extract:
    """Sites a degree apart, each with a small picture of its own, a state, an area drawn on it and an outline."""
    sites, captures, said, marks, offsets, findings = [], [], [], [], [], []
    for number in range(draw(st.integers(1, 4))):
        fine = draw(st.integers(1_000_001, 8_999_999))
        lon, lat = 100 + number + fine / 1e7, 30 + number + (fine // 3) / 1e7
        key = f"s{number}"
        own = ring(lon, lat, 0.0011)
        site = Site(
            key,
            draw(TEXTS) or key,
            position=Position(LonLat(lon, lat), draw(st.sampled_from([None, 0.5, 30.0])), f"{lat}, {lon}"),
            radius_m=30.0,
            footprint=draw(st.sampled_from([None, {"type": "Polygon", "coordinates": [own]}])),
            targets=(Target("gantry", kind=TargetClass.GANTRY),),
            note=draw(TEXTS),
            visibility=draw(st.sampled_from(AUDIENCES)),
        )
        day = date(2020, 1, 1 + number)
        picture = replace(
            capture(f"{number + 1:x}" * 16, tuple(map(tuple, own))),
            acquired=DateSpan(day, draw(st.sampled_from([day, None])), Precision.DAY),
            credit=draw(TEXTS),
            site=draw(st.sampled_from([None, key])),
        )
        sites.append(site)
        captures.append(picture)
        said.append(
            Observation(f"o{number}", key, "gantry", picture.id, "Anna", State.PRESENT, note=draw(TEXTS))
        )
        area = {"type": "Polygon", "coordinates": [ring(lon, lat, 0.0003)]}
        marks.append(
            Annotation(f"m{number}", key, picture.id, "polygon", area, target="gantry", label=draw(TEXTS))
        )
        offsets.append(Offset(key, picture.id, picture.id, 0.5, -0.5, 0.9, True, "phase"))
        findings.append(Finding(key, "gantry", Event.APPEARED, None, day, "by then", (picture.id,)))
    parts = (sites, captures, said, marks, offsets, findings)
    return Extract(*(tuple(part) for part in parts), audience="restricted")  # type: ignore[arg-type]


def opened(body: bytes) -> bytes:
    """A file's bytes with what is packed in it unpacked: members of archives, columns of Parquet."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"\n".join(
                name.encode() + b"\n" + opened(archive.read(name)) for name in archive.namelist()
            )
    if body[:4] == b"PAR1":
        import pyarrow.parquet as parquet

        table = parquet.read_table(io.BytesIO(body))
        cells = [value for column in table.columns for value in column.to_pylist()]
        packed = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in cells)
        return packed + str(table.schema.metadata).encode()
    return body


def traces(site: Site, *shapes: Any) -> Iterator[bytes]:
    """How its place, and every corner of `shapes`, may stand in a file."""
    assert site.position is not None
    places = [site.position.lonlat]
    for one in (site.footprint, *shapes):
        numbers = json.loads(json.dumps(one))["coordinates"] if one else []
        while numbers and isinstance(numbers[0][0], list):
            numbers = [inner for outer in numbers for inner in outer]
        places += [LonLat(*pair) for pair in numbers]
    for place in places:
        for value in (place.lon, place.lat):
            yield struct.pack("<d", value)
            yield struct.pack(">d", value)
            yield f"{value:.4f}"[:-1].encode()
        yield from (text.encode() for text in (format_dms(place), format_decimal(place), format_mgrs(place)))
