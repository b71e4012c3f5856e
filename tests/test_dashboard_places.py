"""The pages Imagery and Site through the router: what they show, what they write, who may, two people at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dashboard_sample
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state, told
from dashboard.components import georeferencer, intake, still_aligner
from workflow import actions
from workflow.model import Author, LonLat, Role
from workflow.pipeline.track import TrackReport
from workflow.project import Project, init_project

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"
SITE = dashboard_sample.SITE
BEN = Author("Ben")
Make = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = dashboard_sample.make_project(tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    return made


@pytest.fixture(autouse=True)
def somebody_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    from dashboard import assets

    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    if not (assets.BUILD / "stamp").is_file():  # these tests look at no asset
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


def opened(page: str, *, role: Role | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=90)
    if role is not None:
        app.session_state["author"] = Author("ana", role)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(f"views/{page}.py").run()
    return sound(app)


def sound(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    parts = [str(one.proto) for one in app.get("html")]
    return " ".join([*parts, *(one.value for one in (*app.info, *app.caption))])


def keys(app: AppTest) -> set[str]:
    return {one.key for one in app.button}


# -- Imagery -------------------------------------------------------------------------------------------------


def test_the_list_filters_by_what_the_address_says_and_a_capture_in_it_is_open(root: Path) -> None:
    with Project.open(root) as project:
        still = project.capture("still.png").id
    app = opened("imagery", q="still", capture=still)
    assert list(app.dataframe[0].value["file"]) == ["still.png"]
    assert "5 pictures" in shown(app)
    assert f"data-capture=\\'{still}\\'" in shown(app)
    assert "by 1 June 2022 (broadcast)" in shown(app)
    app.text_input(key="imagery.q").set_value("nothing like it").run()
    assert "Nothing fits these filters." in shown(sound(app))
    assert app.query_params["q"] in ("nothing like it", ["nothing like it"])


def test_a_file_name_in_the_address_opens_its_capture_and_an_unknown_one_is_one_sentence(root: Path) -> None:
    assert "data-capture" in shown(opened("imagery", capture="still.png"))
    assert "No capture &#39;nowhere&#39;" in opened("imagery", capture="nowhere").error[0].value


def test_dropped_files_are_taken_in_and_what_was_refused_can_be_tried_again(
    root: Path, make_raster: Make
) -> None:
    good = make_raster("gate_20211112.tif", np.full((3, 20, 20), 70, "uint8")).read_bytes()
    undated = make_raster("x.tif", np.full((3, 20, 20), 80, "uint8")).read_bytes()
    app = opened("imagery")
    app.file_uploader[0].set_value(
        [
            ("../gate_20211112.tif", good, "image/tiff"),
            ("<img src=x onerror=alert(1)> ${alert(2)}.tif", undated, "image/tiff"),
        ]
    ).run()
    app.button(key="intake.take").click().run()
    text = shown(sound(app))
    assert "1 picture taken in, 1 refused." in text
    assert "no date of acquisition" in text
    assert "<img src=x" not in text
    app.text_input(key="intake.date.text").set_value("late 2021").run()
    app.button(key="intake.take").click().run()
    assert "1 picture taken in." in shown(sound(app))
    with Project.open(root) as project:
        names = {one.file for one in project.captures()}
    assert "gate_20211112.tif" in names
    assert any("onerror" in name for name in names)
    assert "intake.forget" not in keys(app)


def test_a_date_is_corrected_after_what_was_understood_is_shown(root: Path) -> None:
    app = opened("imagery", capture="still.png")
    app.button(key="capture.date.open").click().run()
    app.text_input(key="capture.date.1.text").set_value("nonsense").run()
    assert "not in a form that is understood" in shown(app)
    assert app.button(key="capture.date.1.save").disabled
    app.text_input(key="capture.date.1.text").set_value("2021년 11월").run()
    app.selectbox(key="capture.date.1.basis").select("stated").run()
    assert "earliest 2021-11-01, latest 2021-11-30, precision: month" in shown(app)
    app.button(key="capture.date.1.save").click().run()
    assert "The date is now November 2021 (stated)" in shown(sound(app))
    with Project.open(root) as project:
        assert project.capture("still.png").acquired.verbatim == "2021년 11월"


def test_two_dates_for_one_picture_are_both_shown_and_one_is_chosen(root: Path) -> None:
    app = opened("imagery", capture="still.png")
    app.button(key="capture.date.open").click().run()
    with Project.open(root) as project:
        actions.set_date(project, BEN, "still.png", "May 2020")
    app.text_input(key="capture.date.1.text").set_value("June 2020").run()
    app.button(key="capture.date.1.save").click().run()
    text = shown(sound(app))
    assert "Ben made of it (version 2)" in text
    assert "May 2020" in text
    assert "June 2020" in text
    app.radio(key="capture.date.1.pick.acquired").set_value("mine").run()
    app.button(key="capture.date.1.decide").click().run()
    with Project.open(root) as project:
        assert project.capture("still.png").acquired.verbatim == "June 2020"


def test_a_lead_withdraws_and_takes_it_back_and_a_viewer_only_looks(root: Path) -> None:
    viewer = opened("imagery", role=Role.VIEWER, capture="still.png")
    assert not viewer.file_uploader
    assert not keys(viewer) & {"intake.take", "capture.date.open", "intake.track"}
    lead = opened("imagery", role=Role.LEAD, capture="still.png")
    with Project.open(root) as project:
        key = project.capture("still.png").id
    lead.text_input(key=f"capture.why.{key}").set_value("licence ended")
    next(one for one in lead.button if one.label == "Withdraw").click().run()
    assert "licence ended" in shown(sound(lead))
    lead.text_input(key=f"capture.again.{key}").set_value("renewed")
    next(one for one in lead.button if one.label == "Use it again").click().run()
    assert "It is in use again." in shown(sound(lead))


def test_what_waits_is_aligned_from_the_page(root: Path) -> None:
    app = opened("imagery")
    assert "1 site has pictures that are not laid on each other yet." in shown(app)
    app.button(key="intake.track").click().run(timeout=300)
    assert "pairs compared at 1 sites" in shown(sound(app))
    assert "intake.track" not in keys(app)


def test_what_cannot_be_aligned_is_said_in_the_language_of_the_page(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = "Site a: Capture 1f: its working copy cannot be read; run 'sitetrack verify'."
    monkeypatch.setattr(intake, "track", lambda *_: TrackReport(0, 0, 0, 0, (), (failed,)))
    korean = opened("imagery", lang="ko")
    korean.button(key="intake.track").click().run()
    bodies = [one.proto.body for one in sound(korean).get("html")]
    assert any("지점 a: 영상 1f: 작업 사본을 읽을 수 없음" in body for body in bodies)


@pytest.mark.parametrize(
    "answer",
    [partial(georeferencer._placed, {"version": "x"}), partial(still_aligner._aligned, {"version": "x"})],
)
def test_pairs_that_cannot_be_read_are_refused_in_the_language_of_the_page(
    answer: Callable[[], str], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "language", lambda: "ko")
    monkeypatch.setattr(state, "author", lambda: Author("Anna"))
    assert answer() == "점 쌍: 읽을 수 없음; 페이지를 새로 고치십시오."


def test_pages_without_anything_say_what_to_do_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(init_project(tmp_path / "empty")))
    imagery = opened("imagery")
    assert "No pictures yet. Drop files above" in shown(imagery)
    assert imagery.code[0].value == "sitetrack ingest PATH"
    site = opened("site")
    assert "Click on the map to add the first one" in shown(site)
    assert shown(opened("site", role=Role.VIEWER)).count("Click on the map") == 0


# -- Site ----------------------------------------------------------------------------------------------------


def test_a_site_shows_where_it_is_its_targets_and_its_pictures(root: Path) -> None:
    text = shown(opened("site", site=SITE))
    for part in ("39.02040, 125.74120", "MGRS", "항구 다리", "data-strip=\\'5\\'", "no date follows yet"):
        assert part in text
    lost = opened("site", site="lost")
    assert "not located: click on the map" in shown(lost)
    assert "<img src=x" not in shown(lost)


def test_a_click_on_the_map_adds_a_site_after_it_was_confirmed(root: Path) -> None:
    from dashboard.components.map_frame import Clicked

    app = opened("site", site=SITE)
    app.session_state["site.mark"] = Clicked(LonLat(125.75, 39.03), zoom=19)
    app.run()
    app.button(key="site.add.here").click().run()
    form = "site.form.1"
    assert app.button(key=f"{form}.save").disabled
    app.text_input(key=f"{form}.name").set_value(dashboard_sample.HOSTILE).run()
    app.text_input(key=f"{form}.local").set_value("새 지점").run()
    app.text_input(key=f"{form}.position").set_value("125.75, 139.03").run()
    assert app.button(key=f"{form}.save").disabled
    app.text_input(key=f"{form}.position").set_value("39.03, 125.75").run()
    app.selectbox(key=f"{form}.first").select("mast").run()
    app.button(key=f"{form}.save").click().run()
    assert "is added." in shown(sound(app))
    with Project.open(root) as project:
        made = project.sites()[-1]
    assert (made.name, made.name_local, made.targets[0].id) == (dashboard_sample.HOSTILE, "새 지점", "mast")
    assert made.position is not None
    assert made.position.precision_m == pytest.approx(1110, rel=0.01)
    assert app.selectbox(key="site.site").value == made.id
    register = json.loads((root / "sites.geojson").read_text("utf-8"))
    assert made.id in [one["properties"]["id"] for one in register["features"]]


def test_a_site_is_moved_changed_and_given_a_target(root: Path) -> None:
    from dashboard.components.map_frame import Clicked

    app = opened("site", site=SITE)
    app.session_state["site.mark"] = Clicked(LonLat(125.7425, 39.0204), zoom=19)
    app.run()
    app.button(key="site.move").click().run()
    assert "m away" in shown(app)
    app.button(key="site.form.1.save").click().run()
    app.button(key="site.change").click().run()
    app.text_input(key="site.form.2.aliases").set_value("Port bridge; 부두 다리").run()
    app.button(key="site.form.2.save").click().run()
    app.button(key="site.target.add").click().run()
    app.text_input(key="site.form.3.name").set_value("East mast").run()
    app.selectbox(key="site.form.3.kind").select("mast").run()
    app.button(key="site.form.3.save").click().run()
    app.button(key="site.target.gantry").click().run()
    app.text_input(key="site.form.4.name").set_value("Sign gantry").run()
    app.button(key="site.form.4.save").click().run()
    sound(app)
    with Project.open(root) as project:
        site = project.site(SITE)
        assert [one.version for one in project.record.history("site", SITE)][-1] >= 5
    assert site.position is not None
    assert site.position.lonlat == LonLat(125.7425, 39.0204)
    assert site.aliases == ("Port bridge", "부두 다리")
    assert [(one.id, one.name, one.kind.value) for one in site.targets] == [
        ("gantry", "Sign gantry", "gantry"),
        ("east-mast", "East mast", "mast"),
    ]


def test_the_same_field_changed_by_two_is_chosen_and_others_are_kept(root: Path) -> None:
    app = opened("site", site=SITE)
    app.button(key="site.change").click().run()
    with Project.open(root) as project:
        actions.edit_site(
            project, BEN, SITE, {"name": "Ben's bridge", "road": "A1"}, base_version=1, reason="better"
        )
    app.text_input(key="site.form.1.name").set_value("Ana's bridge").run()
    assert "While this form is open, it was changed: Ben" in shown(app)
    app.button(key="site.form.1.save").click().run()
    text = shown(sound(app))
    assert "Ben made of it (version 2)" in text
    app.radio(key="site.form.1.pick.name").set_value("mine").run()
    app.button(key="site.form.1.decide").click().run()
    with Project.open(root) as project:
        site = project.site(SITE)
    assert (site.name, site.road) == ("Ana's bridge", "A1")


def test_a_viewer_sees_a_site_and_changes_nothing(root: Path) -> None:
    app = opened("site", role=Role.VIEWER, site=SITE)
    assert "39.02040, 125.74120" in shown(app)
    assert not {key for key in keys(app) if key and key.startswith("site.")}


@pytest.mark.parametrize(
    ("zoom", "digits"), [(0, 0), (3, 0), (7, 1), (10, 2), (14, 3), (17, 4), (19, 5), (22, 5)]
)
def test_a_click_tells_no_more_decimals_than_a_hand_can_point_at(zoom: int, digits: int) -> None:
    from dashboard.components.map_frame import Clicked
    from dashboard.components.site_map import digits as told

    assert told(Clicked(zoom=zoom)) == digits


def test_names_on_the_map_are_no_template_and_end_no_script() -> None:
    from dashboard.components.map_frame import page_of
    from dashboard.components.site_map import site_map
    from workflow.readmodels.sitepage import MapSite

    names = ["{{ 7*7 }}", "{% raw %}", "</script>", "`${alert(1)}`", "map_div_0", "평양 \U0001f6f0"]
    sites = [MapSite(f"s{number}", name, LonLat(125, 39), 100) for number, name in enumerate(names)]
    made = site_map(sites, chosen="s0", dark=False)
    page = page_of(made, "sitetrackMark", "Map")
    (told,) = re.findall(r'"names": (\{.*?\})', page)
    assert json.loads(told) == {site.id: site.name for site in sites}
    assert not set(told[1:-1]) & set("{}<>`$_")
    assert page.count("</script>") == page.count("<script")


# -- who works on a site -------------------------------------------------------------------------------------


def assigned_to(root: Path) -> tuple[str, ...]:
    with Project.open(root) as project:
        return project.site(SITE).assigned


def test_a_site_is_taken_and_dropped_on_its_page(root: Path) -> None:
    app = opened("site", site=SITE)
    assert "data-assigned&gt;nobody" in shown(app) or "data-assigned>nobody" in shown(app)
    assert "site.assign.add" not in keys(app)  # a lead's
    app = sound(app.button(key="site.take").click().run())
    assert assigned_to(root) == ("ana",)
    assert "is yours now" in shown(app)
    app = sound(app.button(key="site.drop").click().run())
    assert assigned_to(root) == ()


def test_a_lead_assigns_a_site_on_its_page_and_a_viewer_nothing(root: Path) -> None:
    app = opened("site", role=Role.LEAD, site=SITE)
    app = sound(app.multiselect(key="site.assign.people").set_value(["Ben"]).run())
    app = sound(app.button(key="site.assign.add").click().run())
    assert assigned_to(root) == ("Ben",)
    assert app.multiselect(key="site.assign.people").value == []
    app = opened("site", role=Role.VIEWER, site=SITE)
    assert "Ben" in shown(app)
    assert not keys(app) & {"site.take", "site.drop", "site.assign.add"}


def test_many_sites_are_searched_in_hangul_too(root: Path) -> None:
    assert [one.key for one in opened("site").text_input if one.key == "site.text"] == []  # three are few
    register = json.loads((root / "sites.geojson").read_text("utf-8"))
    for number in range(12):
        named = {"id": f"more-{number:02}", "name": f"More {number:02}", "targets": ["gantry"]}
        register["features"].append({"type": "Feature", "geometry": None, "properties": named})
    (root / "sites.geojson").write_text(json.dumps(register), "utf-8")
    app = opened("site", site="more-03")
    assert len(app.selectbox(key="site.site").options) == 15
    app = sound(app.text_input(key="site.text").set_value("ㅎㄱ 다").run())
    assert app.selectbox(key="site.site").options == ["Harbour bridge 항구 다리"]
    assert app.query_params["site"] in (SITE, [SITE])
    app = sound(app.text_input(key="site.text").set_value("없는 곳").run())
    assert len(app.selectbox(key="site.site").options) == 15
    assert "No site fits" in shown(app)


# -- what comes with a picture -------------------------------------------------------------------------------


def test_credit_terms_and_origin_are_changed_in_the_panel(root: Path) -> None:
    app = opened("imagery", capture="still.png")
    app.selectbox[[one.label for one in app.selectbox].index("Credit and terms as usual for")].set_value(
        "Broadcaster"
    ).run()
    field = {one.label: one for one in app.text_input}
    assert field["Terms"].value == "broadcast still: quotation"
    field["Credit line"].set_value("Image: <b>KCTV")
    next(
        one for one in app.text_input if one.key.startswith("describe.") and one.key.endswith(".url")
    ).set_value("https://example.org/p")
    next(one for one in app.button if one.label == "Save" and one.form_id).click().run()
    assert "It is saved." in shown(sound(app))
    with Project.open(root) as project:
        capture = project.capture("still.png")
    assert (capture.credit, capture.licence) == ("Image: <b>KCTV", "broadcast still: quotation")
    assert capture.origin is not None
    assert capture.origin.url == "https://example.org/p"
    assert "<b>KCTV" not in shown(app)
    field = next(
        one for one in app.text_input if one.key.startswith("describe.") and one.key.endswith(".url")
    )
    field.set_value("javascript:alert(1)")
    next(one for one in app.button if one.label == "Save" and one.form_id).click().run()
    assert "it is no address of a page" in shown(sound(app))


def test_attached_files_are_listed_for_download_alone(root: Path) -> None:
    with Project.open(root) as project:
        actions.attach(project, BEN, "still.png", "<i>page.html", b"<!DOCTYPE html><html></html>", note="n")
    text = shown(opened("imagery", capture="still.png"))
    assert "data-attachment" in text
    assert "/api/attachment/" in text
    assert "<i>page" not in text
