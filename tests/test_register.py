"""Writing, reading back and merging: laws."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.model import (
    Basis,
    DateSpan,
    Direction,
    Event,
    Evidence,
    LonLat,
    Position,
    Precision,
    Site,
    Target,
    TargetClass,
    slug,
)
from workflow.register import as_filed, merge, read_sites, register_text, rewritten, sites_of, write_register
from workflow.register.fields import default_targets, statement_span

letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"))


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


lines = st.text(letters, max_size=20).map(tidy)
names = lines.filter(bool)
slugs = st.text("abc019-", min_size=1, max_size=12).map(slug).filter(bool)
degrees = st.floats(allow_nan=False, allow_infinity=False)
places = st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90))
positions = st.builds(Position, places, st.none() | st.floats(0.001, 1e5), lines)
dates = st.sampled_from(
    [
        *(
            statement_span(text, Basis.PUBLISHED)
            for text in ("late 2021 or early 2022", "in 2020", "by May 2022")
        ),
        *(statement_span(text, Basis.STATED) for text in ("14 April 2023", "January 2024")),
        DateSpan(date(2020, 1, 2), date(2020, 3, 4), Precision.RANGE, Basis.PUBLISHED, "no text gives this"),
    ]
)


@st.composite
def boxes(draw: st.DrawFn) -> dict[str, object]:
    west, south = draw(st.integers(-100, 90)), draw(st.integers(-80, 70))
    east, north = west + draw(st.integers(1, 9)), south + draw(st.integers(1, 9))
    ring = [
        [float(x), float(y)]
        for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south))
    ]
    return {"type": "Polygon", "coordinates": [ring]}


targets = st.builds(
    Target, slugs, lines, st.sampled_from(TargetClass), st.none() | st.sampled_from(Direction), lines
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    watched = draw(st.lists(targets, min_size=1, max_size=3, unique_by=lambda target: target.id))
    statement = st.builds(
        Evidence,
        wording=lines,
        when=st.none() | dates,
        target=st.none() | st.sampled_from([target.id for target in watched]),
        event=st.none() | st.sampled_from(Event),
        source=lines,
        page=lines,
    )
    return Site(
        id=draw(slugs),
        name=draw(names),
        name_local=draw(lines),
        aliases=tuple(draw(st.lists(names.filter(lambda name: ";" not in name), max_size=3, unique=True))),
        category=draw(names),
        position=draw(st.none() | positions),
        footprint=draw(st.none() | boxes()),
        targets=tuple(watched),
        road=draw(lines),
        bearing_deg=draw(st.none() | st.floats(0, 360, exclude_max=True)),
        traffic=draw(st.none() | st.sampled_from(Direction)),
        radius_m=draw(st.floats(0.1, 20_000)),
        timezone=draw(st.sampled_from(["", "Asia/Pyongyang", "UTC"])),
        source=draw(lines),
        note=draw(lines),
        visibility=draw(st.sampled_from(["public", "team", "restricted"])),
        evidence=tuple(draw(st.lists(statement, max_size=3))),
        assigned=tuple(draw(st.lists(names.filter(lambda name: ";" not in name), max_size=3, unique=True))),
    )


registers = st.lists(sites(), max_size=2, unique_by=lambda site: site.id)


@settings(deadline=None)
@given(registers)
def test_what_is_written_is_read_back_the_same(register: list[Site]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sites.geojson"
        write_register(path, register)
        reading = read_sites(path)
        assert [path.name for path in Path(folder).iterdir()] == ["sites.geojson"]
    assert reading.refused == ()
    assert list(reading.sites) == register
    assert register_text(reading.sites) == register_text(register)


@settings(deadline=None)
@given(registers)
def test_a_site_is_filed_as_it_is(register: list[Site]) -> None:
    assert [as_filed(site) for site in register] == register


@settings(deadline=None)
@given(registers, registers)
def test_a_rewritten_register_has_what_changed_and_all_else_as_it_was(
    register: list[Site], changed: list[Site]
) -> None:
    root = json.loads(register_text(register))
    for number, one in enumerate(root["features"]):
        one["properties"] |= {"theirs": number, "deep": {"list": [1, 2.5, None]}}
        one["member"] = number
    body = json.dumps({**root, "name": "theirs"}).encode()
    after = rewritten(body, "sites.geojson", register, changed)
    news = {site.id: site for site in changed}
    places = {site.id: [site.position.lonlat] for site in (*register, *changed) if site.position}
    expected = {**{site.id: site for site in register}, **news}
    assert sites_of("sites.geojson", after, places).sites == tuple(expected.values())
    written = json.loads(after)
    assert written["name"] == "theirs"
    for number, (was, now) in enumerate(zip(root["features"], written["features"], strict=False)):
        assert (now["member"], now["properties"]["theirs"]) == (number, number)
        assert now == was or now["properties"]["id"] in news


def test_two_sites_are_too_few_to_tell_that_one_is_swapped(tmp_path: Path) -> None:
    two = [
        replace(FULL, id="a", position=Position(LonLat(-1.0, 0.0))),
        replace(FULL, id="b", position=Position(LonLat(6.0, -6.0))),
    ]
    write_register(tmp_path / "sites.geojson", two)
    assert read_sites(tmp_path / "sites.geojson").refused == ()


def test_a_site_at_a_settled_place_is_not_taken_for_swapped() -> None:
    near = [replace(FULL, id=f"near-{n}", position=Position(LonLat(30.0, 60.0))) for n in range(4)]
    far = replace(FULL, id="far", position=Position(LonLat(60.0, 30.0)))
    body = register_text([*near, far]).encode()
    assert [one.subject for one in sites_of("sites.geojson", body).refused] == [
        "sites.geojson, feature 5 (North gate)"
    ]
    elsewhere = {"far": [LonLat(60.0, 30.1)]}
    assert len(sites_of("sites.geojson", body, elsewhere).refused) == 1
    assert sites_of("sites.geojson", body, {"far": [LonLat(60.0, 30.0)]}).sites == (*near, far)


@settings(deadline=None)
@given(registers, registers)
def test_merging_twice_is_merging_once(existing: list[Site], incoming: list[Site]) -> None:
    once = merge(existing, incoming)
    twice = merge(once.sites, incoming)
    assert twice.sites == once.sites
    assert twice.added == twice.updated == ()
    assert set(twice.unchanged) == {site.id for site in incoming}


@settings(deadline=None)
@given(registers, registers)
def test_merging_loses_no_site_and_accounts_for_every_incoming_one(
    existing: list[Site], incoming: list[Site]
) -> None:
    merged = merge(existing, incoming)
    before, after = [site.id for site in existing], [site.id for site in merged.sites]
    assert after[: len(before)] == before
    assert set(after) == {*before, *(site.id for site in incoming)}
    assert sorted((*merged.added, *merged.updated, *merged.unchanged)) == sorted(site.id for site in incoming)


FULL = Site(
    "gate",
    "North gate",
    aliases=("Gate N",),
    category="road-camera-gantry",
    position=Position(LonLat(125.7, 39.0), 31.0, "as printed"),
    targets=(Target("gantry-in", kind=TargetClass.GANTRY),),
    note="kept",
    evidence=(Evidence("seen"),),
)


def test_an_update_replaces_what_is_stated_and_keeps_the_rest() -> None:
    bare = Site("gate", "gate", category="checkpoint", road="Ring", targets=default_targets("checkpoint"))
    (site,) = merge([FULL], [bare]).sites
    assert site == replace(FULL, category="checkpoint", road="Ring")


def test_stated_targets_and_evidence_replace_the_existing_ones() -> None:
    stated = Site(
        "gate", "Gate", targets=(Target("mast", kind=TargetClass.MAST),), evidence=(Evidence("new"),)
    )
    (site,) = merge([FULL], [stated]).sites
    assert (site.name, site.targets, site.evidence) == ("Gate", stated.targets, stated.evidence)


def test_whole_replaces_a_site_in_full() -> None:
    bare = Site("gate", "Gate", targets=default_targets("other"))
    assert merge([FULL], [bare], whole=True).sites == (bare,)


def test_the_written_file_is_plain_and_stable(tmp_path: Path) -> None:
    path = tmp_path / "sites.geojson"
    path.write_text("old")
    write_register(path, [replace(FULL, name_local="북문")])
    body = path.read_bytes()
    assert b"\r" not in body
    assert '\n      "properties": {\n        "id": "gate",' in body.decode()
    assert "북문" in body.decode()
    assert set(json.loads(body)) == {"type", "features"}
    write_register(path, [replace(FULL, name_local="북문")])
    assert path.read_bytes() == body


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sites.geojson"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_register(path, [FULL])
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["sites.geojson"]
