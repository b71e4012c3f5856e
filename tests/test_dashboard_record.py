"""First page, marks, history and review without a browser: pages through the router.

Longer than others, because these pages tell of the same few people and what they did to one sample project.
"""

from __future__ import annotations

import base64
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workflow import actions
from workflow.model import Annotation, Author, Role
from workflow.project import Project, init_project

REPOSITORY = Path(__file__).resolve().parents[1]
MAIN = REPOSITORY / "dashboard" / "main.py"
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} ![x](http://198.51.100.7/a.png)"
ANNA, BEN, LENA = Author("Anna"), Author("Ben"), Author("Lena", Role.LEAD)


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


@pytest.fixture(autouse=True)
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests look at no asset; a checkout that was not built is enough."""
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


@pytest.fixture
def project(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The sample project as the dashboard has it open."""
    monkeypatch.setenv("SITETRACK_PROJECT", str(sample.make_project(tmp_path / "project")))
    from dashboard.projects import current_project

    return current_project()


def open_app(name: str | None = "Anna", role: Role = Role.ANALYST, **query: str) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    if name is not None:
        app.session_state["author"] = Author(name, role)
    return sound(app.run())


def open_page(page: str, name: str = "Anna", role: Role = Role.ANALYST, **query: str) -> Any:
    app = open_app(name, role, **query)
    return sound(app.switch_page(f"views/{page}.py").run())


def sound(app: Any) -> Any:
    assert not app.exception
    assert not app.error
    return app


def html_of(app: Any) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def drawn_in(html: str) -> str:
    """The SVG of a page's drawings."""
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", html)
    return " ".join(base64.b64decode(one).decode() for one in found)


def text_of(app: Any) -> str:
    import html

    return " ".join([html.unescape(html_of(app)), *(one.value for one in app.caption)])


def draw(project: Project, author: Author, label: str = "bar", key: str = "m1", **fields: Any) -> str:
    capture = next(one for one in project.captures() if one.crs)
    stated = {
        "id": key,
        "site": "harbour-bridge",
        "capture": capture.id,
        "shape": "point",
        "target": "gantry",
        "geometry": {"type": "Point", "coordinates": [125.7412, 39.0204]},
        "label": label,
    }
    operation = {"op": key, "seq": 1, "type": "add", "annotation": stated | fields}
    assert actions.annotate(project, author, [operation]).refused == ()
    return key


def mark(project: Project, key: str = "m1") -> Annotation:
    known = project.record.get(Annotation, key)
    assert known is not None
    return known.value


def labels(app: Any) -> list[str]:
    return [one.label for one in app.button]


# -- who you are ---------------------------------------------------------------------------------------------


def test_the_first_page_asks_who_one_is_and_goes_on_to_the_page_asked_for(project: Project) -> None:
    app = open_app(None)
    assert labels(app) == ["Continue", "Only look"]
    assert "declared, not proved" in text_of(app)
    app.text_input(key="who.first.name").set_value(" Anna ")
    sound(app.button(key="who.continue").click().run())
    assert "3 sites" in text_of(app)
    assert app.session_state["author"] == Author("Anna", Role.ANALYST)


def test_only_looking_is_the_role_of_a_viewer(project: Project) -> None:
    app = open_app(None)
    app.text_input(key="who.first.name").set_value("")
    sound(app.button(key="who.look").click().run())
    assert app.session_state["author"] == Author("visitor", Role.VIEWER)
    app = sound(app.switch_page("views/compare.py").run())
    assert app.button_group == [] or all(
        not one.key.startswith("compare.still") for one in app.button_group if one.key
    )


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "\u202eright to left"])
def test_a_name_that_cannot_stand_beside_work_is_refused(project: Project, name: str) -> None:
    app = open_app(None)
    app.text_input(key="who.first.name").set_value(name)
    app.button(key="who.continue").click().run()
    assert "Give your name" in app.error[0].value
    assert "author" not in app.session_state


