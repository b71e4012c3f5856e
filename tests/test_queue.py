"""The queue: which pairs are in it, in which order, and what it says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from track_sample import AUTHOR, MeanDifference, run

from workflow.model import Observation, Score, Site, State, Target, TargetClass
from workflow.readmodels.pages import compare
from workflow.readmodels.work import queue
from workflow.scoring.base import NOTHING_KNOWN


def observe(watched, site, target, capture, state):
    observation = Observation(f"{site}.{target}.{capture}", site, target, capture, "analyst", state)
    with watched.project.record.write(AUTHOR, "seen") as transaction:
        transaction.put(observation, base_version=0)


def test_every_neighbouring_pair_of_every_target_is_queued(watched, scorers):
    site = watched.add_site(targets=("gantry", "pole"))
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19, 21)]
    watched.add_capture(None)
    pairs = {(captures[0].id, captures[1].id), (captures[1].id, captures[2].id)}
    for _ in range(2):
        rows = queue(watched.project)
        assert len(rows) == 4
        assert {(row["target"], row["before"], row["after"]) for row in rows} == {
            (target, *pair) for target in ("gantry", "pole") for pair in pairs
        }
        run(watched)
    assert all(
        row["score"] is not None and row["scorer"] == "mean-difference" for row in queue(watched.project)
    )
    assert {row["site"] for row in queue(watched.project, site.id)} == {site.id}


def test_before_tracking_there_is_no_score_and_the_row_says_why(watched):
    watched.add_site()
    for year in (18, 19):
        watched.add_capture(f"20{year}-01-01")
    (row,) = queue(watched.project)
    assert (row["score"], row["scorer"]) == (None, None)
    assert "track" in row["reason"]


def test_the_pair_that_changed_comes_first_and_the_decided_one_last(watched, scorers):
    site = watched.add_site()
    captures = [
        watched.add_capture(f"20{year}-01-01", seed=seed)
        for year, seed in ((17, 1), (18, 1), (19, 5), (20, 5))
    ]
    run(watched)
    first, second, third, fourth = (capture.id for capture in captures)
    assert queue(watched.project)[0]["before"] == second
    for capture in (second, third):
        observe(watched, site.id, "gantry", capture, State.ABSENT)
    rows = queue(watched.project)
    assert (rows[-1]["before"], rows[-1]["after"], rows[-1]["decided"]) == (second, third, True)
    assert {row["before"] for row in rows[:2]} == {first, third}
    assert fourth == next(row["after"] for row in rows if row["before"] == third)


def test_a_decided_pair_comes_after_one_that_did_not_change(watched, scorers):
    class Same(MeanDifference):
        def score(self, *_):
            return Score(self.name, self.version, 0.0)

    scorers["mean-difference"] = Same()
    site = watched.add_site()
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19, 20)]
    run(watched)
    for capture in captures[:2]:
        observe(watched, site.id, "gantry", capture.id, State.PRESENT)
    assert [row["decided"] for row in queue(watched.project)] == [False, True]


def test_an_uncertain_state_decides_nothing(watched, scorers):
    site = watched.add_site()
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19)]
    for capture in captures:
        observe(watched, site.id, "gantry", capture.id, State.UNCERTAIN)
    (row,) = queue(watched.project)
    assert row["decided"] is False


def test_pictures_without_georeference_are_queued_without_a_score(watched):
    with watched.project.record.write(AUTHOR, "site") as transaction:
        transaction.put(Site("square", "square", targets=(Target("mast"),)), base_version=0)
    stills = [watched.add_capture(f"20{year}-01-01", located=False, site="square") for year in (18, 19, 20)]
    rows = queue(watched.project)
    assert {(row["before"], row["after"]) for row in rows} == {
        (stills[0].id, stills[1].id),
        (stills[1].id, stills[2].id),
    }
    assert all(row["score"] is None and "georeference" in row["reason"] for row in rows)


def test_a_still_between_two_scenes_is_queued_beside_their_pair(watched, scorers):
    site = watched.add_site()
    one, two = watched.add_capture("2018-01-01"), watched.add_capture("2020-01-01")
    still = watched.add_capture("2019-01-01", located=False, site=site.id)
    run(watched)
    rows = {(row["before"], row["after"]): row["score"] for row in queue(watched.project)}
    assert set(rows) == {(one.id, two.id), (one.id, still.id), (still.id, two.id)}
    assert rows[one.id, two.id] is not None


def test_a_row_says_why_it_is_where_it_is(watched, scorers):
    watched.add_site()
    for year in (18, 19):
        watched.add_capture(f"20{year}-01-01")
    run(watched)
    (row,) = queue(watched.project, today=date(2020, 1, 1))
    assert row["priority"] == pytest.approx(row["change"] * row["narrows"] * row["age"], abs=1e-4)
    assert (row["change"], row["age"]) == (row["score"], 0.9)
    assert row["gain_days"] == 730  # two thirds of three years
    assert row["why"] == f"change {row['score']:.2f} × narrows by 730 days (0.67) × waiting 365 days (0.90)"


def test_a_scorer_made_for_the_class_orders_the_queue_even_with_a_lower_score(watched, scorers):
    class MadeForGantries(MeanDifference):
        serves = frozenset({TargetClass.GANTRY})

        def score(self, *_):
            return Score(self.name, self.version, 0.001, "hardly")

    scorers["for-gantries"] = MadeForGantries("for-gantries")
    watched.add_site(
        targets=(Target("gantry", kind=TargetClass.GANTRY), Target("pole", kind=TargetClass.POLE))
    )
    for year in (18, 19):
        watched.add_capture(f"20{year}-01-01", seed=year)
    run(watched)
    rows = {row["target"]: row for row in queue(watched.project)}
    assert (rows["gantry"]["scorer"], rows["gantry"]["reason"]) == ("for-gantries", "hardly")
    assert rows["pole"]["scorer"] == "mean-difference"


def test_a_series_is_judged_as_a_whole_and_again_when_a_capture_comes(watched, scorers):
    asked = []

    class Jumps:
        """Evidence: the mean. A pair scores its share of all jumps."""

        name, version = "jumps", "1"

        def evidence(self, chip, facts=NOTHING_KNOWN):
            asked.append(chip.capture)
            assert facts.bearing_deg is None
            assert facts.sun is not None  # a mid-morning sun of that day
            return np.array([chip.data.mean()])

        def judge(self, evidence):
            steps = np.abs(np.diff(np.concatenate(evidence))) + 1e-9
            return tuple(Score(self.name, self.version, float(one)) for one in steps / steps.sum())

    scorers.clear()
    scorers["jumps"] = Jumps()
    watched.add_site()
    for year in (17, 18, 19):
        watched.add_capture(f"20{year}-01-01", seed=year)
    run(watched)
    first = [row["score"] for row in queue(watched.project)]
    assert sum(first) == pytest.approx(1)
    assert run(watched).unchanged == 1
    assert len(asked) == 3
    new = watched.add_capture("2020-01-01", seed=3)
    assert len(queue(watched.project)) == 3  # there at once, not scored yet
    assert run(watched).scored == 3
    assert sum(row["score"] for row in queue(watched.project)) == pytest.approx(1)
    # what the others had to say is kept
    assert asked[3:] == [new.id]
    Jumps.version = "2"
    assert run(watched).scored == 3
    assert len(asked) == 8


def test_the_place_of_a_change_is_in_the_row_and_on_the_page_of_its_neighbours(watched, scorers):
    class Placed(MeanDifference):
        def score(self, before, after):
            return replace(super().score(before, after), at=(12.5, -3.0))

    scorers["mean-difference"] = Placed()
    site = watched.add_site(targets=("gantry", "pole"))
    captures = [watched.add_capture(f"20{year}-01-01") for year in (18, 19, 20)]
    run(watched)
    assert [(row["east_m"], row["north_m"]) for row in queue(watched.project)] == [(12.5, -3.0)] * 4
    between = watched.add_capture("2019-06-01", seed=4)
    one, two, _ = (capture.id for capture in captures)
    assert {row["before"]: row["east_m"] for row in queue(watched.project)} == {
        one: 12.5,
        two: None,  # not scored yet
        between.id: None,
    }
    page = compare(watched.project, site.id)
    assert {
        key: [(change.before, change.after) for change in found] for key, found in page.changes.items()
    } == {
        "gantry": [(one, two)],
        "pole": [(one, two)],
    }
    assert (page.changes["pole"][0].east_m, page.changes["pole"][0].north_m) == (12.5, -3.0)


def test_a_pair_that_cannot_show_the_target_waits_behind_and_says_why(watched, scorers):
    camera, gantry = Target("camera", kind=TargetClass.CAMERA), Target("gantry", kind=TargetClass.GANTRY)
    watched.add_site(targets=(camera, gantry))
    for year in (18, 19):
        watched.add_capture(f"20{year}-01-01")
    run(watched)
    rows = {row["target"]: row for row in queue(watched.project)}
    assert rows["gantry"]["reason"] == ""
    assert "too coarse for the class camera (0.15 m)" in rows["camera"]["reason"]
    assert rows["camera"]["priority"] == pytest.approx(rows["gantry"]["priority"] / 10, abs=1e-4)
    assert "narrows by 730 days, but neither picture can show it (0.07)" in rows["camera"]["why"]
    korean = queue(watched.project, language="ko")
    assert any("730일 좁혀지나 두 영상 모두 해상도 부족 (0.07)" in row["why"] for row in korean)


def test_a_picture_that_shows_little_of_the_site_is_named_with_its_share(watched, scorers):
    watched.add_site()
    watched.add_capture("2018-01-01")
    part = watched.add_capture("2019-01-01", crop=(0.0, 0.0, 0.46, 1.0))
    watched.add_capture("2020-01-01", crop=(0.0, 0.0, 0.6, 1.0))
    run(watched)
    rows = {row["before"]: row["reason"] for row in queue(watched.project)}
    assert all(f"{part.file} shows 37 % of the site" in reason for reason in rows.values())
    assert "scene2" not in rows[part.id]
    assert f"{part.file}: 지점의 37 %만 보임" in queue(watched.project, language="ko")[0]["reason"]
