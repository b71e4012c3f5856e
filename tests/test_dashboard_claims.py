"""The page Claims without a browser: the ledger, one claim, rivals, adding and withdrawing, roles."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest

from workflow import actions
from workflow.claims import EventQuery, Published, Query, published_span
from workflow.model import Author, Claim, Event, Role
from workflow.project import Project
from workflow.readmodels import claims

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"
ANNA = Author("Anna")
ARCH = EventQuery(sample.SITE, sample.TARGET, Event.APPEARED)
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)}"


@pytest.fixture(autouse=True)
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests look at no asset; a checkout that was not built is enough."""
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("SITETRACK_PROJECT", str(sample.make_project(tmp_path / "project")))
    from dashboard.projects import current_project

    return current_project()


def add(project: Project, sentence: str, query: Query = ARCH, author: Author = ANNA, **stated: str) -> Claim:
    return actions.add_claim(project, author, sentence, claims.freeze(project, query), **stated)


def say(project: Project, number: int, state: str, author: Author = ANNA) -> None:
    captures = [one for one in project.captures() if one.crs]
    actions.observe(
        project, author, site=sample.SITE, target=sample.TARGET, capture=captures[number].id, state=state
    )


def open_page(name: str = "Anna", role: Role = Role.ANALYST, **query: str) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.session_state["author"] = Author(name, role)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return sound(app.switch_page("views/claims.py").run())


def sound(app: Any) -> Any:
    assert not app.exception
    assert not app.error
    return app


def text_of(app: Any) -> str:
    bodies = " ".join(one.proto.body for one in app.get("html"))
    return " ".join([html.unescape(bodies), *(one.value for one in (*app.caption, *app.info))])


def labels(app: Any) -> list[str]:
    return [one.label for one in app.button]


def test_without_claims_the_page_says_what_a_claim_is_and_how_to_make_one(project: Project) -> None:
    app = open_page()
    assert "No claims yet" in text_of(app)
    assert any("sitetrack claims add" in one.value for one in app.code)


def test_what_no_longer_holds_comes_first(project: Project) -> None:
    say(project, 0, "absent")
    say(project, 1, "present")
    add(project, "They say 42.", Published(42), source="Report")
    add(project, "It appeared in late 2021 at the latest.")
    say(project, 1, "absent")
    text = text_of(open_page())
    assert text.index("It appeared") < text.index("They say 42.")
    assert "contradicted" in text


def test_rivals_stand_side_by_side_with_what_they_do_not_share(project: Project) -> None:
    for when in ("in 2014", "around 2016"):
        add(
            project,
            f"First {when}.",
            Published(when=published_span(when)),
            topic="first",
            source="R",
            page=when,
        )
    text = text_of(open_page())
    assert "2 statements on first" in text
    assert "share no day" in text


def test_filters_leave_what_fits(project: Project) -> None:
    add(project, "One thing.", Published(3), source="Report")
    add(project, "Another matter.", Published(4), source="Report")
    app = open_page()
    app.text_input(key="claims.find").set_value("MATTER")
    text = text_of(sound(app.run()))
    assert "Another matter." in text
    assert "One thing." not in text
    app.text_input(key="claims.find").set_value("nowhere")
    assert "Nothing fits these filters." in text_of(sound(app.run()))


def test_one_claim_shows_both_results_and_who_changed_what(project: Project) -> None:
    say(project, 0, "absent")
    say(project, 1, "present")
    one = add(project, f"It appeared. {HOSTILE}", source="Note 12")
    say(project, 1, "absent", Author("Ben"))
    app = open_page(id=one.id)
    raw = " ".join(body.proto.body for body in app.get("html"))
    assert "<img" not in raw
    assert "${" not in raw
    text = text_of(app)
    for words in (
        "Then, on",
        "Now",
        "What differs",
        "Ben",
        f"said “absent” of “{sample.TARGET}”",
        "SYNTHETIC",
    ):
        assert words in text
    assert "Freeze anew" in labels(app)


def test_a_claim_is_added_in_the_form_and_its_page_opens(project: Project) -> None:
    say(project, 1, "present")
    app = open_page()
    app.text_area(key="claims.sentence").set_value("It was there by the end of 2021.")
    app.text_input(key="claims.source").set_value("Note 12")
    sound(app.button(key="claims.add").click().run())
    (row,) = claims.ledger(project)
    assert (row["sentence"], row["author"], row["status"]) == (
        "It was there by the end of 2021.",
        "Anna",
        "holds",
    )
    assert "Claim claim-1" in text_of(app)
    assert "Added" in text_of(app)


def test_a_count_and_a_publication_are_added_in_the_form(project: Project) -> None:
    say(project, 1, "present")
    app = open_page()
    app.button_group(key="claims.kind").set_value("growth")
    app.run()
    app.text_area(key="claims.sentence").set_value("At least 1 by the end of 2022.")
    app.text_input(key="claims.day").set_value("2022")
    sound(app.button(key="claims.add").click().run())
    app = open_page()
    app.button_group(key="claims.kind").set_value("published")
    app.run()
    app.text_area(key="claims.sentence").set_value("At least 42 of them.")
    app.text_input(key="claims.when").set_value("by the end of 2019")
    app.text_input(key="claims.source").set_value("Report")
    sound(app.button(key="claims.add").click().run())
    assert [(row["kind"], row["latest"]) for row in claims.ledger(project)] == [
        ("growth", None),
        ("none", "2019-12-31"),
    ]


def test_what_is_refused_is_said_and_what_was_typed_stays(project: Project) -> None:
    app = open_page()
    sound(app.button(key="claims.add").click().run())
    assert "Sentence: it is empty" in text_of(app)
    app.button_group(key="claims.kind").set_value("growth")
    app.run()
    app.text_area(key="claims.sentence").set_value("At least 1.")
    app.text_input(key="claims.day").set_value("31 February 2022")
    sound(app.button(key="claims.add").click().run())
    assert "31 February" in text_of(app)
    assert app.text_area(key="claims.sentence").value == "At least 1."


def test_an_author_withdraws_and_renews_and_others_see_no_buttons(project: Project) -> None:
    say(project, 1, "present")
    one = add(project, "It was there.")
    assert "Freeze anew" not in labels(open_page("Ben", id=one.id))
    assert "Freeze anew" not in labels(open_page("Vera", Role.VIEWER, id=one.id))
    assert "Freeze anew" in labels(open_page("Lena", Role.LEAD, id=one.id))
    app = open_page(id=one.id)
    sound(app.button(key="claims.renew").click().run())
    assert "Frozen anew" in text_of(app)
    app.text_input(key="claims.reason").set_value("a slip")
    sound(app.button(key="claims.withdraw").click().run())
    assert "withdrawn: a slip" in text_of(app)
    assert "Freeze anew" not in labels(app)


def test_a_viewer_sees_the_ledger_and_no_form(project: Project) -> None:
    add(project, "One thing.", Published(3), source="Report")
    app = open_page("Vera", Role.VIEWER)
    assert "One thing." in text_of(app)
    assert "Add" not in labels(app)