def test_where_the_server_has_an_author_nobody_is_asked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    app = open_app(None)
    assert "3 sites" in text_of(app)
    app.session_state["who.box"] = True  # opened
    app = sound(app.run())
    app.text_input(key="who.change.name").set_value("Ben")
    sound(app.button(key="who.changed").click().run())
    assert app.session_state["author"].name == "Ben"


@pytest.mark.parametrize(
    ("address", "proposed"),
    [("127.0.0.1", "somebody"), ("localhost", "somebody"), ("::1", "somebody"), ("0.0.0.0", ""), (None, "")],  # noqa: S104
)
def test_the_login_name_is_proposed_on_the_server_s_own_machine_alone(
    monkeypatch: pytest.MonkeyPatch, address: str | None, proposed: str
) -> None:
    from streamlit import config

    from dashboard import state

    monkeypatch.setattr(config, "get_option", lambda _: address)
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    assert state.proposed_name() == proposed
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")
    assert state.proposed_name() == "ana"


# -- marks ---------------------------------------------------------------------------------------------------


def open_form(project: Project, name: str = "Anna", key: str = "m1") -> Any:
    app = open_page("compare", name, site="harbour-bridge")
    return sound(app.selectbox(key="marks.select.harbour-bridge").set_value(key).run())


def press(app: Any, what: str) -> Any:
    """Press the button of the open form, or of the choice between two values."""
    button = next(
        one for one in app.button if (one.key or "").endswith(f".{what}") and "marks.field" in one.key
    )
    return sound(button.click().run())


def field(app: Any, name: str) -> Any:
    boxes = [*app.text_input, *app.text_area, *app.radio, *app.selectbox]
    return next(one for one in boxes if (one.key or "").endswith(f".{name}") and "marks.field" in one.key)


def test_a_site_without_marks_says_how_one_is_drawn(project: Project) -> None:
    assert "No marks yet" in text_of(open_page("compare", site="harbour-bridge"))


