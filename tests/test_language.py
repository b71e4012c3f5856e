"""The dashboard in two languages: every sentence has its translation, and nothing else has one."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import language
from workflow.findings import DISPUTED
from workflow.intake.dates import _COPYRIGHT as COPYRIGHT
from workflow.model import State
from workflow.providers.exif import _WARNING as EXIF
from workflow.providers.tiff_datetime import _WARNING as TIFF
from workflow.rasters import working

DASHBOARD = Path(language.__file__).parent
CATALOGUES = sorted((DASHBOARD / "locale" / "ko").glob("*.json"))
VALUES = "values.json"
WORKING = re.findall(r'notes \+= \("([^"]+)",\)', Path(working.__file__).read_text(encoding="utf-8"))
HANGUL = re.compile(r"[\uac00-\ud7a3]")


def called() -> Iterator[str]:
    """Sentences that stand in calls of `t` and `tn`."""
    for file in sorted(DASHBOARD.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn"):
                at = node.args[:1] if node.func.id == "t" else node.args[1:3]
                for argument in at:
                    yield from _texts(argument)


def _texts(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    if isinstance(argument, ast.IfExp):
        yield from _texts(argument.body)
        yield from _texts(argument.orelse)


def entries(file: Path) -> dict[str, str]:
    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{file.name} has a sentence twice"
        return dict(pairs)

    return dict(json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=once))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_sentence_of_the_pages_has_a_translation() -> None:
    missing = sorted(set(called()) - set(language.catalogue("ko")))
    assert missing == []


def test_english_needs_no_translation() -> None:
    assert language.catalogue("en") == {}


def test_no_translation_is_left_over() -> None:
    used = set(called())
    left = [key for file in CATALOGUES if file.name != VALUES for key in entries(file) if key not in used]
    assert left == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_translation_is_korean_and_has_the_fields_of_its_sentence(file: Path) -> None:
    for english, korean in entries(file).items():
        assert HANGUL.search(korean), english
        assert fields(korean) <= fields(english) | {"n"}, english
        assert fields(english) - {"n"} <= fields(korean), english


def test_catalogues_agree_where_they_share_a_sentence() -> None:
    known: dict[str, str] = {}
    for file in CATALOGUES:
        for english, korean in entries(file).items():
            assert known.setdefault(english, korean) == korean, english


def test_every_sentence_of_the_viewer_has_a_translation_and_none_is_left_over() -> None:
    source = DASHBOARD / "frontend" / "src"
    known = entries(source / "ko.json")
    script = "\n".join(file.read_text(encoding="utf-8") for file in sorted(source.glob("*.js")))
    called = set(re.findall(r"""\bt\(\s*"([^"]+)\"""", script))
    assert sorted(called - set(known)) == []
    # names and helps stand in tables and go through `t` from there
    assert sorted(one for one in known if one not in called and f'"{one}"' not in script) == []
    for english, korean in known.items():
        assert HANGUL.search(korean), english
        assert fields(english) == fields(korean), english


@pytest.mark.parametrize("value", [*State, DISPUTED, "not examined", "not covered"])
def test_states_have_a_translation(value: str) -> None:
    assert str(value) in entries(DASHBOARD / "locale" / "ko" / VALUES)


@pytest.mark.parametrize("warning", [COPYRIGHT, EXIF, TIFF, *WORKING])
def test_warnings_without_fields_have_a_translation(warning: str) -> None:
    assert warning in entries(DASHBOARD / "locale" / "ko" / VALUES)


def _page() -> None:
    import streamlit as st

    from dashboard.language import language, t, tn

    st.write(language(), t("Overview"), tn(1, "Overview", "Compare"), t("a {b}", b="{c}"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [(None, "en Overview Overview a {c}"), ("ko", "ko 개요 개요 a {c}"), ("en", "en Overview")],
)
def test_the_address_says_the_language(
    address: str | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Streamlit puts the page in the place of the main module, which processes that are spawned later would run
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    page = AppTest.from_function(_page, default_timeout=30)
    if address:
        page.query_params["lang"] = address
    page.run()
    assert not page.exception
    assert page.markdown[0].value.startswith(shown)
