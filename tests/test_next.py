"""`sitetrack next` and `classes`: advice from a project's own record, and limits that it sets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow.actions import caution_on, observe, set_limits
from workflow.advice import Tile
from workflow.cli import main
from workflow.errors import InputRefused, UnknownName
from workflow.model import Author, Capture, Site, State, Target, TargetClass
from workflow.readmodels.nextcapture import from_catalogue, next_captures
from workflow.readmodels.pages import compare
from workflow.readmodels.tables import captures, classes

KIM = Author("Kim")
TODAY = date(2024, 1, 1)
GANTRY = Target("gantry", kind=TargetClass.GANTRY)


def say(watched: Any, capture: Capture, state: str, site: str = "crossing", **more: Any) -> Any:
    return observe(watched.project, KIM, site=site, capture=capture.id, state=state, **more)


def tile(name: str, day: str, gsd_m: float = 0.5) -> Tile:
    ring = ((125.0, 38.5), (126.5, 38.5), (126.5, 39.5), (125.0, 39.5))
    return Tile(name, date.fromisoformat(day), (ring,), gsd_m)


def change(watched: Any, capture: Capture, **fields: Any) -> Capture:
    changed = replace(capture, **fields)
    with watched.project.record.write(KIM, "changed") as transaction:
        transaction.put(changed, base_version=1)
    return changed


@pytest.fixture
def bounded(watched: Any) -> Any:
    """A gantry that was absent on 1 January 2020 and present on 1 January 2021, and a mast of which nothing is said."""
    watched.add_site(targets=(GANTRY, Target("mast", kind=TargetClass.MAST)))
    before, after = (watched.add_capture(day) for day in ("2020-01-01", "2021-01-01"))
    say(watched, before, "absent", target="gantry")
    say(watched, after, "present", target="gantry")
    return watched


# -- advice --------------------------------------------------------------------------------------------------


def test_a_bounded_event_gets_its_middle_half_and_a_silent_target_a_reason(bounded: Any) -> None:
    gantry, mast = next_captures(bounded.project, TODAY)
    assert gantry["targets"] == ["crossing/gantry"]
    assert (gantry["first"], gantry["best"], gantry["last"]) == ("2020-04-02", "2020-07-02", "2020-10-01")
    assert (gantry["days"], gantry["gain"], gantry["unread"]) == (366, 183.0, [])
    assert (gantry["gap_first"], gantry["gap_last"], gantry["synthetic"]) == (
        "2020-01-02",
        "2021-01-01",
        False,
    )
    assert mast["targets"] == ["crossing/mast"]
    assert (mast["days"], mast["sentence"]) == (
        None,
        "Nothing is said of it yet: read the pictures that are held first.",
    )


def test_a_picture_that_is_held_and_not_read_comes_before_any_that_is_bought(bounded: Any) -> None:
    inside = bounded.add_capture("2020-06-01")
    coarse = bounded.add_capture("2020-06-02", gsd_m=2.0)
    row = next_captures(bounded.project, TODAY, "crossing")[0]
    assert row["unread"] == [inside.id]
    assert row["sentence"].endswith("Look first at the 1 picture from those days that nobody has read.")
    assert next(row for row in captures(bounded.project) if row["id"] == coarse.id)["niirs"] == 3.1
    say(bounded, inside, "obscured", target="gantry")
    assert next_captures(bounded.project, TODAY)[0]["unread"] == []


def test_a_still_that_is_held_counts_as_well(bounded: Any) -> None:
    still = bounded.add_capture("2020-06-01", located=False, site="crossing")
    assert next_captures(bounded.project, TODAY)[0]["unread"] == [still.id]


def test_a_target_not_seen_yet_wants_a_capture_now(watched: Any) -> None:
    watched.add_site()
    say(watched, watched.add_capture("2023-01-01"), "absent")
    (row,) = next_captures(watched.project, TODAY)
    assert (row["best"], row["last"], row["days"], row["gain"]) == ("2024-01-01", "2024-01-01", 365, 182.5)
    assert row["sentence"].startswith("Not seen as of 1 January 2023, 365 days ago: a capture now")


def test_why_no_window_follows_is_said(watched: Any) -> None:
    for number, site in enumerate(("first", "known", "open")):
        watched.add_site(site, east_m=number)
    old = watched.add_capture("2020-01-01")
    next_day, undated = watched.add_capture("2020-01-02"), watched.add_capture(None)
    say(watched, old, "present", "first")
    say(watched, old, "absent", "known")
    say(watched, next_day, "present", "known")
    say(watched, undated, "present", "open")
    sentences = {row["sites"][0]: row["sentence"] for row in next_captures(watched.project, TODAY)}
    assert "any older capture bounds when it came" in sentences["first"]
    assert "known to the day" in sentences["known"]
    assert "No day bounds it" in sentences["open"]


def test_a_project_without_anything_has_no_advice(watched: Any) -> None:
    assert (
        next_captures(watched.project, TODAY)
        == from_catalogue(watched.project, [tile("A", "2020-07-01")], TODAY)
        == []
    )
    with pytest.raises(UnknownName):
        next_captures(watched.project, TODAY, "nowhere")


def test_captures_of_a_catalogue_are_ranked_and_those_that_are_held_left_out(bounded: Any) -> None:
    middle = change(bounded, bounded.add_capture("2019-01-01"), file="ortho_HELD01_p1.tif")
    assert middle.file
    tiles = [tile("EDGE", "2020-02-01"), tile("MIDDLE", "2020-07-01"), tile("HELD01", "2020-07-01")]
    tiles += [tile("COARSE", "2020-07-01", 0.9), tile("LATE", "2022-01-01")]
    rows = from_catalogue(bounded.project, tiles, TODAY)
    assert [row["capture"] for row in rows] == ["MIDDLE", "EDGE"]
    assert rows[0]["targets"] == ["crossing/gantry"]
    assert rows[0]["sentence"] == (
        "1 site could be dated to within 6 months by one capture on 1 July 2020: 183 days fewer are to be expected."
    )
    set_limits(bounded.project, "gantry", {"detect_gsd_m": 1.0})
    assert "COARSE" in [row["capture"] for row in from_catalogue(bounded.project, tiles, TODAY)]


def test_what_rests_on_rendered_scenes_says_so(bounded: Any) -> None:
    for shot in bounded.project.captures():
        change(bounded, shot, synthetic=True)
    assert [row["synthetic"] for row in next_captures(bounded.project, TODAY)] == [True, False]
    assert [
        row["synthetic"] for row in from_catalogue(bounded.project, [tile("A", "2020-07-01")], TODAY)
    ] == [True]


def test_a_site_with_an_outline_alone_is_found_within_it(bounded: Any) -> None:
    known = bounded.project.record.get(Site, "crossing")
    ring = [[125.6, 38.9], [125.8, 38.9], [125.8, 39.1], [125.6, 39.1], [125.6, 38.9]]
    for outline, count in (({"type": "Polygon", "coordinates": [ring]}, 1), (None, 0)):
        version = bounded.project.record.get(Site, "crossing").version
        with bounded.project.record.write(KIM, "moved") as transaction:
            transaction.put(replace(known.value, position=None, footprint=outline), version)
        assert len(from_catalogue(bounded.project, [tile("A", "2020-07-01")], TODAY)) == count


# -- limits --------------------------------------------------------------------------------------------------


def test_the_gate_follows_the_limits_of_the_project_and_the_angle_of_the_view(watched: Any) -> None:
    watched.add_site(targets=(GANTRY,))
    shot = watched.add_capture("2020-01-01")
    set_limits(watched.project, "gantry", {"detect_gsd_m": 0.3})
    with pytest.raises(InputRefused, match=r"too coarse to show that a gantry is absent: .* takes 0\.3 m"):
        say(watched, shot, "absent")
    assert say(watched, shot, "absent", note="the road was not built").state is State.ABSENT
    set_limits(watched.project, "gantry", {"detect_gsd_m": 0.55})
    assert say(watched, shot, "absent").note == ""
    change(watched, shot, off_nadir_deg=30.0)
    with pytest.raises(InputRefused, match=r"0\.657 m at 30° off nadir"):
        say(watched, shot, "absent")


def test_a_bad_file_of_limits_refuses_in_one_sentence_and_stays_as_it_is(watched: Any) -> None:
    watched.add_site(targets=(GANTRY,))
    shot = watched.add_capture("2020-01-01")
    for content in (b"[gantry\n", b"\xff\xfe"):
        watched.project.limits_file.write_bytes(content)
        for attempt in (
            lambda: say(watched, shot, "absent"),
            lambda: set_limits(watched.project, "gantry", {"detect_gsd_m": 1}),
            lambda: classes(watched.project),
            lambda: compare(watched.project, "crossing"),
        ):
            with pytest.raises(InputRefused, match=r"^interpretability\.toml: "):
                attempt()
        assert watched.project.limits_file.read_bytes() == content
    assert watched.project.observations() == ()


def test_present_where_it_is_not_identified_is_taken_with_a_caution(watched: Any) -> None:
    watched.add_site(targets=(GANTRY,))
    said = say(watched, watched.add_capture("2020-01-01"), "present")
    assert "not identified at this resolution" in caution_on(watched.project, said)


def test_the_compare_page_knows_what_each_picture_can_show(watched: Any) -> None:
    watched.add_site(targets=(GANTRY, Target("camera", kind=TargetClass.CAMERA), Target("thing")))
    watched.add_capture("2020-01-01")
    watched.add_capture("2020-01-02", located=False, site="crossing")
    page = compare(watched.project, "crossing")
    levels = {key: seen.level.value for key, seen in page.captures[0].readings.items()}
    assert levels == {"gantry": "detect", "camera": "too coarse", "thing": "identify"}
    assert page.stills[0].readings["gantry"].level == "not known"


# -- commands ------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, stdout and stderr of a command."""

    def run(watched: Any, *arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([*map(str, arguments), "--project", str(watched.project.root)])
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


def test_next_prints_windows_and_captures(bounded: Any, ask: Any, tmp_path: Path) -> None:
    code, out, _ = ask(bounded, "next", "crossing", "--limit", 1)
    assert code == 0
    assert "crossing/gantry" in out
    assert "mast" not in out
    feature = {
        "type": "Feature", "id": "S1",
        "properties": {"datetime": "2020-07-01T00:00:00Z", "gsd": 0.3, "eo:cloud_cover": 40},
        "geometry": {"type": "Polygon", "coordinates": [[[125, 38], [127, 38], [127, 40], [125, 40], [125, 38]]]},
    }  # fmt: skip
    catalogue = tmp_path / "more.json"
    catalogue.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, {}]}), "utf-8")
    code, out, err = ask(bounded, "next", "--catalogue", catalogue, "--json")
    assert code == 1  # the rest was done
    assert "more.json, feature 2: " in err
    assert [row["capture"] for row in json.loads(out)] == ["S1"]
    _, out, _ = ask(bounded, "next", "--catalogue", catalogue, "--max-cloud", 20)
    assert "None of the 1 tiles would narrow anything." in out