def test_fields_of_a_mark_are_saved_as_a_new_version(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    field(app, "label").set_value("beam")
    field(app, "evidence").set_value(False)
    app = press(app, "save")
    assert "Saved as version 2." in text_of(app)
    assert (mark(project).label, mark(project).evidence) == ("beam", False)
    assert project.record.history("annotation", "m1")[-1].author == "Anna"


def test_what_others_changed_in_other_fields_is_kept_and_told(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    actions.edit_annotation(project, BEN, "m1", {"note": "seen from the south"}, 1)
    field(app, "label").set_value("beam")
    app = press(app, "save")
    assert (mark(project).label, mark(project).note) == ("beam", "seen from the south")
    assert (
        "Meanwhile Ben changed the point “bar”: note from nothing to “seen from the south” (version 2)"
        in text_of(app)
    )
    assert "both are kept" in text_of(app)


@pytest.mark.parametrize(("pick", "label", "version"), [("mine", "hers", 3), ("theirs", "his", 2)])
def test_the_same_field_changed_twice_is_shown_with_both_values(
    project: Project, pick: str, label: str, version: int
) -> None:
    draw(project, ANNA, note="n")
    app = open_form(project)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    field(app, "label").set_value("hers")
    app = press(app, "save")
    assert mark(project).label == "his"
    text = text_of(app)
    for words in ("Nothing is saved yet", "Label was", "Ben made of it (version 2)", "You, not saved"):
        assert words in text
    app = sound(field(app, "pick.label").set_value(pick).run())
    app = press(app, "decide")
    assert mark(project).label == label
    assert len(project.record.history("annotation", "m1")) == version


def test_a_choice_between_two_values_is_based_on_the_newer_version(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    actions.edit_annotation(project, BEN, "m1", {"label": "his", "note": "his note"}, 1)
    field(app, "label").set_value("hers")
    app = press(app, "save")
    actions.edit_annotation(project, BEN, "m1", {"label": "his again"}, 2)
    app = sound(field(app, "pick.label").set_value("mine").run())
    app = press(app, "decide")
    assert "his again" in text_of(app)
    assert mark(project).label == "his again"
    app = sound(field(app, "pick.label").set_value("mine").run())
    app = press(app, "decide")
    assert (mark(project).label, mark(project).note) == ("hers", "his note")


def test_an_open_form_says_that_its_mark_has_moved_on(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = sound(app.run())
    assert "While this form is open: Ben changed the point “bar”: label from “bar” to “his”" in text_of(app)
    assert field(app, "label").value == "bar"


def test_a_mark_that_somebody_deleted_is_told_with_what_stood_in_the_form(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    operation = {"op": "d", "seq": 1, "type": "delete", "annotation": {"id": "m1"}, "base_version": 1}
    actions.annotate(project, BEN, [operation])
    app = sound(app.run())
    assert "This mark is not there any more: Ben took back the point “bar” (version 2)" in text_of(app)
    assert "Label “bar”" in text_of(app)


def test_a_deletion_of_what_has_moved_on_is_refused(project: Project) -> None:
    draw(project, ANNA)
    app = open_form(project)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = press(app, "delete")
    assert "is at version 2" in text_of(app)
    assert not mark(project).deleted
    app = open_form(project)
    app = press(app, "delete")
    assert mark(project).deleted


def test_a_viewer_sees_marks_and_no_form(project: Project) -> None:
    draw(project, ANNA, note="n")
    app = open_page("compare", "Vera", Role.VIEWER, site="harbour-bridge")
    app = sound(app.selectbox(key="marks.select.harbour-bridge").set_value("m1").run())
    assert "A viewer changes nothing." in text_of(app)
    assert "Save" not in labels(app)


def test_sealed_marks_are_not_edited(project: Project) -> None:
    draw(project, ANNA)
    actions.submit(project, ANNA, "annotation", "m1", 1)
    actions.approve(project, LENA, "annotation", "m1", 2)
    app = open_form(project)
    assert "is approved: a lead reopens it" in text_of(app)
    assert "Save" not in labels(app)


def test_the_strip_tells_what_others_did_since_the_page_was_opened(project: Project) -> None:
    draw(project, ANNA)
    app = open_page("compare", site="harbour-bridge")
    assert "Nobody else changed marks or states here" in text_of(app)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    actions.edit_annotation(project, ANNA, "m1", {"note": "mine"}, 2)
    text = text_of(sound(app.run()))
    assert (
        "Ben changed the point “bar” in the picture of 4 May 2019 (product metadata): "
        "label from “bar” to “his” (version 2)" in text
    )
    assert "Anna changed" not in text


def test_a_look_at_what_changed_is_one_statement_while_nothing_did(project: Project) -> None:
    from datetime import UTC, datetime

    from sqlalchemy import event

    from dashboard.components.live import Watch, _looked_again

    stamp = project.record.stamp
    watch = Watch(stamp[0], datetime.now(UTC), stamp[0], stamp)
    sent: list[str] = []
    engine = project.record._backend._engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert _looked_again(watch, "harbour-bridge") is watch
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 1


# -- history -------------------------------------------------------------------------------------------------


def test_history_lists_what_was_written_with_filters(project: Project) -> None:
    draw(project, ANNA)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = open_page("history")
    assert "changed label" in text_of(app)
    assert "Ben" in text_of(app)
    app = sound(app.selectbox(key="history.author").set_value("Anna").run())
    assert "changed label" not in text_of(app)
    assert "drawing: add" in text_of(app)
    app = sound(app.selectbox(key="history.kind").set_value("annotation").run())
    assert "1 change in 1 write" in text_of(app)


def test_history_without_any_change_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(init_project(tmp_path / "empty")))
    app = open_page("history")
    assert "Nothing was written in the last 30 days." in app.info[0].value


def test_an_object_s_history_shows_versions_and_puts_one_back(project: Project) -> None:
    draw(project, ANNA, label=HOSTILE)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = open_page("history", kind="annotation", id="m1")
    text = text_of(app)
    assert "Version 2" in text
    assert "SHA-256" in text
    assert HOSTILE in text
    assert "<img src=x" not in html_of(app)
    app.text_input(key="history.reason.m1.1").set_value("too short")
    app = sound(app.button(key="history.undo.1").click().run())
    assert "Put back to version 1" in text_of(app)
    assert mark(project).label == HOSTILE
    assert project.record.history("annotation", "m1")[-1].reason == "too short"


def test_a_history_in_korean_names_fields_and_reasons_and_keeps_what_people_wrote(project: Project) -> None:
    draw(project, ANNA, label="present")
    actions.edit_annotation(project, BEN, "m1", {"label": "draft", "evidence": True}, 1)
    html = html_of(open_page("history", kind="annotation", id="m1", lang="ko"))
    for told in ("바꿈: 근거, 이름", "그리기: 추가", ">이름<", ">예<", ">초안<", ">present<", ">draft<"):
        assert told in html
    assert "changed label" not in html


def test_a_refusal_on_a_korean_page_is_korean(project: Project) -> None:
    draw(project, ANNA)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = open_page("history", kind="annotation", id="m1", lang="ko")
    app = sound(app.button(key="history.undo.1").click().run())
    assert "사유: 비어 있음; 변경을 되돌리는 이유를 쓰십시오." in text_of(app)


def test_putting_back_needs_a_reason(project: Project) -> None:
    draw(project, ANNA)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = open_page("history", kind="annotation", id="m1")
    app = sound(app.button(key="history.undo.1").click().run())
    assert "Reason: it is empty" in text_of(app)
    assert mark(project).label == "his"


def test_a_viewer_puts_nothing_back(project: Project) -> None:
    draw(project, ANNA)
    actions.edit_annotation(project, BEN, "m1", {"label": "his"}, 1)
    app = open_page("history", "Vera", Role.VIEWER, kind="annotation", id="m1")
    assert "Version 2" in text_of(app)
    assert not any("Put back" in label for label in labels(app))


def test_a_site_s_history_has_its_targets(project: Project) -> None:
    app = open_page("history", kind="site", id="harbour-bridge")
    assert any("harbour-bridge.gantry" in one.label for one in app.expander)


@pytest.mark.parametrize(("kind", "key"), [("annotation", "nothing"), (HOSTILE, "x"), ("site", HOSTILE)])
def test_a_history_that_is_not_there_is_a_sentence(project: Project, kind: str, key: str) -> None:
    app = open_page("history", kind=kind, id=key)
    assert "No " in text_of(app)
    assert "<img src=x" not in html_of(app)


# -- review --------------------------------------------------------------------------------------------------


def review_rows(project: Project) -> str:
    """A mark of Anna's that waits for review; its id."""
    draw(project, ANNA, label=HOSTILE, note="looks new")
    actions.submit(project, ANNA, "annotation", "m1", 1)
    return "m1"


def test_what_is_judged_next_stands_in_front_and_may_be_put_off(project: Project) -> None:
    review_rows(project)
    draw(project, ANNA, label="second", key="m2")
    actions.submit(project, ANNA, "annotation", "m2", 1)
    app = open_page("review", "Lena", Role.LEAD)
    assert "1 more waits for you." in [one.value for one in app.caption]
    shortcuts = {one.key: one.proto.shortcut for one in app.button if one.proto.shortcut}
    assert shortcuts == {"review.m1.2.approve": "a", "review.m1.2.return.go": "t", "review.later": "s"}
    app = sound(app.button(key="review.later").click().run())
    assert next(one.key for one in app.button if one.proto.shortcut) == "review.m2.2.approve"
    app = sound(app.button(key="review.m2.2.approve").click().run())
    assert mark(project, "m2").review.value == "approved"
    assert next(one.key for one in app.button if one.proto.shortcut) == "review.m1.2.approve"


def test_what_came_back_is_drawn_as_it_is_and_as_it_was(project: Project) -> None:
    review_rows(project)
    assert "stroke-dasharray='6 5'" not in drawn_in(html_of(open_page("review", "Lena", Role.LEAD)))
    actions.return_work(project, LENA, "annotation", "m1", 2, "too far south")
    moved = {"type": "Point", "coordinates": [125.7413, 39.0205]}
    actions.edit_annotation(project, ANNA, "m1", {"geometry": moved, "note": "moved"}, 3)
    actions.submit(project, ANNA, "annotation", "m1", 4)
    shown = html_of(open_page("review", "Lena", Role.LEAD))
    assert "stroke-dasharray='6 5'" in drawn_in(shown)
    assert "Changed since it was returned" in shown
    assert "moved" in shown
    assert "too far south" in shown


@pytest.mark.parametrize("part", ["queue", "differ", "second", "agree", "log"])
def test_every_part_of_review_has_an_empty_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(init_project(tmp_path / "empty")))
    app = open_page("review", "Lena", Role.LEAD, part=part)
    words = {
        "queue": "Nothing waits for review.",
        "differ": "No two readings",
        "second": "No second reading was asked for",
        "agree": "Not defined: no pair was read twice.",
        "log": "No step of review",
    }
    assert words[part] in text_of(app)


def test_a_lead_approves_with_one_click(project: Project) -> None:
    review_rows(project)
    app = open_page("review", "Lena", Role.LEAD)
    assert "SYNTHETIC" in text_of(app)
    assert HOSTILE in text_of(app)
    assert "<img src=x" not in html_of(app)
    assert "looks new" in text_of(app)
    app = sound(app.button(key="review.m1.2.approve").click().run())
    assert "Approved." in text_of(app)
    assert mark(project).review.value == "approved"


def test_a_lead_returns_with_a_comment_that_its_author_sees(project: Project) -> None:
    review_rows(project)
    app = open_page("review", "Lena", Role.LEAD)
    app = sound(app.button(key="review.m1.2.return.go").click().run())
    assert "it is empty" in text_of(app)
    app.text_area(key="review.m1.2.return.words").set_value(HOSTILE)
    app = sound(app.button(key="review.m1.2.return.go").click().run())
    assert mark(project).review.value == "returned"
    app = open_page("review", "Anna")
    app = sound(app.selectbox(key="review.standing").set_value("returned").run())
    assert f"Said in review: {HOSTILE}" in text_of(app)


def test_own_work_is_shown_and_cannot_be_approved(project: Project) -> None:
    review_rows(project)
    app = open_page("review", "anna", Role.LEAD)
    assert "Your own work: somebody else decides." in text_of(app)
    assert "Approve" not in labels(app)


@pytest.mark.parametrize(("name", "role"), [("Ben", Role.ANALYST), ("Vera", Role.VIEWER)])
def test_only_leads_have_buttons_to_decide(project: Project, name: str, role: Role) -> None:
    review_rows(project)
    app = open_page("review", name, role)
    assert "looks new" in text_of(app)
    assert labels(app) == []


def test_own_drafts_are_handed_in_from_the_page(project: Project) -> None:
    draw(project, ANNA)
    app = open_page("review")
    assert "1 draft of yours at Harbour bridge" in text_of(app)
    app = sound(app.button(key="review.submit.harbour-bridge").click().run())
    assert mark(project).review.value == "submitted"


def read(project: Project, author: Author, state: str) -> str:
    capture = next(one for one in project.captures() if one.crs)
    return actions.observe(
        project, author, site="harbour-bridge", capture=capture.id, state=state, note="why"
    ).id


def test_a_lead_decides_between_readings_that_differ(project: Project) -> None:
    read(project, ANNA, "present")
    read(project, BEN, "absent")
    app = open_page("review", "Lena", Role.LEAD, part="differ")
    assert "present against absent" in text_of(app)
    (form,) = (one for one in app.radio if (one.key or "").startswith("review.decide"))
    go = form.key.replace(".state", ".go")
    app = sound(app.button(key=go).click().run())
    assert "Choose what it is" in text_of(app)
    app.radio(key=form.key).set_value("absent")
    app.text_input(key=form.key.replace(".state", ".words")).set_value("clear view")
    app = sound(app.button(key=go).click().run())
    standing = {one.author: one.review.value for one in project.observations()}
    assert standing == {"Anna": "superseded", "Ben": "approved"}


def test_a_second_reader_sees_the_question_and_nothing_of_the_first(project: Project) -> None:
    first = read(project, ANNA, "absent")
    app = open_page("review", "Lena", Role.LEAD)
    actions.ask_second_reading(project, LENA, first)
    app = open_page("review", "Ben", part="second")
    text = text_of(app)
    assert "SYNTHETIC" in text
    assert "Is gantry there in this picture" in text.replace("<b><bdi>", "").replace("</bdi></b>", "")
    assert "absent" not in text
    assert "why" not in text
    (choice,) = (one for one in app.button_group if (one.key or "").startswith("reading."))
    key = choice.key.removesuffix(".state")
    app.button_group(key=choice.key).set_value("present")
    app = sound(app.button(key=f"{key}.go").click().run())
    assert "Your reading is recorded." in text_of(app)
    second = next(one for one in project.observations() if one.author == "Ben")
    assert (second.blind, second.state.value) == (True, "present")
    app = sound(app.button_group(key="review.part").set_value("agree").run())
    assert "0 of 1 pairs agree (0 %). Kappa 0.00" in text_of(app)


def test_a_reading_without_a_state_is_refused_with_a_sentence(project: Project) -> None:
    actions.ask_second_reading(project, LENA, read(project, ANNA, "absent"))
    app = open_page("review", "Ben", part="second")
    (button,) = (one for one in app.button if (one.key or "").endswith(".go"))
    app = sound(app.button(key=button.key).click().run())
    assert "State: '' is not known" in text_of(app)


def test_what_waits_for_a_second_reading_is_not_judged_unseen(project: Project) -> None:
    first = read(project, ANNA, "absent")
    actions.submit(project, ANNA, "observation", first, 1)
    actions.ask_second_reading(project, LENA, first)
    app = open_page("review", "Lena", Role.LEAD)
    assert "hidden until the second reading is given" in text_of(app)
    assert "Waits for its second reading." in text_of(app)
    assert "Approve" not in labels(app)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"n": 0, "reason": "no pair was read twice"}, "Not defined: no pair was read twice."),
        (
            {"n": 2, "agreed": 2, "percent": 100.0, "kappa": None, "reason": "one state"},
            "2 of 2 pairs agree (100 %). Kappa is not defined: one state.",
        ),
        (
            {"n": 9, "agreed": 6, "percent": 66.6, "kappa": 0.5, "low": 0.1, "high": 0.9, "reason": ""},
            "6 of 9 pairs agree (67 %). Kappa 0.50, 95 % interval 0.10 to 0.90.",
        ),
    ],
)
def test_agreement_is_a_sentence(row: dict[str, Any], sentence: str) -> None:
    from dashboard.components.agreement import agreement_sentence

    assert agreement_sentence(row) == sentence


# -- outlines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        ({"type": "Point", "coordinates": [125.7, 39.0]}, "39.000000, 125.700000"),
        ({"type": "LineString", "coordinates": [[1, 1], [1, 1]]}, "2 positions"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 1], [0, 0]]]}, "4 positions"),
    ],
)
def test_an_outline_is_drawn_inside_its_little_picture(geometry: dict[str, Any], words: str) -> None:
    import re

    from dashboard.components.differences import PICTURE_PX, _outline

    drawn = _outline(geometry)
    assert words in drawn
    assert all(
        0 <= float(number) <= PICTURE_PX
        for pair in re.findall(r"points='([^']*)'", drawn)
        for number in re.split("[ ,]", pair)
    )
