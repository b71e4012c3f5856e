"""The overview through the router: a day, filters, what changed of late, the file of the map."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import assets, cache
from dashboard.components import map_frame, recent
from workflow import actions
from workflow.model import Author
from workflow.project import Project

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"
ANA = Author("ana")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project with two statements, absent in the first picture and present in the third."""
    made = sample.make_project(tmp_path / "project")
    with Project.open(made) as project:
        pictures = [one for one in project.captures() if one.is_georeferenced]
        for picture, state in ((pictures[0], "absent"), (pictures[2], "present")):
            actions.observe(
                project, ANA, site=sample.SITE, target=sample.TARGET, capture=picture.id, state=state
            )
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path / "build"
        build.mkdir()
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)
    return made


@pytest.fixture
def run(root: Path) -> Callable[..., Any]:
    def page(**query: str) -> Any:
        app = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return page


def text(app: Any) -> str:
    components = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    said = [str(one.proto.body) for one in app.get("html")] + [one.get("html", "") for one in components]
    return html.unescape(" ".join(said))


def query(app: Any) -> dict[str, str]:
    return {
        name: value[0] if isinstance(value, list) else value for name, value in dict(app.query_params).items()
    }


def legend(app: Any) -> str:
    (found,) = [str(one.proto.body) for one in app.get("html") if "data-legend" in str(one.proto.body)]
    return html.unescape(found)


@pytest.mark.parametrize(
    ("day", "said", "growth"),
    [
        ("2019-05-03", "not covered (3)", "At least 0 targets had appeared by 3 May 2019"),
        ("2019-05-04", "absent (1)", "At least 0 targets"),
        ("2022-03-08", "present (1)", "At least 1 target had appeared by 8 March 2022"),
    ],
)
def test_the_day_in_the_address_says_the_state_and_the_count(
    run: Callable[..., Any], day: str, said: str, growth: str
) -> None:
    app = run(day=day)
    assert said in legend(app).replace("</span>", "")
    assert growth in text(app)
    assert query(app)["day"] == day


def test_today_is_no_part_of_the_address_and_another_day_is(run: Callable[..., Any]) -> None:
    app = run()
    assert "day" not in query(app)
    app.date_input(key="overview.day").set_value(date(2020, 1, 1)).run()
    assert query(app)["day"] == "2020-01-01"
    assert app.slider(key="overview.slide").value == date(2020, 1, 1)
    app.slider(key="overview.slide").set_value(date(2022, 6, 1)).run()
    assert query(app)["day"] == "2022-06-01"
    assert app.date_input(key="overview.day").value == date(2022, 6, 1)


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-01-01"])
def test_a_day_that_is_none_is_today(run: Callable[..., Any], day: str) -> None:
    assert "present (1)" in legend(run(day=day))


def test_the_card_says_which_picture_decides_and_which_do_not_count(run: Callable[..., Any]) -> None:
    said = text(run(day="2020-01-01"))
    assert "Absent</b> · picture: 4 May 2019" in said
    # the still was broadcast in 2022: it may have been taken at any time before
    assert "1 picture may be from before or after 2020-01-01 and does not count." in said
    assert "may be from before" not in text(run())


@pytest.mark.parametrize(
    ("filters", "sites"),
    [
        ({"q": "항구"}, ["harbour-bridge"]),
        ({"q": "JUNCTION"}, ["north-junction"]),
        ({"category": "mast"}, ["lost"]),
        ({"state": "present"}, ["harbour-bridge"]),
        ({"state": "not covered", "category": "road-camera-gantry"}, ["north-junction"]),
        ({"category": "nothing like it"}, ["harbour-bridge", "north-junction", "lost"]),
    ],
)
def test_filters_stand_in_the_address(
    run: Callable[..., Any], filters: dict[str, str], sites: list[str]
) -> None:
    app = run(**filters)
    titles = {
        "harbour-bridge": "Harbour bridge 항구 다리",
        "north-junction": "North junction",
        "lost": sample.HOSTILE,
    }
    assert app.selectbox(key="overview.site").options == [titles[one] for one in sites]


def test_a_filter_that_nothing_passes_says_so_and_goes_from_the_address_when_it_is_cleared(
    run: Callable[..., Any],
) -> None:
    app = run(q="nowhere at all")
    assert "No site fits these filters." in legend(app)
    app.text_input(key="overview.text").set_value("").run()
    assert "q" not in query(app)
    assert "present (1)" in legend(app)


