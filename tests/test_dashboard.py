"""The dashboard without a browser: pages through the router, routes, capabilities, the encoder, the options.

Longer than others, because all of it runs on one sample project in one process, where Streamlit keeps its state.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asgi_client import Client, our_routes
from hypothesis import given
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[1]
MAIN = REPOSITORY / "dashboard" / "main.py"


@pytest.fixture(scope="module")
def sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "dashboard_sample", Path(__file__).with_name("dashboard_sample.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    made: Path = sample.make_project(tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    return made


@pytest.fixture(autouse=True)
def somebody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests begin after the first page."""
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")


@pytest.fixture(autouse=True)
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests look at no asset; a checkout that was not built is enough."""
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


# -- pages -----------------------------------------------------------------------------------------------------


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


def test_the_overview_shows_what_to_get_next_and_the_comparison_what_is_too_coarse(
    root: Path, sample: ModuleType
) -> None:
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


def test_the_comparison_writes_site_and_target_into_the_address(root: Path, sample: ModuleType) -> None:
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


def test_what_to_do_for_a_date_fits_the_pictures_that_there_are(
    root: Path, shown: Any, sample: ModuleType
) -> None:
    from dashboard.components.viewer import viewer_data

    said = viewer_data(shown, shown.site.targets[0], sample.AUTHOR)["findings"]
    assert said["lines"] == []
    assert "set the state of this target" in said["none"]
    assert "there is no picture of this site" in text_of(run_page("compare", site="lost"))


def test_statements_that_do_not_fit_stand_below_the_findings(root: Path, sample: ModuleType) -> None:
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


def test_growth_says_the_sentence_of_the_day_in_the_address_and_what_stands_behind_it(
    root: Path, sample: ModuleType
) -> None:
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


def test_an_unknown_site_in_the_address_falls_back_to_the_first(root: Path, sample: ModuleType) -> None:
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


def test_a_state_said_under_a_still_is_recorded(root: Path, sample: ModuleType) -> None:
    from workflow.project import Project

    app = run_page("compare")
    with Project.open(root) as project:
        still = project.capture("still.png")
    app.button_group(key=f"compare.still.{still.id}.{sample.TARGET}").set_value("present").run()
    with Project.open(root) as project:
        (said,) = project.observations()
    assert (said.capture, str(said.state), said.author) == (still.id, "present", "ana")


# -- operations ------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(root: Path, sample: ModuleType) -> Any:
    from dashboard.projects import current_project
    from workflow.readmodels import pages

    return pages.compare(current_project(), sample.SITE)


def box(shown: Any, name: str = "op-1", **changes: Any) -> dict[str, Any]:
    west, south, *_ = shown.grid.bounds
    ring = [
        [west + 10, south + 10],
        [west + 30, south + 10],
        [west + 30, south + 20],
        [west + 10, south + 10],
    ]
    operation = {
        "id": name,
        "seq": 1,
        "kind": "annotate",
        "site": shown.site.id,
        "capture": shown.captures[0].id,
        "target": "gantry",
        "shape": "box",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "label": "bar",
    }
    return operation | changes


def test_an_operation_that_arrives_twice_is_stored_once(shown: Any, sample: ModuleType) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    for _ in range(2):
        done, refused = apply_operations(sample.AUTHOR, [box(shown)])
        assert done == ["op-1"]
        assert refused == []
    (mark,) = current_project().annotations()
    assert (mark.label, mark.author) == ("bar", "test")


def test_a_box_goes_to_degrees_and_back_to_the_same_metres(shown: Any) -> None:
    from dashboard.gridjson import from_grid, to_grid

    drawn = box(shown)["geometry"]
    again = to_grid(from_grid(drawn, shown.grid), shown.grid)
    for there, back in zip(drawn["coordinates"][0], again["coordinates"][0], strict=True):
        assert back == pytest.approx(there, abs=0.01)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"kind": "format"},
        {"geometry": None},
        {"geometry": {"type": "Polygon", "coordinates": "x"}},
        {"capture": 7},
    ],
)
def test_what_no_viewer_sends_is_refused_with_a_sentence(
    shown: Any, sample: ModuleType, spoilt: dict[str, Any]
) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    done, refused = apply_operations(sample.AUTHOR, [box(shown, **spoilt)])
    assert done == ["op-1"]
    assert len(refused) == 1
    assert refused[0]["sentence"].endswith(".")
    assert current_project().annotations() == ()


def test_nobody_without_a_name_records_anything(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    _, refused = apply_operations(None, [box(shown)])
    assert "give your name" in refused[0]["sentence"]
    assert current_project().annotations() == ()


def test_a_viewer_by_role_sees_and_changes_nothing(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.components.viewer import viewer_data
    from dashboard.projects import current_project
    from workflow.model import Author, Role

    watcher = Author("eve", Role.VIEWER)
    assert viewer_data(shown, shown.site.targets[0], watcher)["read_only"]
    _, refused = apply_operations(watcher, [box(shown)])
    assert "may not" in refused[0]["sentence"]
    assert current_project().annotations() == ()


def test_a_state_arrives_with_its_note_and_confidence(shown: Any, sample: ModuleType) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    operation = {
        "id": "op-2",
        "seq": 1,
        "kind": "observe",
        "site": shown.site.id,
        "capture": shown.captures[0].id,
        "target": "gantry",
        "state": "absent",
        "confidence": "high",
        "note": "clear view",
    }
    spoilt = operation | {"id": "op-3", "seq": 2, "state": "gone"}
    done, refused = apply_operations(sample.AUTHOR, [spoilt, operation])
    assert done == ["op-2", "op-3"]
    assert [one["id"] for one in refused] == ["op-3"]
    (said,) = current_project().observations()
    assert (str(said.state), str(said.confidence), said.note) == ("absent", "high", "clear view")


def test_the_viewer_starts_with_the_pictures_that_bound_the_appearance(
    shown: Any, sample: ModuleType
) -> None:
    from dashboard.components.viewer import viewer_data
    from dashboard.projects import current_project
    from workflow import actions
    from workflow.readmodels import pages

    target = shown.site.targets[0]
    first = viewer_data(shown, target, sample.AUTHOR)
    assert first["shown"] == [shown.captures[0].id, shown.captures[3].id]
    for number, state in ((1, "absent"), (2, "present")):
        actions.observe(
            current_project(),
            sample.AUTHOR,
            site=shown.site.id,
            capture=shown.captures[number].id,
            state=state,
        )
    then = viewer_data(pages.compare(current_project(), shown.site.id), target, sample.AUTHOR)
    assert then["shown"] == [shown.captures[1].id, shown.captures[2].id]


def test_a_pixel_size_is_told_in_three_digits(root: Path, shown: Any, sample: ModuleType) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data

    card = replace(shown.captures[0], gsd_m=0.500002)
    data = viewer_data(replace(shown, captures=(card,)), shown.site.targets[0], sample.AUTHOR)
    assert data["captures"][0]["detail"].startswith("Example Imaging · 0.5 m")


def test_a_picture_says_what_it_cannot_show_before_a_state_is_said(shown: Any, sample: ModuleType) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data
    from workflow.interpretability import Legible, Reading

    target, card = shown.site.targets[0], shown.captures[0]
    details = {}
    for level in Legible:
        seen = replace(card, readings={target.id: Reading(level, "why")})
        page = replace(shown, captures=(seen, replace(card, readings={})))
        details[level], without = (
            one["detail"] for one in viewer_data(page, target, sample.AUTHOR)["captures"]
        )
        assert without == "Example Imaging · 0.5 m"
    assert details[Legible.TOO_COARSE].endswith(" · too coarse for a gantry: absent needs a note")
    assert details[Legible.DETECT].endswith(" · fine enough to detect a gantry, not to identify it")
    assert details[Legible.IDENTIFY] == details[Legible.UNKNOWN] == "Example Imaging · 0.5 m"


def test_a_picture_says_how_far_off_its_place_may_be(shown: Any, sample: ModuleType) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data
    from workflow.compare import MEDIAN_METHOD, METHOD
    from workflow.model import Offset

    target, card = shown.site.targets[0], shown.captures[0]
    found = Offset(shown.site.id, card.id, "r", 1.5, -2.0, 0.91, True, METHOD, error_m=0.27)
    others = [
        found,
        replace(found, method=MEDIAN_METHOD, error_m=1.2),
        replace(found, error_m=None),
        replace(found, applied=False, reason="quality 0.10 is below 0.25"),
    ]
    page = replace(shown, captures=tuple(replace(card, offset=one) for one in others))
    data = viewer_data(page, target, sample.AUTHOR)["captures"]
    assert [one["aligned"] for one in data] == [
        "aligned ±0.27 m",
        "aligned ±1.2 m",
        "aligned (error not known)",
        "not aligned",
    ]
    assert data[0]["aligned_why"].endswith("About 95 of 100 such offsets are no more than 0.27 m off.")
    assert "moved as at its other sites" in data[1]["aligned_why"]
    assert data[2]["aligned_why"].endswith("How far off it still is, is not known.")


# -- routes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def client(root: Path) -> Client:
    return Client(our_routes())


def tile_address(shown: Any, token: str | None = None, capture: str | None = None, z: int = 0) -> str:
    from dashboard import routes
    from dashboard.capability import capabilities

    path = routes.TILE_PATH.format(site=shown.site.id, capture=capture or shown.captures[0].id, z=z, x=0, y=0)
    return f"{path}?k={capabilities.issue(routes.tile_scope(shown.site.id)) if token is None else token}"


def test_a_tile_needs_a_capability_for_its_site(client: Any, shown: Any) -> None:
    from dashboard import routes
    from dashboard.capability import capabilities

    assert client.get(tile_address(shown, token="")).status_code == 401
    other = capabilities.issue(routes.tile_scope("north-junction"))
    assert client.get(tile_address(shown, token=other)).status_code == 401
    assert client.get(tile_address(shown)).status_code == 200


def test_a_tile_is_private_guarded_and_asked_for_once(client: Any, shown: Any) -> None:
    answer = client.get(tile_address(shown))
    assert answer.headers["content-type"] in {"image/jpeg", "image/webp"}
    assert "private" in answer.headers["cache-control"]
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    again = client.get(tile_address(shown), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_what_is_not_there_is_a_sentence(client: Any, shown: Any) -> None:
    for address in (tile_address(shown, capture="0" * 16), tile_address(shown, z=99)):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.text.startswith("No ")
        assert "Traceback" not in answer.text


def test_a_display_choice_makes_another_tile_with_its_own_etag(client: Any, shown: Any) -> None:
    stored, grey, dark = (client.get(tile_address(shown) + choice) for choice in ("", "&b=2", "&s=0..900"))
    assert [answer.status_code for answer in (stored, grey, dark)] == [200] * 3
    assert len({answer.headers["etag"] for answer in (stored, grey, dark)}) == 3


@pytest.mark.parametrize(
    "choice", ["b=..%2f..%2fetc", "b=99", "b=infrared", "s=1", "s=nan..1", "s=0..1,0..2"]
)
def test_a_display_choice_outside_the_grammar_is_a_sentence(client: Any, shown: Any, choice: str) -> None:
    answer = client.get(f"{tile_address(shown)}&{choice}")
    assert answer.status_code == 400
    assert answer.text.endswith(".")
    assert "\n" not in answer.text


def test_a_histogram_needs_the_capability_of_its_site(client: Any, shown: Any) -> None:
    from dashboard import routes
    from dashboard.capability import capabilities

    path = routes.HISTOGRAM_PATH.format(site=shown.site.id, capture=shown.captures[0].id)
    assert client.get(path).status_code == 401
    answer = client.get(f"{path}?k={capabilities.issue(routes.tile_scope(shown.site.id))}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content.startswith(b'[{"low"')


def test_a_still_opens_with_its_own_capability(client: Any, shown: Any) -> None:
    from dashboard import routes

    assert client.get(routes.still_url(shown.stills[0].id)).headers["content-type"] == "image/jpeg"
    assert client.get(f"/api/still/{shown.stills[0].id}").status_code == 401


# -- capabilities ----------------------------------------------------------------------------------------------


def test_a_capability_ends() -> None:
    from dashboard.capability import LIFETIME_S, Capabilities

    now = [1_000_000.0]
    made = Capabilities(b"k" * 32, clock=lambda: now[0])
    token = made.issue("tiles of a")
    assert made.allows(token, "tiles of a")
    now[0] += LIFETIME_S
    assert made.allows(token, "tiles of a")
    now[0] += LIFETIME_S
    assert not made.allows(token, "tiles of a")


def test_a_capability_of_another_key_scope_or_time_opens_nothing() -> None:
    from dashboard.capability import Capabilities

    made = Capabilities(b"k" * 32, clock=lambda: 1e6)
    token = made.issue("a")
    ends, _, signature = token.partition(".")
    assert not made.allows(token, "b")
    assert not Capabilities(b"l" * 32, clock=lambda: 1e6).allows(token, "a")
    assert not made.allows(f"{int(ends, 16) + 3600:x}.{signature}", "a")
    for spoilt in ("", ".", "x.y", "ff", f"{ends}.", "é.ü"):
        assert not made.allows(spoilt, "a")


# -- the encoder -----------------------------------------------------------------------------------------------


@given(st.text())
def test_encoded_text_reads_as_itself_and_holds_no_markup(text: str) -> None:
    import html

    from dashboard.safetext import safe

    encoded = safe(text)
    assert not set(encoded) & set("<>\"'`$\\{}[]!*/@=")
    if not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in text):
        assert html.unescape(encoded) == text


def test_folium_is_used_by_the_maps_alone_and_shows_no_text_of_anybody() -> None:
    users = set()
    for file in (REPOSITORY / "dashboard").rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for word in (
            "Popup(",
            "folium.Tooltip",
            "GeoJsonTooltip",
            "DivIcon(",
            "LayerControl(",
            "unsafe_allow",
        ):
            assert word not in source, f"{file.name} has {word}"
        if "import folium" in source:
            users.add(file.name)
    assert users == {"map_frame.py", "network_map.py", "site_map.py"}


def test_no_text_of_people_goes_through_folium() -> None:
    """What was written is searched in every part of both maps that is not our own literal."""
    from dashboard.components.network_map import Basemap, _tree, network_map
    from dashboard.components.site_map import site_map
    from workflow.model import LonLat
    from workflow.readmodels.sitepage import MapSite

    place, said = LonLat(125.7, 39.0), "wordofsomebody"
    overview = network_map([("a", said, place)], dark=False)
    one = site_map([MapSite("a", said, place, 100)], chosen="a", dark=False)
    for made in (overview, one):
        assert made.get_root().render().count(said) == 1  # as a literal
        for part in _tree(made.get_root()):
            if not isinstance(part, Basemap):
                own = {
                    name: value for name, value in vars(part).items() if name not in ("_parent", "_children")
                }
                assert said not in repr(own), type(part)


def test_a_map_names_no_other_host() -> None:
    from dashboard.components.map_frame import page_of
    from dashboard.components.network_map import network_map
    from workflow.model import LonLat

    made = network_map([("a", "</script><b>", LonLat(125.7, 39.0))], dark=False)
    page = page_of(made, "sitetrackShow", "</title><b>")
    links = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert len(links) == 3
    assert all(link.startswith("/assets/") for link in links)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<b>" not in page


# -- the options of the server ---------------------------------------------------------------------------------

_ASK = """
import sys
from streamlit import config
{start}
print("usage", config.get_option("browser.gatherUsageStats"), config.get_option("server.address"),
      config.get_option("server.fileWatcherType"), config.get_option("server.showEmailPrompt"))