def test_classes_are_listed_and_set(watched: Any, ask: Any) -> None:
    code, out, _ = ask(
        watched, "classes", "set", "gantry", "--detect-gsd", 0.5, "--identify-niirs", 6, "--json"
    )
    (row,) = json.loads(out)
    assert code == 0
    assert row["overridden"] == ["detect_gsd_m", "detect_niirs", "identify_niirs"]
    assert (row["detect_gsd_m"], row["identify_niirs"]) == (0.5, 6.0)
    _, out, _ = ask(watched, "classes", "list")
    assert "0.5 m, NIIRS 5" in out
    assert "any m" in out
    assert ask(watched, "classes", "set", "gantri", "--detect-gsd", 1)[0] == 2
    assert ask(watched, "classes", "set", "gantry") == (1, "", "Class gantry: no limit is given; state one, such as "
                                                        "--detect-gsd 0.5.\n")  # fmt: skip
    code, _, err = ask(watched, "classes", "set", "gantry", "--detect-niirs", 12)
    assert code == 1
    assert "detect_niirs is 12.0; write a level from 0 (no limit) to 9" in err


def test_classes_alone_lists_too(
    watched: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(watched.project.root)
    with pytest.raises(SystemExit):
        main(["classes"])
    assert "guard-post" in capsys.readouterr().out


def test_observe_tells_what_a_statement_rests_on(watched: Any, ask: Any) -> None:
    watched.add_site(targets=(GANTRY,))
    watched.add_capture("2020-01-01")
    _, _, err = ask(watched, "observe", "crossing", "scene0.tif", "present")
    assert (
        "Something is there; that it is a gantry is not identified at this resolution: pixels of 0.5 m" in err
    )