def test_outlines_are_those_of_pictures_taken_by_the_day(run: Callable[..., Any]) -> None:
    assert "━━ satellite" in legend(run(coverage="1", day="2019-12-31"))
    assert "satellite" not in legend(run(coverage="1", day="2019-01-01"))
    app = run(coverage="1")
    app.toggle(key="overview.coverage").set_value(False).run()
    assert "coverage" not in query(app)
    assert "satellite" not in legend(app)


def test_what_changed_this_week_names_pictures_events_and_authors(run: Callable[..., Any]) -> None:
    said = text(run())
    assert "What changed this week" in said
    assert "5 new pictures" in said
    assert "gantry appeared" in said
    assert "ana</bdi>: 2 states" in said
    assert "ana</bdi>: 2 states" not in text(run(q="junction"))


def test_a_few_news_stand_in_no_frame_that_is_mostly_empty(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    heights: list[object] = []
    container = recent.st.container
    monkeypatch.setattr(
        recent.st, "container", lambda **more: heights.append(more.get("height")) or container(**more)
    )
    monkeypatch.setattr(recent, "FEW", 0)
    run()
    monkeypatch.setattr(recent, "FEW", 10)
    run()
    framed, free = (one for one in heights if one is not None)
    assert isinstance(framed, int)
    assert free == "content"


def test_a_quiet_week_says_so(run: Callable[..., Any], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import cache

    monkeypatch.setattr(cache, "news", lambda *_: ())
    assert "Nothing was written in the last seven days." in [one.value for one in run().caption]


def test_the_page_speaks_korean(run: Callable[..., Any]) -> None:
    app = run(lang="ko")
    assert "이번 주 변경 사항" in text(app)
    assert "있음 (1)" in legend(app).replace("</span>", "")
    assert app.text_input(key="overview.text").label == "지점 찾기"


def test_the_register_changes_the_page(run: Callable[..., Any], root: Path) -> None:
    register = json.loads((root / "sites.geojson").read_text("utf-8"))
    register["features"][1]["properties"]["aliases"] = ["Ring road east"]
    (root / "sites.geojson").write_text(json.dumps(register), encoding="utf-8")
    assert run(q="ring road").selectbox(key="overview.site").options == ["North junction"]


def test_the_map_goes_out_before_the_filters_and_what_lies_below(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def noted(owner: Any, name: str) -> None:
        draw = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *parts, **more: drawn.append(name) or draw(*parts, **more))

    noted(map_frame, "show")
    for name in ("date_input", "selectbox", "text_input", "toggle", "slider", "download_button"):
        noted(st, name)
    run()
    assert drawn[0] == "show"
    assert {"date_input", "selectbox", "text_input", "toggle", "slider", "download_button"} < set(drawn)


def test_a_filter_draws_no_map_and_counts_no_growth_anew(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(owner: Any, name: str) -> None:
        make = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *parts, **more: made.append(name) or make(*parts, **more))

    counted(map_frame, "network_map")
    counted(cache.growing, "growth_rows")
    app = run(day="2020-01-01")
    made.clear()
    app.text_input(key="overview.text").set_value("junction").run()
    app.selectbox(key="overview.state").set_value("not covered").run()
    app.toggle(key="overview.coverage").set_value(True).run()
    assert made == []
    app.date_input(key="overview.day").set_value(date(2022, 6, 1)).run()
    assert made == ["growth_rows"]
    app.selectbox(key="overview.category").set_value("mast").run()
    assert made == ["growth_rows"]


def test_what_was_read_ahead_is_what_the_page_shows(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.read_ahead()
    read = [
        (cache.pages, "overview"),
        (cache.coverage, "unseen_since"),
        (cache.nextcapture, "next_captures"),
        (cache.seen, "cameras"),
        (cache.growing, "growth_rows"),
    ]
    for owner, name in read:
        monkeypatch.setattr(owner, name, lambda *_, name=name, **__: pytest.fail(f"{name} is read again"))
    assert "present (1)" in legend(run())


def test_what_of_the_register_file_was_not_taken_is_said(root: Path, run: Callable[..., Any]) -> None:
    assert "data-said='warning'" not in text(run())
    register = json.loads((root / "sites.geojson").read_text())
    nowhere = {"type": "Point", "coordinates": [200, 95]}
    bad = {"type": "Feature", "properties": {"name": "Nowhere"}, "geometry": nowhere}
    register["features"] += [bad] * 5
    (root / "sites.geojson").write_text(json.dumps(register))
    app = run()
    assert text(app).count("data-said='warning'") == 5
    assert "(Nowhere): position: longitude 200, latitude 95 is outside" in text(app)
    assert "2 more" in [one.label for one in app.expander]