"""
# what `streamlit run` does before and while it imports the application
_STREAMLIT_RUN = """
from streamlit.web import bootstrap
config._main_script_path = {app!r}
bootstrap.load_config_options({{}})
import runpy
runpy.run_path({app!r})
"""
# what `sitetrack serve` does, up to the moment of listening
_SERVE = """
import streamlit.web.server.starlette.starlette_server as server
server.UvicornRunner.run = lambda self: None
from pathlib import Path
from dashboard import assets
assets.require = lambda: None
from dashboard.server import serve
serve(Path({root!r}), port=None, open_browser=False)
"""


@pytest.mark.parametrize("start", [_STREAMLIT_RUN, _SERVE], ids=["streamlit run", "sitetrack serve"])
def test_no_way_of_starting_gathers_usage_statistics(root: Path, tmp_path: Path, start: str) -> None:
    # a configuration of the user that says otherwise must not win
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[browser]\ngatherUsageStats = true\n")
    code = _ASK.format(start=start.format(app=str(REPOSITORY / "dashboard" / "app.py"), root=str(root)))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "usage False 127.0.0.1 none False" in done.stdout, done.stderr


@pytest.mark.parametrize(("said", "address"), [([], "127.0.0.1"), (["--address", "192.0.2.7"], "192.0.2.7")])
def test_the_command_line_starts_the_dashboard_by_name_on_loopback_unless_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, said: list[str], address: str
) -> None:
    from click.testing import CliRunner

    from dashboard import server
    from workflow.cli.serve import command

    calls: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda where, **options: calls.append((where, options)))
    done = CliRunner().invoke(command, ["--project", str(root), "--port", "8599", "--no-browser", *said])
    assert done.exit_code == 0, done.output
    assert calls == [(root, {"port": 8599, "open_browser": False, "address": address})]


def _has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


IPV6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 on loopback")


@pytest.fixture
def started(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options that the server would have been started with."""
    from dashboard import assets, server
    from dashboard.app import app

    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(assets, "require", lambda: None)
    monkeypatch.setattr(server, "_read_first", lambda _: None)
    monkeypatch.setattr(type(app), "run", lambda _, *, config: calls.append(dict(config)))
    return calls


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        pytest.param("::1", "[::1]", marks=IPV6),
    ],
)
def test_loopback_is_served_without_a_warning_and_under_its_own_names(
    root: Path, started: Any, capsys: pytest.CaptureFixture[str], address: str, page: str
) -> None:
    from dashboard import server

    server.serve(root, port=None, open_browser=False, address=address)
    said = capsys.readouterr().err
    assert f"at http://{page}:" in said
    assert "Warning" not in said
    assert set(started[0]["server.allowedHosts"]) == {"localhost", "127.0.0.1", "::1"} | {
        started[0]["server.address"]
    }


