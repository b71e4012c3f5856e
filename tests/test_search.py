"""What a typed text finds among names, in Latin letters and in Hangul."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow.model import Site, Target
from workflow.search import matches, matches_site

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
syllables = st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣"))
hangul = st.text(syllables, min_size=1, max_size=6)
names = st.text(max_size=12) | hangul
forms: st.SearchStrategy[Form] = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])

FOUND = [
    ("pyong", "Pyongyang"),
    ("PYONGYANG", "pyongyang"),
    ("pyongyang", "P'yŏng-yang"),
    ("p yang", "Pyong-yang"),
    ("pyong yang", "Pyongyang"),
    ("kaesong-haeju", "Kaesong Haeju"),
    ("strasse", "Straße"),
    ("١٢", "no. ١٢"),
    ("gate 2", "Gate ２"),
    ("", "anything"),
    (" - ", "anything"),
    ("평양", "평양"),
    ("양", "평양"),
    ("개성평양", "개성-평양"),
    ("평양 개성", "개성 평양 고속도로"),
    ("ㅍㅇ", "평양"),
    ("ㅇ", "평양"),
    ("ㄱㅅㅍㅇ", "개성-평양"),
    ("ㄳㅍㅇ", "개성-평양"),  # two consonants that a keyboard has joined
    ("ㅍ양", "평양"),
    ("평ㅇ", "평양"),
    ("평야", "평양"),
    ("펴", "평양"),
    ("ㅍ", "평양"),
    ("평ㅇㅑ", "평양"),
    ("고", "과천"),
    ("갑", "가방"),
    ("달", "닭"),
    ("닭", "달구지"),
    ("괅", "괄구"),
    ("2호ㅅ", "2호선"),
]
NOT_FOUND = [
    ("seoul", "Pyongyang"),
    ("pyongyang gate", "Pyongyang"),
    ("평양", "평야"),
    ("ㅇㅍ", "평양"),
    ("ㅏ", "가"),
    ("평야", "평"),
    ("펴양", "평양"),
    ("까", "가"),
    ("양평", "평양"),
    ("갑", "가"),
    ("평양", "Pyongyang"),
]


@pytest.mark.parametrize(("text", "name"), FOUND)
def test_a_text_finds_a_name(text: str, name: str) -> None:
    assert matches(text, name)


@pytest.mark.parametrize(("text", "name"), NOT_FOUND)
def test_a_text_does_not_find_a_name(text: str, name: str) -> None:
    assert not matches(text, name)


def test_each_word_may_be_found_in_another_name() -> None:
    assert matches("평양 gate", "P'yongyang", "평양", "gate")
    assert not matches("평양 gate", "P'yongyang", "gate")


def test_nothing_is_found_where_there_are_no_names() -> None:
    assert not matches("a")
    assert matches("")


@pytest.mark.parametrize(
    "text",
    [
        "kaesong-gate",
        "kaesong gate",
        "north",
        "개성",
        "ㄱㅅ",
        "Gaeseong",
        "checkpoint",
        "camera",
        "east-2",
        "개성 카",
    ],
)
def test_a_site_is_found_by_what_it_is_called(text: str) -> None:
    site = Site(
        "kaesong-gate",
        "North gate",
        name_local="개성 북문",
        aliases=("Gaeseong", "Kaesŏng"),
        category="checkpoint",
        targets=(Target("east-1", name="카메라 Camera"), Target("east-2")),
        note="elsewhere",
    )
    assert matches_site(site, text)
    assert not matches_site(site, "elsewhere")
    assert not matches_site(site, text + " nowhere")


@given(names, names)
def test_a_name_finds_itself(name: str, other: str) -> None:
    assert matches(name, other, name)


@given(names, forms, forms)
def test_the_form_of_unicode_does_not_count(name: str, asked: Form, has: Form) -> None:
    assert matches(unicodedata.normalize(asked, name), unicodedata.normalize(has, name))


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_case_spaces_and_hyphens_do_not_count(name: str) -> None:
    assert matches(name.upper(), name.lower())
    assert matches(name, name.replace(" ", "").replace("-", ""))
    assert matches(name.replace(" ", "").replace("-", ""), name)


@given(hangul, st.data())
def test_every_part_of_a_hangul_name_finds_it(name: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(first + 1, len(name)))
    part = name[first:end]
    assert matches(part, name)
    assert matches("".join(map(initial, part)), name)
    assert matches(part[:-1] + initial(part[-1]), name)


@given(hangul)
def test_a_name_is_found_with_every_key_that_types_it(name: str) -> None:
    for end, letter in enumerate(name):
        parts = unicodedata.normalize("NFD", letter)
        for keys in range(1, len(parts) + 1):
            assert matches(name[:end] + parts[:keys], name)


@given(hangul, hangul)
def test_a_text_finds_only_what_has_its_first_consonant_where_it_begins(text: str, name: str) -> None:
    assume(initial(text[0]) not in map(initial, name))
    assert not matches(text, name)


def initial(letter: str) -> str:
    """The consonant with which a syllable begins, as a keyboard writes it."""
    order = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
    return order[(ord(letter) - ord("가")) // 588]
