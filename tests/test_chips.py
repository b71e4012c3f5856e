from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import store_sample
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow import chips, rasters
from workflow.chips import chip, covering, covering_each, covers, cut, plan, share, site_grid_of
from workflow.errors import InputRefused
from workflow.model import Author, LonLat, Offset, Position, Site, Stretch


@pytest.fixture
def reads(monkeypatch):
    """How often a raster is read, and with what."""
    calls = []
    read = rasters.cut_on_grid

    def counted(path, grid, dx_m=0.0, dy_m=0.0, **options):
        calls.append((path.name, dx_m, dy_m))
        return read(path, grid, dx_m, dy_m, **options)

    monkeypatch.setattr(rasters, "cut_on_grid", counted)
    return calls


def put_offset(project, offset):
    with project.record.write(Author("tester"), "offset") as transaction:
        transaction.put(offset, base_version=0)


def test_captures_over_the_site_come_in_date_order(watched):
    site = watched.add_site()
    late, undated, early = (watched.add_capture(day) for day in ("2020-05-01", None, "2019-01-31"))
    watched.add_capture("2018-01-01", crop=(0.0, 0.0, 0.2, 0.2))
    watched.add_capture("2017-01-01", located=False, site=site.id)
    assert [one.id for one in covering(watched.project, site)] == [early.id, late.id, undated.id]


@pytest.mark.parametrize(("top", "covers"), [(0.095, False), (0.105, True)])
def test_a_slanting_footprint_covers_by_its_outline_and_not_its_box(watched, top, covers):
    site = watched.add_site()
    capture = watched.add_capture("2020-01-01")
    lon, lat = watched.PLACE
    # the slanting side passes 280 m south-west, or north-east, of the site
    corners = ((-0.1, -0.1), (0.1, -0.1), (-0.1, top), (-0.1, -0.1))
    footprint = tuple(LonLat(lon + x, lat + y) for x, y in corners)
    with watched.project.record.write(Author("tester"), "footprint") as transaction:
        transaction.put(replace(capture, footprint=footprint), base_version=1)
    assert [row.value.id for row in watched.project.record.captures_over(lon, lat, lon, lat)] == [capture.id]
    assert [one.id for one in covering(watched.project, site)] == ([capture.id] if covers else [])


def test_what_covers_each_site_is_what_covers_it_alone(watched):
    sites = [
        Site(f"s{number}", "s", position=Position(LonLat(lon, lat)), radius_m=radius)
        for number, (lon, lat, radius) in enumerate(
            [(125.7, 39.0, 60), (125.7023, 39.0, 60), (125.71, 39.0, 2000), (179.999, 5.5, 500), (-179.999, 5.5, 500),
             (180.0, 5.5, 60), (0.0, 5.5, 60), (10.0, 89.99, 900)]
        )
    ]  # fmt: skip
    sites.append(Site("lost", "lost"))
    rings = [
        ((179.99, 5), (-179.99, 5), (-179.99, 6), (179.99, 6), (179.99, 5)),
        ((179.5, 5), (180.0, 5), (180.0, 6), (179.5, 6), (179.5, 5)),
        ((-180.0, 5), (-179.5, 5), (-179.5, 6), (-180.0, 6), (-180.0, 5)),
    ]
    for day, crop in (
        ("2021-01-01", None),
        ("2020-01-01", (0.5, 0.0, 1.0, 1.0)),
        ("2019-01-01", (0.0, 0.0, 0.4, 1.0)),
    ):
        watched.add_capture(day, crop=crop)
    for number, ring in enumerate(rings):
        capture = watched.add_capture("2022-01-01", seed=number)
        with watched.project.record.write(Author("tester"), "footprint") as transaction:
            moved = replace(capture, footprint=tuple(LonLat(*corner) for corner in ring))
            transaction.put(moved, base_version=1)
    watched.add_capture("2022-01-01", located=False)
    found = covering_each(sites, watched.project.captures())
    assert found == {site.id: covering(watched.project, site) for site in sites}
    assert [len(found[f"s{number}"]) for number in range(8)] == [3, 2, 3, 3, 3, 3, 0, 0]


