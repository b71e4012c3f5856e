"""Every page of the router in Korean and English, the switch between them, and Settings."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import dashboard_sample
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from dashboard import assets, language
from workflow import actions
from workflow.codec import encode
from workflow.model import Author, Role
from workflow.project import Project, init_project
from workflow.providers.profiles import PROFILES
from workflow.store.kinds import KINDS
from workflow.words import OTHER

MAIN = Path(language.__file__).with_name("main.py")
LENA = Author("Lena", Role.LEAD)
WORD = re.compile(r"[A-Za-z]{2,}")


def pages() -> list[str]:
    """Names of the router's pages, as its text has them."""
    calls = (
        node for node in ast.walk(ast.parse(MAIN.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    files = (call.args[0].value for call in calls if ast.unparse(call.func) == "st.Page")  # type: ignore[attr-defined]
    return [Path(file).stem for file in files]


@pytest.fixture(autouse=True)
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests look at no asset; a checkout that was not built is enough."""
    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which every page has something to show; nothing here writes to it."""
    made = dashboard_sample.make_project(tmp_path_factory.mktemp("languages") / "project")
    with Project.open(made, "") as project:
        first, *_, last = [one for one in project.captures() if one.is_georeferenced]
        for author, capture, state in (
            (Author("Anna"), first, "absent"),
            (Author("Anna"), last, "present"),
            (Author("Ben"), last, "absent"),
        ):
            actions.observe(
                project,
                author,
                site=dashboard_sample.SITE,
                target=dashboard_sample.TARGET,
                capture=capture.id,
                state=state,
            )
        actions.submit_site(project, Author("Anna"), dashboard_sample.SITE)
    return made


@pytest.fixture
def shown(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SITETRACK_PROJECT", str(root))
    return root


def opened(page: str, author: Author | None = LENA, **query: str) -> Any:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    if author is not None:
        app.session_state["author"] = author
    app.run()
    if page:
        app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    return app


def texts(value: object) -> Iterator[str]:
    """All texts in the messages of a page; HTML without its tags."""
    if isinstance(value, str):
        yield re.sub(r"&#(\d+);", lambda one: chr(int(one[1])), re.sub(_TAG, "\n", value)).strip()
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in _NOT_SHOWN:
                yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


_TAG = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
_NOT_SHOWN = {
    "jsContent",
    "cssContent",
    "id",
    "formId",
    "arrowData",
    "columnOrder",  # names of columns in the program
    "spec",
    "data",
    "key",
    "userKey",
    "codeText",
    "pageScriptHash",
    "page",
    "icon",
    "queryString",
}


def page_texts(app: Any) -> list[str]:
    def protos(block: Any) -> Iterator[Any]:
        for child in getattr(block, "children", {}).values():
            if getattr(child, "proto", None) is not None:
                yield child.proto
            yield from protos(child)

    roots = (app._tree[number] for number in range(3))
    return [text for root in roots for proto in protos(root) for text in texts(MessageToDict(proto)) if text]


def english() -> list[str]:
    """What `t` and `tn` would have translated, and what results say."""
    sys.path.insert(0, str(Path(__file__).parent))
    from test_language import called

    return sorted({*called(), *OTHER["ko"]})


def as_pattern(sentence: str) -> re.Pattern[str] | None:
    """What finds the sentence with its fields filled; None for what is too short to be told from a name."""
    parts = [literal for literal, *_ in Formatter().parse(sentence)]
    if max(len(WORD.findall(part)) for part in parts) < 2:
        return None
    return re.compile(".+?".join(re.escape(part) for part in parts))


SENTENCES = {one: pattern for one in english() if (pattern := as_pattern(one)) is not None}


def names(root: Path) -> set[str]:
    """What people called categories and targets; some of it are also words of the program."""
    with Project.open(root) as project:
        return {
            name for site in project.sites() for name in (site.category, *(one.id for one in site.targets))
        }


@pytest.mark.parametrize("page", pages())
def test_a_korean_page_has_no_english_sentence(shown: Path, page: str) -> None:
    found = page_texts(opened(page, lang="ko"))
    assert any("\uac00" <= letter <= "\ud7a3" for text in found for letter in text)
    left = {one for one, pattern in SENTENCES.items() if any(pattern.search(text) for text in found)}
    words = {one for one in english() if WORD.search(one)} - names(shown)
    left |= set(found) & words  # a word, where it is a whole text
    assert sorted(left) == []


RUN = re.compile(r"[A-Za-z]{2,}(?:[ ,:;]+[A-Za-z]{2,}){2,}")
# what stands in figures is English; commands, formats and providers have their names
ENGLISH = re.compile(r"sitetrack [a-z]+ [A-Z]+( -o FILE)?|^(A|Two|Three) .*|GeoTIFF, .* ENVI", re.DOTALL)
PROVIDERS = {one.provider for one in PROFILES}


def written(root: Path) -> list[str]:
    """All texts in the record, the longest first."""
    with Project.open(root) as project:
        rows = [row for kind in KINDS.values() for row in project.record.rows(kind.type)]
    return sorted({one for row in rows for one in texts(encode(row.value))}, key=len, reverse=True)


def runs(found: list[str], known: list[str]) -> list[str]:
    """What is left with three words of English once what people wrote is taken out."""
    left = [ENGLISH.sub("", one) for one in found if one not in PROVIDERS]
    for text in known:
        left = [one.replace(text, "") for one in left]
    return [one for one in left if RUN.search(one)]


@pytest.mark.parametrize("page", pages())
def test_a_korean_page_says_nothing_in_english_but_what_people_wrote(shown: Path, page: str) -> None:
    assert runs(page_texts(opened(page, lang="ko")), written(shown)) == []


@pytest.mark.parametrize("page", pages())
def test_a_korean_page_of_an_empty_project_says_nothing_in_english(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(init_project(tmp_path / "empty")))
    assert runs(page_texts(opened(page, lang="ko")), []) == []


@pytest.mark.parametrize("part", ["queue", "differ", "second", "agree", "log"])
def test_a_part_of_review_has_no_english_sentence(shown: Path, part: str) -> None:
    found = page_texts(opened("review", lang="ko", part=part))
    assert [one for one in english() if WORD.search(one) and one in found] == []


@pytest.mark.parametrize("part", ["you", "project", "limits", "providers", "keys", "program"])
def test_a_part_of_settings_is_said_in_both_languages(shown: Path, part: str) -> None:
    korean, plain = (page_texts(opened("settings", lang=one, part=part)) for one in ("ko", "en"))
    assert [one for one in english() if WORD.search(one) and one in korean] == []
    assert not any("\uac00" <= letter <= "\ud7a3" for text in plain if text != "한국어" for letter in text)


def test_the_walk_would_find_an_english_sentence() -> None:
    pattern = as_pattern("Nobody else changed marks or states here since {time}.")
    assert pattern is not None
    assert pattern.search("Nobody else changed marks or states here since 12:30 UTC.")
    assert as_pattern("by {name}") is None


def test_the_language_of_the_address_stays_on_the_next_page(shown: Path) -> None:
    app = opened("", lang="ko")
    app = app.switch_page("views/review.py").run()
    assert app.query_params["lang"] in ("ko", ["ko"])
    assert "검토 대기" in " ".join(page_texts(app))


def test_the_browser_says_the_language_where_nobody_else_does(
    shown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.runtime.context import ContextProxy

    monkeypatch.setattr(ContextProxy, "locale", property(lambda _: "ko-KR"))
    app = opened("review")
    assert "검토 대기" in " ".join(page_texts(app))
    assert "lang" not in app.query_params
    assert "To review" in " ".join(page_texts(opened("review", lang="en")))


@pytest.mark.parametrize("key", ["who.language", "settings.language"])
def test_the_switch_changes_the_language_and_the_address(shown: Path, key: str) -> None:
    app = opened("settings")
    app.session_state["who.box"] = True  # opened
    app = app.run()
    app = app.button_group(key=key).set_value("ko").run()
    assert not app.exception
    assert app.query_params["lang"] in ("ko", ["ko"])
    assert "설정" in " ".join(page_texts(app))
    app.session_state["who.box"] = True  # its title is another one now
    app = app.run()
    app = app.button_group(key=key).set_value("en").run()
    assert "Settings" in " ".join(page_texts(app))


def test_who_has_given_no_name_is_asked_in_korean(shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITETRACK_AUTHOR", raising=False)
    found = " ".join(page_texts(opened("", author=None, lang="ko")))
    assert "누구신가요?" in found
    assert "Continue" not in found


# -- settings ------------------------------------------------------------------------------------------------


def test_settings_shows_the_project_and_its_counts(shown: Path) -> None:
    found = " ".join(page_texts(opened("settings", part="project")))
    assert str(shown) in found
    assert "SQLite" in found
    assert "run sitetrack verify" in found


def test_a_lead_changes_limits_and_an_analyst_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dashboard_sample.make_project(tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    app = opened("settings", Author("Anna"), part="limits")
    assert not [one for one in app.button if one.key == "settings.save"]
    app = opened("settings", part="limits")
    app = app.button(key="settings.save").click().run()
    assert "no field was filled in" in " ".join(page_texts(app))
    app = app.selectbox(key="settings.class").set_value("gantry").run()
    app.number_input(key="settings.gantry.detect_gsd_m").set_value(0.7)
    app = app.button(key="settings.save").click().run()
    assert not app.exception
    assert "Saved" in " ".join(page_texts(app))
    assert "detect_gsd_m = 0.7" in (made / "interpretability.toml").read_text(encoding="utf-8")


def test_settings_names_versions_and_licences(
    shown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "expo__noto.txt").write_text("SIL Open Font License")
    (tmp_path / "stamp").write_text("test")
    monkeypatch.setattr(assets, "BUILD", tmp_path)
    app = opened("settings", part="program")
    found = " ".join(page_texts(app))
    assert "sqlite" in found
    assert "expo/noto" in found
    assert [one.value for one in app.code] == ["SIL Open Font License"]
