"""The page Figures without a browser: choices and address, words, findings, saving, the list, roles."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest

from dashboard.components import figure_words
from workflow import actions
from workflow.figure.lint import CODES
from workflow.fonts import fonts_dir
from workflow.model import Author, FigureRecipe, Role
from workflow.project import Project

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"
ANNA = Author("Anna")
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)}"


@pytest.fixture(autouse=True)
def _typefaces(skip_or_fail: Any) -> None:
    if not fonts_dir().is_dir():
        skip_or_fail("the typefaces are not bundled: pip install -e .")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("SITETRACK_PROJECT", str(sample.make_project(tmp_path / "project")))
    from dashboard.projects import current_project

    return current_project()


def pictures(project: Project) -> list[str]:
    return [one.id for one in project.captures() if one.crs]


def say(project: Project, number: int, state: str, author: Author = ANNA) -> None:
    actions.observe(
        project,
        author,
        site=sample.SITE,
        target=sample.TARGET,
        capture=pictures(project)[number],
        state=state,
    )


def open_page(name: str = "Anna", role: Role = Role.ANALYST, **query: Any) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state["author"] = Author(name, role)
    app.run()
    for key, value in {"site": sample.SITE, **query}.items():
        app.query_params[key] = value
    return sound(app.switch_page("views/figures.py").run())


def sound(app: Any) -> Any:
    assert not app.exception
    assert not app.error
    return app


def text_of(app: Any) -> str:
    bodies = " ".join(one.proto.body for one in app.get("html"))
    return " ".join([html.unescape(bodies), *(one.value for one in (*app.caption, *app.info))])


def said_of(app: Any, kind: str) -> str:
    return text_of(app).partition(f"data-said='{kind}'")[2].partition("</div>")[0]


def keys(app: Any) -> set[str]:
    return {one.key for one in app.button if one.key}


def drawn(app: Any) -> str:
    return text_of(app).partition("data-figure='")[2][:64]


def test_without_a_choice_the_record_says_what_is_shown(project: Project) -> None:
    say(project, 1, "absent")
    say(project, 2, "present")
    app = open_page()
    assert "appeared" in app.text_area(key="figures.caption").value
    assert app.text_area(key="figures.alt").value
    assert len(drawn(app)) == 64
    assert text_of(app).count("SYNTHETIC") == 1


def test_a_place_without_pictures_says_what_to_do_first(project: Project) -> None:
    app = open_page(site="north-junction")
    assert "No picture covers this site yet." in text_of(app)
    assert any("sitetrack ingest" in one.value for one in app.code)
    assert "not located" in text_of(open_page(site="lost"))


def test_every_choice_stands_in_the_address_and_the_address_opens_the_same(project: Project) -> None:
    ids = pictures(project)
    app = open_page()
    app.multiselect(key="figures.captures").set_value([ids[2], ids[0]])
    app.selectbox(key="figures.layout").set_value("grid")
    app.selectbox(key="figures.style").set_value("plain")
    app.text_input(key="figures.number").set_value("12.")
    app.checkbox(key="figures.marks").uncheck()
    app.number_input(key="figures.extent").set_value(80.0)
    sound(app.run())
    assert app.query_params["captures"] == f"{ids[2]},{ids[0]}"
    again = open_page(**dict(app.query_params))
    assert again.multiselect(key="figures.captures").value == [ids[2], ids[0]]
    assert again.number_input(key="figures.extent").value == 80
    assert again.checkbox(key="figures.marks").value is False
    assert drawn(again) == drawn(app)


def test_a_choice_draws_the_figure_anew(project: Project) -> None:
    app = open_page()
    before = drawn(app)
    app.selectbox(key="figures.coordinates").set_value("mgrs")
    assert drawn(sound(app.run())) != before


def test_a_caption_is_written_by_hand_and_taken_back(project: Project) -> None:
    app = open_page()
    given = app.text_area(key="figures.caption").value
    app.text_area(key="figures.caption").set_value(f"A gantry, {HOSTILE}")
    sound(app.run())
    assert app.text_area(key="figures.caption").value == f"A gantry, {HOSTILE}"
    assert "data-caption='own'" in text_of(app)
    app.button(key="figures.again").click()
    sound(app.run())
    assert app.text_area(key="figures.caption").value == given
    app.text_area(key="figures.alt").set_value("A road.")
    assert sound(app.run()).text_area(key="figures.alt").value == "A road."


def test_what_blocks_keeps_the_figure_here_until_it_is_let_pass_with_a_reason(project: Project) -> None:
    app = open_page(caption="It was confirmed on May 4, 2019.")
    assert "data-finding='confirmed'" in text_of(app)
    assert "1 finding blocks this figure" in text_of(app)
    assert "can be saved and downloaded" in text_of(app)
    app.button(key="figures.pass.confirmed").click()
    assert "Say why" in said_of(sound(app.run()), "warning")
    app.text_input(key="figures.reason.confirmed").set_value(HOSTILE)
    app.button(key="figures.pass.confirmed").click()
    sound(app.run())
    assert "data-allowed='confirmed'" in text_of(app)
    assert "Nothing blocks this figure" in text_of(app)
    assert "<img src=x" not in " ".join(one.proto.body for one in app.get("html"))
    app.button(key="figures.back.confirmed").click()
    assert "1 finding blocks this figure" in text_of(sound(app.run()))


def test_a_figure_that_cannot_be_made_says_why_beside_its_choices(project: Project) -> None:
    app = open_page(layout="before-after", captures=pictures(project)[0])
    assert "before and after are two pictures" in said_of(app, "warning")
    app.selectbox(key="figures.layout").set_value("row")
    assert len(drawn(sound(app.run()))) == 64


def test_a_recipe_is_saved_in_versions_and_opened(project: Project) -> None:
    app = open_page(number="29")
    app.text_input(key="figures.name").set_value("bridge")
    app.button(key="figures.save").click()
    assert "Saved as bridge, version 1." in said_of(sound(app.run()), "done")
    assert "data-recipe='bridge'" in text_of(app)
    app.selectbox(key="figures.style").set_value("plain")
    sound(app.run())
    assert "data-recipe" not in text_of(app)
    app.button(key="figures.save").click()
    assert "version 2" in said_of(sound(app.run()), "done")
    kept = project.record.get(FigureRecipe, "bridge")
    assert kept is not None
    assert (kept.version, kept.value.options.style, kept.value.options.number) == (2, "plain", "29")
    fresh = open_page(**dict(app.query_params))
    assert "data-recipe='bridge'" in text_of(fresh)


def test_a_name_that_is_taken_is_not_written_over(project: Project) -> None:
    first = open_page()
    first.text_input(key="figures.name").set_value("bridge")
    first.button(key="figures.save").click()
    sound(first.run())
    app = open_page(style="plain")
    app.text_input(key="figures.name").set_value("bridge")
    app.button(key="figures.save").click()
    assert "There is a figure bridge already" in said_of(sound(app.run()), "warning")
    app.text_input(key="figures.name").set_value("Not a Name")
    app.button(key="figures.save").click()
    assert "not-a-name" in said_of(sound(app.run()), "warning")


def test_the_list_says_what_went_stale(project: Project) -> None:
    say(project, 1, "absent")
    say(project, 2, "present")
    app = open_page()
    app.button(key="figures.save").click()
    sound(app.run())
    assert "data-moved='0'" in text_of(app)
    say(project, 2, "absent")
    app = sound(app.run())
    assert "1 does not match the record any more" in text_of(app)
    assert app.dataframe[0].value["name"].tolist() == [sample.SITE]
    assert "the record" in app.dataframe[0].value["changed"][0]
    changed = open_page(lang="ko").dataframe[0].value.iloc[0]["changed"]
    assert "도판은 '있음', 기록은 '없음'" in changed
    assert not re.search("[a-z]{3,} [a-z]{3,}", changed)


def test_a_viewer_looks_and_downloads(project: Project) -> None:
    app = open_page("Vera", Role.VIEWER)
    assert len(drawn(app)) == 64
    assert "figures.save" not in keys(app)
    assert [one.proto.label for one in app.get("download_button")] == [
        "Download",
        "What it rests on (JSON)",
    ]


def test_another_site_begins_another_figure(project: Project) -> None:
    app = open_page(caption="Mine.", captures=pictures(project)[0], style="plain")
    app.selectbox(key="figures.site").set_value("north-junction")
    sound(app.run())
    app.selectbox(key="figures.site").set_value(sample.SITE)
    sound(app.run())
    assert app.multiselect(key="figures.captures").value == []
    assert app.text_area(key="figures.caption").value != "Mine."


def test_korean(project: Project) -> None:
    app = open_page(lang="ko")
    assert "도판" in text_of(app)
    assert app.selectbox(key="figures.layout").label == "배열"


def test_compare_leads_here_with_the_pictures_it_shows(project: Project) -> None:
    from streamlit.testing.v1 import AppTest

    left, right = pictures(project)[:2]
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state["author"] = ANNA
    app.run()
    for key, value in {"site": sample.SITE, "left": left, "right": right}.items():
        app.query_params[key] = value
    sound(app.switch_page("views/compare.py").run())
    links = [one.proto for one in app.get("page_link") if one.proto.label == "Make a figure"]
    assert f"captures={left}%2C{right}" in links[0].query_string or f"captures={left},{right}" in str(
        links[0]
    )


def report_for(name: str) -> None:
    from dashboard.components import figure_report
    from workflow.model import Author

    figure_report.show(Author(name))


def test_a_second_reader_gets_no_report_of_all_sites(project: Project) -> None:
    from streamlit.testing.v1 import AppTest

    say(project, 1, "absent")
    lead = Author("Lena", Role.LEAD)
    actions.ask_second_reading(project, lead, project.observations()[0].id)
    blind = sound(AppTest.from_function(report_for, args=("Ben",), default_timeout=60).run())
    assert "a report of all sites waits until you have" in text_of(blind)
    assert not blind.text_input
    first = sound(AppTest.from_function(report_for, args=("Anna",), default_timeout=60).run())
    assert [one.label for one in first.text_input] == ["Title", "What it is for"]


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_a_name_and_says_what_to_do_on_the_pages(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure_words, "t", lambda sentence: sentence)
    title, remedy = figure_words._told(code)
    assert title != code
    assert remedy.endswith(".")