@pytest.mark.parametrize(
    ("address", "page"),
    [("0.0.0.0", "127.0.0.1"), pytest.param("::", "[::1]", marks=IPV6)],  # noqa: S104  meant
)
def test_other_addresses_are_warned_of(
    root: Path, started: Any, capsys: pytest.CaptureFixture[str], address: str, page: str
) -> None:
    from dashboard import server

    server.serve(root, port=None, open_browser=False, address=address)
    said = capsys.readouterr().err
    assert f"Warning: {address} is not this machine alone." in said
    assert "can read and change the project under any name, unencrypted" in said
    assert f"at http://{page}:" in said
    assert started[0]["server.address"] == address
    assert started[0]["server.allowedHosts"] == []


@pytest.mark.parametrize("address", ["192.0.2.7", "a.example", "", "127.0.0.1:80", "1" * 500])
def test_an_address_of_another_machine_is_refused(root: Path, started: Any, address: str) -> None:
    from dashboard import server
    from workflow.errors import InputRefused

    with pytest.raises(InputRefused, match=r"it is no address of this machine"):
        server.serve(root, port=None, open_browser=False, address=address)
    assert started == []


def test_the_options_that_protect_the_server_are_said() -> None:
    from streamlit import config

    from dashboard import server

    said = server.options()
    for name, value in {
        "server.address": "127.0.0.1",
        "server.enableCORS": True,
        "server.corsAllowedOrigins": [],
        "server.enableXsrfProtection": True,
        "server.xsrfCookieSameSite": "Lax",
        "server.enableAgentApi": False,
        "server.enableStaticServing": False,
        "client.showErrorDetails": "none",
    }.items():
        assert said[name] == value
        assert name in config._config_options_template  # so that a new Streamlit cannot drop one unseen


def test_a_taken_port_is_refused_with_a_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import assets, server
    from workflow.errors import InputRefused

    monkeypatch.setattr(assets, "require", lambda: None)
    with socket.socket() as taken:
        taken.bind((server.ADDRESS, 0))
        taken.listen()
        with pytest.raises(InputRefused, match="it is taken"):
            server.serve(root, port=taken.getsockname()[1], open_browser=False)


def test_a_file_that_opening_writes_is_not_opened_again_and_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, sample: ModuleType
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
