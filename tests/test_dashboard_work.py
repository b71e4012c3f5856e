"""Queue and Timeline through the router: what they show, what the address says, and who may assign what."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest

from workflow import actions
from workflow.model import Author, Role
from workflow.project import Project, init_project

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"


@pytest.fixture(autouse=True)
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests look at no asset; a checkout that was not built is enough."""
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project; ana has said that the gantry is absent in 2019 and 2021 and present in 2022."""
    made: Path = sample.make_project(tmp_path / "project")
    with Project.open(made) as project:
        pictures = [one for one in project.captures() if one.is_georeferenced]
        for capture, state in zip(pictures, ("absent", "absent", "present"), strict=False):
            actions.observe(project, Author("ana"), site=sample.SITE, capture=capture.id, state=state)
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    return made


def run_page(page: str, role: Role | None = None, /, **query: str) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=30)
    if role is not None:
        app.session_state["author"] = Author("ana", role)
    app.run()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    return app


def drawn(app: Any) -> str:
    """The HTML of our own on the page, with its references read."""
    said = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return unescape("".join(one["html"] for one in said if "html" in one))


def text_of(app: Any) -> str:
    return " ".join([*(str(one.proto) for one in app.get("html")), *(one.value for one in app.info)])


def address(app: Any) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


# -- queue ---------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_is_left_and_how_much(root: Path) -> None:
    app = run_page("queue")
    html = drawn(app)
    assert html.count("data-pair=") == 3  # of five: three among the scenes, two with the still
    assert "2 of 5 pairs decided" in str(app.get("progress")[0].proto)
    assert "Harbour bridge 항구 다리" in html
    assert (
        "8 March 2022 <span class='quiet'>(product metadata)</span> <span class='quiet'>present</span>"
        in html
    )
    assert "SYNTHETIC" in html
    assert address(app)["queue"] == "all"  # nothing is mine yet
    assert "left=" in html
    assert "&right=" in html


def test_the_queue_opens_as_the_address_says(root: Path) -> None:
    app = run_page("queue", queue="mine")
    assert "No site is assigned to you yet" in text_of(app)
    app.button(key="queue.take").click().run()
    assert address(app)["queue"] == "unassigned"
    assert "Take: Harbour bridge" in drawn(app)
    app = run_page("queue", queue="all", show="decided")
    assert drawn(app).count("data-pair=") == 2
    app = run_page("queue", queue="all", q="nowhere")
    assert "No site with two pictures fits" in text_of(app)
    app = run_page("queue", queue="all", category="mast")
    assert "No site with two pictures fits" in text_of(app)
    assert run_page("queue", page="99", q="항구").query_params["page"] in ("1", ["1"])


def test_what_is_mine_comes_first_and_can_be_dropped(root: Path) -> None:
    with Project.open(root) as project:
        actions.assign(project, Author("ANA"), [sample.SITE], add=["Ana"])
    app = run_page("queue")
    assert address(app)["queue"] == "mine"
    assert "Drop: Harbour bridge" in drawn(app)
    assert "queue=mine" in drawn(app)


def test_a_lead_assigns_anybody_and_an_analyst_is_not_asked(root: Path) -> None:
    from dashboard.projects import current_project

    assert not run_page("queue").multiselect
    app = run_page("queue", Role.LEAD, q="harbour")
    app.multiselect(key="queue.assign.people").set_value(["Ben"]).run()
    assert app.button(key="queue.assign.add").disabled  # no site is chosen
    app.checkbox(key="queue.assign.all").check().run()
    app.button(key="queue.assign.add").click().run()
    assert current_project().site(sample.SITE).assigned == ("Ben",)
    assert "1 site is assigned to Ben now." in text_of(app)
    assert "Ben" in drawn(app)
    assert current_project().site("lost").assigned == ()  # it is not in this list
    assert app.multiselect(key="queue.assign.people").value == []
    app.multiselect(key="queue.assign.people").set_value(["Ben"])
    app.multiselect(key="queue.assign.sites").set_value([sample.SITE]).run()
    app.button(key="queue.assign.remove").click().run()
    assert current_project().site(sample.SITE).assigned == ()


def test_a_viewer_takes_nothing(root: Path) -> None:
    html = drawn(run_page("queue", Role.VIEWER))
    assert "data-pair=" in html
    assert "data-act=" not in html
    assert "No site is assigned to you." in text_of(run_page("queue", Role.VIEWER, queue="mine"))


def test_all_decided_says_so(root: Path) -> None:
    with Project.open(root) as project:
        for capture in project.captures():
            actions.observe(
                project, Author("ana"), site=sample.SITE, capture=capture.id, state="present", note="seen"
            )
    assert "All pairs of these sites are decided" in text_of(run_page("queue"))


def test_what_people_wrote_is_never_html(root: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    with Project.open(root) as project:
        project_site = project.record.get(type(project.site(sample.SITE)), sample.SITE)
        assert project_site is not None
        actions.edit_site(
            project,
            Author("ana"),
            sample.SITE,
            {"name": hostile, "name_local": hostile, "category": hostile},
            base_version=project_site.version,
            reason="test",
        )
        actions.assign(project, Author("Lena", Role.LEAD), [sample.SITE], add=[hostile])
    for page in ("queue", "timeline"):
        app = run_page(page)
        raw = json.loads(app.get("bidi_component")[0].proto.json)["html"]
        assert "<img src=x" not in raw
        assert "onerror=" not in raw
        assert hostile in unescape(raw)


# -- timeline ------------------------------------------------------------------------------------------------


def test_the_timeline_draws_signs_and_bars(root: Path) -> None:
    app = run_page("timeline")
    html = drawn(app)
    assert html.count("data-line=") == 3
    assert [html.count(f">{sign}</span>") for sign in "●○·"] == [
        1,
        2,
        2,
    ]  # the last scene and the still were not examined
    assert html.count("class='arrives'") == 2  # one of them in the legend
    assert "appeared late 2021 or early 2022" in html
    assert "no dated picture" in html
    assert address(app) | {"from": "2019", "to": "2023", "scale": "quarter", "order": "name"} == address(app)


def test_the_timeline_opens_as_the_address_says(root: Path) -> None:
    html = drawn(run_page("timeline", scale="year", **{"from": "2022", "to": "2023"}, q="항구"))
    assert html.count("data-line=") == 1
    assert html.count(">○</span>") == 0
    assert html.count(">●</span>") == 1
    assert "No site fits" in text_of(run_page("timeline", q="nowhere"))
    app = run_page("timeline", order="most unknown", scale="nonsense", **{"from": "1066"})
    assert address(app) | {"from": "2019", "scale": "quarter", "order": "most unknown"} == address(app)


def test_the_timeline_stands_in_words_too(root: Path) -> None:
    app = run_page("timeline", scale="year")
    table = app.dataframe[0].value
    row = table[table["pictures"] > 0].iloc[0]
    assert (row["pictures"], row["undecided"]) == (5, 2)
    assert row["said"] == "2019: absent; 2021: absent; 2022: present; 2023: not examined"
    assert row["found"] == "appeared late 2021 or early 2022"


@pytest.mark.parametrize(("page", "word"), [("queue", "판독 대기열"), ("timeline", "연표")])
def test_the_pages_speak_korean(root: Path, page: str, word: str) -> None:
    app = run_page(page, lang="ko")
    assert word in text_of(app)
    assert "미판독" in drawn(app)
    assert "lang=ko" in drawn(app)


@pytest.mark.parametrize("page", ["queue", "timeline"])
def test_an_empty_project_says_what_to_do_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    made = init_project(tmp_path / "empty")
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    assert "No sites yet" in text_of(run_page(page))
    site = {"type": "Feature", "geometry": None, "properties": {"id": "gate", "name": "Gate"}}
    (made / "sites.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [site]}), "utf-8"
    )
    asked = {"queue": "No site has two dated pictures yet", "timeline": "No site has a dated picture yet"}
    assert asked[page] in text_of(run_page(page))


def test_the_pages_show_fifty_rows_and_the_rest_on_others(root: Path) -> None:
    register = json.loads((root / "sites.geojson").read_text("utf-8"))
    place = {"type": "Point", "coordinates": [sample.PLACE.lon, sample.PLACE.lat]}
    for number in range(60):
        named = {"id": f"more-{number:02}", "name": f"More {number:02}", "targets": ["gantry"]}
        register["features"].append({"type": "Feature", "geometry": place, "properties": named})
    (root / "sites.geojson").write_text(json.dumps(register), "utf-8")
    app = run_page("timeline", page="2")
    assert drawn(app).count("data-line=") == 13
    assert "51 to 63 of 63 rows" in " ".join(one.value for one in app.caption)
    app.text_input(key="timeline.text").set_value("more-0").run()
    assert drawn(app).count("data-line=") == 10
    assert address(app)["page"] == "1"
    assert drawn(run_page("queue")).count("data-pair=") == 50