@st.composite
def rings_near(draw: st.DrawFn) -> tuple[LonLat, ...]:
    """A footprint near Greenwich or the date line: four corners or fewer, in any order, closed or not."""
    middle = draw(st.sampled_from([0.0, 179.99, -179.99, 90.0]))
    lon, lat = st.floats(-0.05, 0.05), st.floats(4.95, 5.05)
    corners = draw(st.lists(st.tuples(lon, lat), min_size=3, max_size=5))
    return tuple(LonLat((middle + x + 540) % 360 - 180, y) for x, y in corners)


@settings(deadline=None)
@given(
    rings=st.lists(rings_near(), max_size=6),
    places=st.lists(st.tuples(st.sampled_from([0.0, 179.99, -180.0, 90.0]), st.floats(10, 9000)), max_size=4),
)
def test_what_covers_each_site_is_what_covers_says_of_each_capture(rings, places):
    blank = store_sample.capture()
    captures = [
        replace(blank, id=f"{n:016x}", crs="EPSG:4326", footprint=ring) for n, ring in enumerate(rings)
    ]
    sites = [
        Site(f"s{n}", "s", position=Position(LonLat(lon, 5.0)), radius_m=radius)
        for n, (lon, radius) in enumerate(places)
    ]
    for _ in range(2):  # found, and remembered
        assert covering_each(sites, captures) == {
            site.id: tuple(one for one in captures if covers(site)(one)) for site in sites
        }


def test_a_site_on_the_date_line_is_covered_from_both_sides(watched):
    capture = watched.add_capture("2020-01-01")
    ring = tuple(LonLat(*corner) for corner in ((179.9, 5), (-179.9, 5), (-179.9, 6), (179.9, 6), (179.9, 5)))
    with watched.project.record.write(Author("tester"), "footprint") as transaction:
        transaction.put(replace(capture, footprint=ring), base_version=1)
    for lon in (179.95, -179.95, 180.0, -180.0):
        site = Site("line", "line", position=Position(LonLat(lon, 5.5)))
        assert [one.id for one in covering(watched.project, site)] == [capture.id]
    assert covering(watched.project, Site("off", "off", position=Position(LonLat(0.0, 5.5)))) == ()


def test_a_site_without_position_is_covered_by_nothing_and_has_no_grid(watched):
    site = Site("somewhere", "somewhere")
    assert covering(watched.project, site) == ()
    with pytest.raises(InputRefused, match="not located"):
        site_grid_of(watched.project, site)


def test_the_grid_takes_the_finest_pixel(watched):
    site = watched.add_site()
    assert site_grid_of(watched.project, site).gsd_m == 0.5
    watched.add_capture("2019-01-01", gsd_m=2.0)
    assert site_grid_of(watched.project, site).gsd_m == 2.0
    watched.add_capture("2019-01-02", gsd_m=1.0)
    assert site_grid_of(watched.project, site).gsd_m == 1.0


@pytest.mark.parametrize("radius_m", [150, 1022, 1024, 5_000, 20_000])
def test_a_grid_never_has_more_than_4096_pixels_a_side(radius_m):
    grid = chips.window_grid(LonLat(125.7, 39), radius_m, 0.1)
    assert grid.width <= 4096
    assert grid.gsd_m == 0.1 or grid.width > 4000


def test_a_chip_is_read_once_and_then_comes_from_the_cache(watched, reads):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01", crop=(0.5, 0, 1, 1))
    first, second = (chip(watched.project, site, capture) for _ in range(2))
    assert len(reads) == 1
    assert np.array_equal(first.data, second.data)
    assert first.data.dtype == second.data.dtype
    assert np.array_equal(first.valid, second.valid)
    assert 0.4 < share(first) < 0.6


@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
def test_a_damaged_cache_file_is_made_again(watched, reads, kept):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    what = plan(watched.project, site, capture, site_grid_of(watched.project, site))
    whole = cut(what)
    path = watched.project.root / what.file
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * kept)])
    assert np.array_equal(cut(what).data, whole.data)
    assert np.array_equal(cut(what).data, whole.data)
    assert len(reads) == 2
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_flipped_byte_in_the_cache_does_not_go_unseen(watched, reads):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    what = plan(watched.project, site, capture, site_grid_of(watched.project, site))
    whole = cut(what)
    path = watched.project.root / what.file
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0xFF
    path.write_bytes(body)
    assert np.array_equal(cut(what).data, whole.data)
    assert len(reads) == 2


