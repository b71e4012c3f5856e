"""Tracking as a whole: what is cut, aligned and scored, what is left alone, and the rows that tell of it.

What the queue makes of it is in `test_queue.py`. One long file: every part is tried on the same small project.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from track_sample import AUTHOR, MeanDifference, run

from workflow import compare, rasters
from workflow.errors import InputRefused, NotAllowed, UnknownName
from workflow.executors import SerialExecutor, open_executor, parse_executor
from workflow.model import (
    Author,
    Offset,
    Position,
    Role,
    Score,
    Site,
)
from workflow.pipeline import alignment
from workflow.pipeline.track import track
from workflow.readmodels.work import offsets


@pytest.fixture
def reads(monkeypatch):
    """Names of the rasters that were read."""
    names = []
    read = rasters.cut_on_grid

    def counted(path, *arguments, **options):
        names.append(path.stem[:16])
        return read(path, *arguments, **options)

    monkeypatch.setattr(rasters, "cut_on_grid", counted)
    return names


def by_capture(watched):
    return {row["capture"]: row for row in offsets(watched.project)}


# -- what a run gives ----------------------------------------------------------------------------------------


def test_offsets_undo_the_errors_of_the_captures_coordinates(watched, scorers):
    watched.add_site(radius_m=90)
    truth = {
        watched.add_capture(day, shift_m=shift).id: shift
        for day, shift in (("2019-01-01", (0, 0)), ("2020-01-01", (4.2, -3.1)), ("2021-01-01", (-6.6, 1.75)))
    }
    report = run(watched)
    assert (report.chips, report.aligned, report.scored, report.skipped) == (3, 2, 2, ())
    rows = by_capture(watched)
    (reference,) = {row["reference"] for row in rows.values()}
    for capture, (east, north) in truth.items():
        row = rows[capture]
        found = row["dx_m"] + east, row["dy_m"] + north
        assert row["applied"], row
        # together with its offset every capture is as wrong as the reference is
        assert found == pytest.approx(truth[reference], abs=0.1)
    assert (rows[reference]["dx_m"], rows[reference]["dy_m"], rows[reference]["quality"]) == (0.0, 0.0, 1.0)


def test_aligned_chips_of_the_same_ground_score_lower_than_unaligned_ones(watched, scorers):
    site = watched.add_site(radius_m=90)
    for day, shift in (("2019-01-01", (0, 0)), ("2020-01-01", (5.0, -3.0)), ("2021-01-01", (0, 0))):
        watched.add_capture(day, shift_m=shift)
    run(watched)
    # shifts are whole pixels: what remains is the resampling of the estimate's last hundredths
    assert all(entry.value < 0.01 for entry in watched.project.record.scores(site.id))


def test_a_picture_of_another_ground_is_flagged_and_not_applied(watched, scorers):
    watched.add_site(radius_m=90)
    watched.add_capture("2019-01-01")
    watched.add_capture("2020-01-01")
    other = watched.add_capture("2021-01-01", seed=9)
    run(watched)
    row = by_capture(watched)[other.id]
    assert row["applied"] is False
    assert "below" in row["reason"]


def test_a_shift_further_than_plausible_is_flagged_and_not_applied(watched, scorers):
    watched.add_site(radius_m=90)
    watched.add_capture("2019-01-01")
    far = watched.add_capture("2021-01-01", shift_m=(24.0, 20.0))
    near = watched.add_capture("2022-01-01")
    run(watched)
    rows = by_capture(watched)
    if rows[far.id]["reference"] == far.id:  # the chips are alike, so either may be the reference
        far = near
    assert rows[far.id]["applied"] is False
    assert "further than plausible" in rows[far.id]["reason"]
    assert np.hypot(rows[far.id]["dx_m"], rows[far.id]["dy_m"]) == pytest.approx(np.hypot(24, 20), abs=0.2)


def test_a_coarser_capture_is_laid_on_a_finer_one(watched, scorers):
    site = watched.add_site(radius_m=90)
    fine = watched.add_capture("2019-01-01")
    coarse = watched.add_capture("2020-01-01", gsd_m=1.0, shift_m=(4.0, -2.5))
    run(watched)
    row = by_capture(watched)[coarse.id]
    assert row["reference"] == fine.id
    assert row["applied"]
    assert (row["dx_m"], row["dy_m"]) == pytest.approx((-4.0, 2.5), abs=0.2)
    assert {entry.share for entry in watched.project.record.chips(site.id)} == {1.0}


def test_the_reference_covers_the_site_well(watched, scorers):
    watched.add_site()
    watched.add_capture("2019-01-01", crop=(0, 0, 0.45, 1))
    whole = watched.add_capture("2020-01-01")
    run(watched)
    assert {row["reference"] for row in offsets(watched.project)} == {whole.id}


def test_what_is_left_out_is_named(watched, scorers):
    site = watched.add_site()
    still = watched.add_capture("2020-01-01", located=False, site=site.id)
    with watched.project.record.write(AUTHOR, "site") as transaction:
        transaction.put(Site("lost", "lost"), base_version=0)
    report = run(watched)
    assert len(report.skipped) == 2
    assert any("lost" in one and "not located" in one for one in report.skipped)
    assert any(still.file in one and still.id in one and "no georeference" in one for one in report.skipped)
    assert run(watched, sites=["lost"]).skipped == (report.skipped[0],)


def test_many_pictures_without_georeference_are_one_sentence(watched, scorers):
    site = watched.add_site()
    for _ in range(6):
        watched.add_capture("2020-01-01", located=False, site=site.id)
    (said,) = run(watched).skipped
    assert said.startswith("6 pictures without georeference were left out")


def test_captures_that_do_not_overlap_at_the_site_score_nothing_and_say_so(watched, scorers):
    site = watched.add_site()
    watched.add_capture("2019-01-01", crop=(0, 0, 0.49, 1))
    watched.add_capture("2020-01-01", crop=(0.51, 0, 1, 1))
    run(watched)
    (entry,) = watched.project.record.scores(site.id)
    assert (entry.value, entry.reason) == (None, "no overlap at this site")


@pytest.mark.parametrize(
    ("value", "at", "kept", "reason"),
    [
        (float("nan"), None, None, "the scorer gave nan"),
        (float("nan"), (1.0, 2.0), None, "the scorer gave nan"),
        (0.5, (float("inf"), 0.0), 0.5, ""),
    ],
)
def test_a_value_that_is_no_number_and_a_place_that_is_nowhere_are_not_believed(
    watched, scorers, value, at, kept, reason
):
    class Wild(MeanDifference):
        def score(self, *_):
            return Score(self.name, self.version, value, at=at)

    scorers["mean-difference"] = Wild()
    site = watched.add_site()
    watched.add_capture("2019-01-01")
    watched.add_capture("2020-01-01")
    run(watched)
    (entry,) = watched.project.record.scores(site.id)
    assert (entry.value, entry.at, entry.reason) == (kept, None, reason)


def test_without_scorers_everything_else_is_done(watched, scorers):
    scorers.clear()
    watched.add_site()
    watched.add_capture("2019-01-01")
    watched.add_capture("2020-01-01")
    report = run(watched)
    assert (report.chips, report.aligned, report.scored) == (2, 1, 0)
    assert run(watched).unchanged == 1


def test_a_damaged_working_copy_is_named_and_the_rest_is_done(watched, scorers):
    watched.add_site()
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19, 20)]
    path = watched.project.root / captures[1].working
    good = path.read_bytes()
    path.write_bytes(b"not a picture")
    report = run(watched)
    assert (report.chips, report.scored) == (2, 1)
    assert any(captures[1].id in sentence for sentence in report.failed)
    path.write_bytes(good)
    again = run(watched)
    assert (again.chips, again.failed) == (1, ())


# -- only what is not done yet -------------------------------------------------------------------------------


def test_a_second_run_reads_nothing_and_writes_nothing(watched, scorers, reads):
    watched.add_site(radius_m=90)
    for day, shift in (("2019-01-01", (0, 0)), ("2020-01-01", (4, -3))):
        watched.add_capture(day, shift_m=shift)
    run(watched)
    stamp = watched.project.record.stamp
    reads.clear()
    report = run(watched)
    assert reads == []
    assert watched.project.record.stamp == stamp
    assert (report.chips, report.aligned, report.scored, report.unchanged) == (0, 0, 0, 1)


def test_each_raster_is_read_once_where_its_offset_is_not_applied(watched, scorers, reads):
    watched.add_site(radius_m=90)
    watched.add_capture("2019-01-01")
    watched.add_capture("2020-01-01", seed=9)
    run(watched)
    assert len(reads) == len(set(reads)) == 2


def test_a_new_capture_is_all_that_is_read(watched, scorers, reads):
    watched.add_site(radius_m=90)
    watched.add_site("other", radius_m=90, east_m=50)
    for day in ("2019-01-01", "2021-01-01"):
        watched.add_capture(day)
    run(watched)
    before = by_capture(watched)
    reads.clear()
    new = watched.add_capture("2020-01-01", shift_m=(3, 3))
    report = run(watched)
    assert set(reads) == {new.id}
    # one chip and one offset a site; the pair that it parts becomes two
    assert (report.chips, report.aligned, report.scored) == (2, 2, 4)
    assert {key: row for key, row in by_capture(watched).items() if key != new.id} == before


def test_a_new_capture_at_a_small_site_leaves_the_reference_unread(watched, scorers, reads):
    watched.add_site(radius_m=40)  # its alignment takes in the surroundings: a grid of its own
    for day in ("2019-01-01", "2021-01-01"):
        watched.add_capture(day)
    run(watched)
    reads.clear()
    new = watched.add_capture("2020-01-01")
    run(watched)
    assert set(reads) == {new.id}
    assert len(reads) == 2


def test_a_moved_site_gets_the_reference_that_covers_it(watched, scorers):
    watched.add_site(east_m=-60)
    west = watched.add_capture("2019-01-01", crop=(0, 0, 0.6, 1))
    east = watched.add_capture("2020-01-01", crop=(0.3, 0, 1, 1))
    run(watched)
    assert {row["reference"] for row in offsets(watched.project)} == {west.id}
    watched.add_site(east_m=60)
    run(watched)
    assert {row["reference"] for row in offsets(watched.project)} == {east.id}


def test_a_moved_site_and_another_radius_are_done_again(watched, scorers, reads):
    site = watched.add_site(radius_m=90)
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    run(watched)
    for change in ({"radius_m": 100.0}, {"east_m": 20.0}):
        watched.add_site(**{"radius_m": 90.0, **change})
        reads.clear()
        report = run(watched)
        assert report.chips == 2, change
        assert reads
    files = list((watched.project.state_dir / "chips" / site.id).iterdir())
    assert {path.name for path in files} == {
        entry.file.rpartition("/")[2] for entry in watched.project.record.chips(site.id)
    }


def test_another_version_of_a_scorer_scores_again_and_reads_no_raster(watched, scorers, reads):
    site = watched.add_site()
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    run(watched)
    reads.clear()
    scorers["mean-difference"] = MeanDifference(version="2")
    report = run(watched)
    assert (report.chips, report.aligned, report.scored, reads) == (0, 0, 1, [])
    assert [entry.version for entry in watched.project.record.scores(site.id)] == ["2"]


def test_what_the_cache_lost_is_cut_again_only_where_it_is_needed(watched, scorers):
    site = watched.add_site()
    for day in ("2019-01-01", "2020-01-01", "2021-01-01"):
        watched.add_capture(day)
    run(watched)
    revision, entries = watched.project.record.revision, watched.project.record.chips()
    folder = watched.project.state_dir / "chips" / site.id
    for path in folder.iterdir():
        path.unlink()
    assert run(watched).unchanged == 1
    assert list(folder.iterdir()) == []
    scorers["mean-difference"] = MeanDifference(version="2")
    report = run(watched)
    assert (report.chips, report.aligned, report.scored) == (0, 0, 2)
    assert len(list(folder.iterdir())) == 3
    assert watched.project.record.revision == revision
    assert watched.project.record.chips() == entries


def test_chips_beyond_the_bound_are_evicted_when_a_run_has_used_them(watched, scorers, monkeypatch):
    watched.add_site()
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    monkeypatch.setenv("SITETRACK_CHIP_CACHE_GB", "0")
    assert run(watched).scored == 1
    assert list(watched.project.state_dir.rglob("*.npz")) == []
    assert run(watched).unchanged == 1


def test_a_bound_of_the_cache_that_is_no_number_is_refused_before_anything_is_read(
    watched, scorers, reads, monkeypatch
):
    watched.add_site()
    watched.add_capture("2019-01-01")
    monkeypatch.setenv("SITETRACK_CHIP_CACHE_GB", "much")
    with pytest.raises(InputRefused, match="not a number of gigabytes"):
        run(watched)
    assert reads == []


def test_a_capture_is_opened_once_for_many_sites(watched, scorers, monkeypatch):
    for number in range(4):
        watched.add_site(f"site-{number}", east_m=number * 10)
    for day in ("2019-01-01", "2020-01-01", "2021-01-01"):
        watched.add_capture(day)
    opened, whole = [], rasterio.open
    monkeypatch.setattr(rasterio, "open", lambda *given, **more: opened.append(1) or whole(*given, **more))
    run(watched)
    # all are looked at; two are laid on the third, which lies where it was; two are cut where they were laid
    assert len(opened) <= 3 * 3


def test_the_reference_stays_when_a_sharper_capture_comes(watched, scorers):
    watched.add_site()
    first = watched.add_capture("2019-01-01")
    run(watched)
    watched.add_capture("2020-01-01", seed=1)
    watched.add_capture("2021-01-01", seed=2)
    run(watched)
    assert {row["reference"] for row in offsets(watched.project)} == {first.id}


def test_an_offset_that_somebody_set_by_hand_stays(watched, scorers):
    site = watched.add_site()
    captures = [watched.add_capture(day) for day in ("2019-01-01", "2020-01-01")]
    run(watched)
    row = next(row for row in offsets(watched.project) if row["capture"] != row["reference"])
    known = watched.project.record.get(Offset, f"{site.id}.{row['capture']}")
    by_hand = replace(known.value, dx_m=7.5, method="by hand", applied=True)
    with watched.project.record.write(AUTHOR, "by hand") as transaction:
        transaction.put(by_hand, base_version=known.version)
    report = run(watched)
    assert (report.chips, report.aligned, report.scored) == (1, 0, 1)
    assert watched.project.record.get(Offset, f"{site.id}.{row['capture']}").value == by_hand
    assert {capture.id for capture in captures} == set(by_capture(watched))
    watched.add_site(radius_m=100)  # other grids, on which all the other offsets are estimated anew
    run(watched)
    assert watched.project.record.get(Offset, f"{site.id}.{row['capture']}").value == by_hand


def test_an_offset_by_an_earlier_version_of_the_program_is_estimated_anew(watched, scorers, monkeypatch):
    watched.add_site()
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    with monkeypatch.context() as earlier:
        earlier.setattr(compare, "METHOD", f"{compare.METHOD.rpartition(' ')[0]} 1")
        run(watched)
        methods = {row["method"] for row in offsets(watched.project)}
        assert methods == {alignment.REFERENCE_METHOD, compare.METHOD}
        assert run(watched).unchanged == 1
    assert run(watched).aligned == 1
    methods = {row["method"] for row in offsets(watched.project)}
    assert methods == {alignment.REFERENCE_METHOD, compare.METHOD}


def test_a_state_that_cannot_be_read_only_means_more_work(watched, scorers):
    site = watched.add_site()
    watched.add_capture("2019-01-01")
    run(watched)
    for text in ("{", "[]", '{"align": 3, "place": 3}'):
        watched.project.record.set_meta(f"track.{site.id}", text)
        run(watched)
        assert run(watched).unchanged == 1


# -- interrupts, executors, roles ----------------------------------------------------------------------------


def test_an_interrupt_keeps_the_sites_that_were_finished(watched, scorers, reads, monkeypatch):
    for number in range(3):
        watched.add_site(f"site-{number}", east_m=number * 10)
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)

    def stop(what, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(watched, progress=stop)
    assert {entry.site for entry in watched.project.record.chips()} == {"site-0", "site-1"}
    assert watched.project.record.verify().problems == ()
    report = run(watched)
    assert [(one.site, one.unchanged) for one in report.sites] == [
        ("site-0", True),
        ("site-1", True),
        ("site-2", False),
    ]


def test_an_interrupt_in_the_middle_of_a_site_leaves_no_half_files(watched, scorers, monkeypatch):
    watched.add_site()
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    read, count = rasters.cut_on_grid, iter(range(9))

    def interrupted(*arguments, **options):
        if next(count) == 1:
            raise KeyboardInterrupt
        return read(*arguments, **options)

    monkeypatch.setattr(rasters, "cut_on_grid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(watched)
    assert offsets(watched.project) == []
    assert not list(watched.project.state_dir.rglob("*.part"))
    monkeypatch.setattr(rasters, "cut_on_grid", read)
    assert run(watched).chips == 2


@pytest.mark.parametrize("executor", ["threads:2", "processes:2"])
def test_every_executor_gives_the_same(watched, scorers, executor, tmp_path):
    for number in range(3):
        watched.add_site(f"site-{number}", radius_m=90, east_m=number * 10)
    for day, shift in (("2019-01-01", (0, 0)), ("2020-01-01", (4, -3)), ("2021-01-01", (1, 1))):
        watched.add_capture(day, shift_m=shift)
    if executor.startswith("processes"):
        scorers.clear()  # a scorer that a test defines cannot be imported by another process
    report = run(watched, executor=executor)
    assert [one.site for one in report.sites] == ["site-0", "site-1", "site-2"]
    rows, chips = offsets(watched.project), watched.project.record.chips()
    assert all(row["applied"] for row in rows)
    for site in watched.project.sites():
        watched.project.record.set_meta(f"track.{site.id}", "{}")
    run(watched, executor="serial")
    assert offsets(watched.project) == rows
    assert watched.project.record.chips() == chips


def test_a_site_that_is_unknown_and_an_executor_that_is_unknown_are_refused(watched, scorers):
    watched.add_site()
    with pytest.raises(UnknownName, match="crossing"):
        run(watched, sites=["crosing"])
    for text in ("thread", "threads:0", "threads:", "threads:x", "serial:1", "processes:99999", "dask:"):
        with pytest.raises(InputRefused, match="executor"):
            run(watched, executor=text)


def test_no_executor_means_a_thread_for_every_core(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert parse_executor(None) == ("threads", 7)
    assert parse_executor("processes") == ("processes", 7)
    assert parse_executor("threads:3") == ("threads", 3)


def test_the_serial_executor_keeps_an_error_for_the_result():
    with open_executor("serial") as pool:
        assert isinstance(pool.pool, SerialExecutor)
        future = pool.pool.submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


def test_a_faulty_scorer_is_not_hidden(watched, scorers):
    class Broken(MeanDifference):
        def score(self, *_):
            raise ZeroDivisionError

    scorers["mean-difference"] = Broken()
    watched.add_site()
    for day in ("2019-01-01", "2020-01-01"):
        watched.add_capture(day)
    with pytest.raises(ZeroDivisionError):
        run(watched)


def test_the_alignment_grid_is_as_coarse_as_the_coarser_and_large_enough(watched):
    site = watched.add_site(radius_m=40)
    fine, coarse = watched.add_capture("2019-01-01"), watched.add_capture("2020-01-01", gsd_m=2.0)
    from workflow.chips import site_grid_of

    grid = site_grid_of(watched.project, site)
    lonlat = Position(site.position.lonlat).lonlat
    small = alignment.alignment_grid(grid, lonlat, 40, fine, fine)
    assert (small.gsd_m, small.width >= 320) == (0.5, True)
    large = alignment.alignment_grid(grid, lonlat, 40, fine, coarse)
    assert (large.gsd_m, large.width >= 320) == (2.0, True)


# -- the commands --------------------------------------------------------------------------------------------


def command_json(name, watched, *arguments):
    """Rows on stdout and the text on stderr of a command."""
    module = importlib.import_module(f"workflow.cli.{name}")
    root = str(watched.project.root)
    result = CliRunner().invoke(
        module.command, ["--project", root, "--json", *arguments], catch_exceptions=False
    )
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), result.stderr


def test_a_capture_that_cannot_be_seen_at_a_site_is_moved_as_at_its_other_sites(watched, scorers):
    for number, east in enumerate((-60, -20, 20, 60)):
        watched.add_site(f"s{number}", east_m=east, radius_m=70)
    watched.add_capture("2019-01-01")
    second = watched.add_capture("2020-01-01", shift_m=(3.0, -2.0))
    run(watched)
    found = watched.project.offsets(site="s3")
    (moved,) = [one for one in found if one.method != alignment.REFERENCE_METHOD]
    assert moved.method == compare.METHOD
    assert moved.error_m is not None
    sign = 1 if moved.capture == second.id else -1
    # as after a run in which the site lay under cloud
    with watched.project.record.write(Author("tester"), "cloud") as transaction:
        hidden = replace(moved, dx_m=9.0, applied=False, quality=0.01, reason="little", error_m=None)
        transaction.put(hidden, base_version=1)
    run(watched)
    (told,) = [one for one in watched.project.offsets(site="s3") if one.capture == moved.capture]
    assert (told.method, told.applied) == (compare.MEDIAN_METHOD, True)
    assert (told.dx_m * sign, told.dy_m * sign) == pytest.approx((-3.0, 2.0), abs=0.1)
    assert told.error_m >= moved.error_m * 0.5
    assert run(watched).unchanged == 4


def test_fewer_than_three_other_sites_move_nothing():
    hidden = Offset("s", "c", "r", 9.0, 9.0, 0.0, False, compare.METHOD, "little")
    told = [
        one
        for number in range(3)
        for one in (
            alignment.reference_offset(f"s{number}", "r"),
            Offset(f"s{number}", "c", "r", 1.0 + number, 2.0, 0.9, True, compare.METHOD, error_m=0.4),
        )
    ]
    assert alignment.by_other_sites(hidden, told[:4]) is None
    made = alignment.by_other_sites(hidden, told)
    assert (made.dx_m, made.dy_m, made.error_m, made.reason) == (2.0, 2.0, 1.0, "")
    # a site's own offset tells it nothing, nor does a place of which only one of the two is known
    assert alignment.by_other_sites(replace(hidden, site="s0"), told) is None
    assert alignment.by_other_sites(hidden, told[1::2]) is None


def test_other_sites_with_other_references_tell_the_difference():
    hidden = Offset("s", "c", "r", 0.0, 0.0, 0.0, False, compare.METHOD, "little")
    told = [
        Offset(f"s{number}", capture, "x", east, 0.0, 0.9, True, compare.METHOD, error_m=0.3)
        for number in range(3)
        for capture, east in (("c", 5.0), ("r", 2.0))
    ]
    made = alignment.by_other_sites(hidden, told)
    assert (made.dx_m, made.reference) == (3.0, "r")
    assert made.error_m == pytest.approx(0.424)


def test_the_commands_print_documented_rows(watched, scorers):
    site = watched.add_site()
    watched.add_site("other", east_m=30)
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19)]
    still = watched.add_capture("2020-01-01", located=False, site=site.id)
    rows, messages = command_json(
        "track", watched, "--site", site.id, "--executor", "serial", "--author", "kim"
    )
    assert rows == [{"site": site.id, "chips": 2, "aligned": 1, "scored": 1, "unchanged": False}]
    assert still.file in messages
    assert "2 chips cut, 1 aligned, 1 pairs scored, 0 sites unchanged" in messages
    rows, _ = command_json("offsets", watched)
    assert [row["capture"] for row in rows] == [capture.id for capture in captures]
    assert set(rows[0]) == {
        "site",
        "capture",
        "reference",
        "dx_m",
        "dy_m",
        "error_m",
        "quality",
        "applied",
        "method",
        "reason",
        "synthetic",
    }
    rows, _ = command_json("queue", watched, "--site", site.id)
    assert len(rows) == 2
    assert {"site", "target", "before", "after", "score", "scorer", "priority", "reason"} <= set(rows[0])
    assert len(command_json("queue", watched, "--limit", "1")[0]) == 1
    revision = watched.project.record.history(Offset, f"{site.id}.{captures[0].id}")[0]
    assert (revision.author, "aligned 2 captures" in revision.reason) == ("kim", True)


def test_a_viewer_may_not_track(watched, reads):
    watched.add_site("gate")
    watched.add_capture("2019-05-03")
    with pytest.raises(NotAllowed, match="may not align and compare pictures"):
        track(watched.project, Author("Vi", Role.VIEWER), executor="serial")
    assert reads == []
    assert not watched.project.record.chips()
