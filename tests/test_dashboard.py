"""The dashboard's pages without a browser, through the router, and the project that they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"
pytestmark = pytest.mark.usefixtures("somebody_is_named", "assets_are_there")


def run_page(page: str = "", **query: str) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    return app


def opened(app: Any, box: str) -> Any:
    """The page with a closed box of its opened."""
    app.session_state[f"box.{box}"] = True
    app.run()
    assert not app.exception
    return app


def text_of(app: Any) -> str:
    return " ".join([*(str(one.proto) for one in app.get("html")), *(one.value for one in app.info)])


def test_the_overview_shows_sites_and_what_they_lack(root: Path) -> None:
    app = run_page()
    assert "3 sites, 3 targets, 5 captures" in text_of(app)
    assert "SYNTHETIC" in text_of(app)
    assert app.selectbox(key="overview.site").options[0] == "Harbour bridge 항구 다리"
    assert not app.error


def test_the_overview_shows_what_to_get_next_and_the_comparison_what_is_too_coarse(root: Path) -> None:
    from dashboard.projects import current_project
    from workflow import actions

    project = current_project()
    shots = [one for one in project.captures() if one.is_georeferenced]
    for shot, state in ((shots[0], "absent"), (shots[-1], "present")):
        actions.observe(
            project, sample.AUTHOR, site=sample.SITE, target=sample.TARGET, capture=shot.id, state=state
        )
    app = run_page()
    assert any(one.label.startswith("What to get next (") for one in app.expander)
    assert "Look first at the 2 pictures from those days that nobody has read." in text_of(
        opened(app, "next")
    )
    actions.set_limits(project, "gantry", {"detect_gsd_m": 0.25})
    compared = text_of(run_page("compare", site=sample.SITE))
    assert "4 pictures are too coarse to show" in compared
    assert "to detect a gantry takes 0.25 m and NIIRS 6" in compared
    assert "the ground sample distance is not known" in compared  # of the still
    project.limits_file.write_text("[gantry", "utf-8")
    assert "interpretability.toml: it is no TOML" in run_page("compare", site=sample.SITE).error[0].value


def test_the_comparison_opens_the_site_that_the_address_names(root: Path) -> None:
    app = run_page("compare", site="north-junction")
    assert app.selectbox(key="compare.site").value == "north-junction"
    assert "No picture covers this site yet" in app.info[0].value


def test_the_comparison_writes_site_and_target_into_the_address(root: Path) -> None:
    app = run_page("compare")
    assert app.query_params["site"] in (sample.SITE, [sample.SITE])
    assert app.query_params["target"] in (sample.TARGET, [sample.TARGET])


def test_one_thing_is_counted_in_the_singular(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflow.project import init_project

    root = init_project(tmp_path / "one")
    place = {"type": "Point", "coordinates": [10, 10]}
    site = {"type": "Feature", "properties": {"id": "a", "name": "A", "category": "mast"}, "geometry": place}
    register = {"type": "FeatureCollection", "features": [site]}
    (root / "sites.geojson").write_text(json.dumps(register), encoding="utf-8")
    monkeypatch.setenv("SITETRACK_PROJECT", str(root))
    assert "1 site, 1 target, 0 captures, 0 observations" in text_of(run_page())


def test_what_to_do_for_a_date_fits_the_pictures_that_there_are(root: Path) -> None:
    from dashboard.components.viewer import viewer_data
    from dashboard.projects import current_project
    from workflow.readmodels import pages

    shown = pages.compare(current_project(), sample.SITE)
    said = viewer_data(shown, shown.site.targets[0], sample.AUTHOR)["findings"]
    assert said["lines"] == []
    assert "set the state of this target" in said["none"]
    assert "there is no picture of this site" in text_of(run_page("compare", site="lost"))


def test_statements_that_do_not_fit_stand_below_the_findings(root: Path) -> None:
    from workflow import actions
    from workflow.model import Author, State
    from workflow.project import Project

    with Project.open(root) as project:
        capture = project.captures()[0].id
        for name, state in (("ana", State.PRESENT), ("ben", State.ABSENT)):
            actions.observe(
                project, Author(name), site=sample.SITE, capture=capture, state=state, target=sample.TARGET
            )
    text = text_of(opened(run_page(), "overview.notes"))
    assert "data-contradictions" in text
    assert f"Harbour bridge 항구 다리, {sample.TARGET}: " in text


def test_growth_says_the_sentence_of_the_day_in_the_address_and_what_stands_behind_it(root: Path) -> None:
    from workflow import actions
    from workflow.model import State
    from workflow.project import Project

    assert "No dates follow" in run_page("growth").info[0].value
    with Project.open(root) as project:
        first, second, *_ = project.captures()
        for capture, state in ((first, State.ABSENT), (second, State.PRESENT)):
            actions.observe(
                project,
                sample.AUTHOR,
                site=sample.SITE,
                capture=capture.id,
                state=state,
                target=sample.TARGET,
            )
    text = text_of(run_page("growth", day="2020-01-01", series="standing"))
    assert "At least 0 targets stood on 1 January 2020, at most 1; 0 if what appeared stays" in text
    assert "possibly" in text
    assert "Harbour bridge 항구 다리" in text
    assert "SYNTHETIC" in text
    assert "At least 1 target had appeared by 12 November 2021" in text_of(
        run_page("growth", day="yesterday")
    )


def test_the_overview_names_sites_that_were_not_seen_of_late(root: Path) -> None:
    assert "data-unseen" not in text_of(run_page())
    text = text_of(opened(run_page(), "overview.unseen"))
    assert "data-unseen" in text
    assert "last 2023-10-01" in text


def test_an_unknown_site_in_the_address_falls_back_to_the_first(root: Path) -> None:
    app = run_page("compare", site="nowhere")
    assert app.selectbox(key="compare.site").value == sample.SITE


@pytest.mark.parametrize("page", ["", "queue", "compare", "timeline", "growth", "figures"])
def test_an_empty_project_says_what_to_do_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    from workflow.project import init_project

    monkeypatch.setenv("SITETRACK_PROJECT", str(init_project(tmp_path / "empty")))
    app = run_page(page)
    assert "No sites yet" in app.info[0].value
    assert [one.proto.label for one in app.get("page_link")] == ["Add a site on the map"]
    assert app.code[0].value.startswith("sitetrack sites import")


def test_a_folder_that_is_no_project_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(tmp_path))
    app = run_page()
    assert "not a project" in app.error[0].value


def test_a_state_said_under_a_still_is_recorded(root: Path) -> None:
    from workflow.project import Project

    app = run_page("compare")
    with Project.open(root) as project:
        still = project.capture("still.png")
    app.button_group(key=f"compare.still.{still.id}.{sample.TARGET}").set_value("present").run()
    with Project.open(root) as project:
        (said,) = project.observations()
    assert (said.capture, str(said.state), said.author) == (still.id, "present", "ana")


def test_a_file_that_opening_writes_is_not_opened_again_and_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.projects import current_project
    from workflow.model import Site
    from workflow.project import Project

    before = current_project()
    with before.record.write(sample.AUTHOR, "a new place") as transaction:
        transaction.put(Site("new-place", "New place"), 0)
    file = root / "sites.geojson"
    file.write_text(file.read_text("utf-8").replace("North junction", "Junction north"), "utf-8")
    opened = []
    monkeypatch.setattr(Project, "open", _counted(Project.open, opened))
    for _ in range(5):
        project = current_project()
    assert (project.site("north-junction").name, "new-place" in file.read_text("utf-8")) == (
        "Junction north",
        True,
    )
    assert len(opened) == 2  # once for what was edited, once to see that nobody else wrote it


def _counted(function: Any, calls: list[Any]) -> Any:
    def count(*arguments: Any) -> Any:
        calls.append(arguments)
        return function(*arguments)

    return count