def test_a_cache_that_cannot_be_written_is_done_without(watched, reads):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    (watched.project.state_dir / "chips").write_text("in the way")
    assert chip(watched.project, site, capture).valid.all()


def test_an_interrupt_while_writing_leaves_no_half_file(watched, monkeypatch):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")

    def interrupted(stream, **arrays):
        stream.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        chip(watched.project, site, capture)
    assert list((watched.project.state_dir / "chips" / site.id).iterdir()) == []


def test_what_was_drawn_from_a_chip_is_kept_by_its_name_and_by_the_tones(watched, reads):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    what = plan(watched.project, site, capture, site_grid_of(watched.project, site))
    asked = []

    def mean(made):
        asked.append(made.stretch)
        return np.array([made.data.mean()])

    first = chips.drawn_from(what, "mean 1", mean)
    (file,) = (what.root / what.file).parent.glob("*.*.npz")
    assert chips.key_of(file.name) == what.key
    (what.root / what.file).unlink()
    assert chips.drawn_from(what, "mean 1", mean) == first
    assert (len(asked), len(reads)) == (1, 1)
    # another name, other tones, a damaged file: drawn anew
    chips.drawn_from(what, "mean 2", mean)
    chips.drawn_from(replace(what, stretch=(Stretch(0, 9),) * len(what.stretch)), "mean 1", mean)
    file.write_bytes(b"half")
    assert chips.drawn_from(what, "mean 1", mean) == first
    assert (len(asked), len(reads)) == (4, 2)


def test_only_an_applied_offset_moves_the_chip(watched, reads):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    offset = Offset(site.id, capture.id, capture.id, 3.0, -2.0, 0.1, False, "test", "too weak")
    put_offset(watched.project, offset)
    still = chip(watched.project, site, capture)
    with watched.project.record.write(Author("tester"), "apply") as transaction:
        transaction.put(replace(offset, applied=True, reason=""), base_version=1)
    moved = chip(watched.project, site, capture)
    assert [one[1:] for one in reads] == [(0.0, 0.0), (3.0, -2.0)]
    # 3 m east and 2 m south are 6 columns and 4 rows of 0.5 m; the read is exact at whole pixels
    assert np.array_equal(moved.data[:, 10:-10, 10:-10], still.data[:, 6:-14, 4:-16])


def test_the_key_follows_from_everything_that_the_pixels_follow_from(watched):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    grid = site_grid_of(watched.project, site)
    what = plan(watched.project, site, capture, grid)
    others = [
        replace(what, grid=replace(grid, west=grid.west + 0.5)),
        replace(what, dx_m=0.5),
        replace(what, dy_m=0.5),
        plan(watched.project, site, replace(capture, sha256="0" * 64), grid),
        plan(watched.project, site, replace(capture, footprint=capture.footprint[::-1]), grid),
    ]
    assert len({one.key for one in (what, *others)}) == 6
    assert replace(what, site="other").key == what.key
    assert what.key == plan(watched.project, site, replace(capture, credit="someone"), grid).key


def test_a_capture_without_georeference_has_no_chip(watched):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01", located=False)
    with pytest.raises(InputRefused, match="no georeference"):
        chip(watched.project, site, capture)


def test_a_missing_working_copy_is_one_sentence(watched):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    working = watched.project.root / capture.working
    working.write_bytes(working.read_bytes()[:5000])
    with pytest.raises(InputRefused, match="its working copy cannot be read; run 'sitetrack verify'"):
        chip(watched.project, site, capture)
    working.unlink()
    with pytest.raises(InputRefused, match="its working copy is missing; run 'sitetrack verify'"):
        chip(watched.project, site, capture)


def test_a_chip_asked_of_another_reader_is_another_chip_and_is_not_cut(watched):
    site = watched.add_site()
    capture = watched.add_capture("2020-01-01")
    what = plan(watched.project, site, capture, site_grid_of(watched.project, site))
    other = replace(what, reader="2+slide-rule")
    assert other.key != what.key
    with pytest.raises(InputRefused, match=r"asked of reader 2\+slide-rule, and this worker has 3"):
        chips.read(other)
    assert chips.read(what).valid.any()
