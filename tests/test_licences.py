"""What terms let one pass on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_captions import UNKNOWN, capture, day

from workflow.errors import UnknownName
from workflow.licences import TERMS, Terms, passing, terms_of
from workflow.providers.profiles import PROFILES, Profile, usual_for


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CC0-1.0", "CC0"),
        ("cc0", "CC0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
        ("Public Domain", "public domain"),
        ("PDM-1.0", "public domain"),
        ("CC-BY-4.0", "CC BY"),
        ("CC BY 4.0", "CC BY"),
        ("cc-by", "CC BY"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY"),
        ("cc-by-sa", "CC BY-SA"),
        ("CC-BY-SA-3.0-DE", "CC BY-SA"),
        ("http://creativecommons.org/licenses/by-sa/4.0/deed.en", "CC BY-SA"),
        ("CC BY-ND 4.0", "CC BY-ND"),
        ("CC-BY-NC-4.0", "CC BY-NC"),
        ("CC-BY-NC-SA-4.0", "CC BY-NC-SA"),
        ("cc_by_nc_nd", "CC BY-NC-ND"),
        ("proprietary", "proprietary"),
        ("All rights reserved", "proprietary"),
    ],
)
def test_usual_ways_to_write_terms_are_known(text: str, name: str) -> None:
    terms = terms_of(text)
    assert terms is not None
    assert terms.name == name


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.provider)
def test_the_usual_credit_of_a_provider_names_whom_its_terms_ask_to_be_named(profile: Profile) -> None:
    terms = terms_of(profile.licence)
    assert terms is not None
    assert re.search(terms.owner, profile.credit, re.IGNORECASE)
    assert bool(re.search(r"\[.+\]", profile.credit)) is profile.terms_only


def test_a_profile_fills_provider_credit_and_terms_by_the_year_of_the_picture() -> None:
    picture = capture(day(2023, 4, 14), credit="Photo: A")
    assert usual_for("digitalglobe", picture) == {
        "provider": "Maxar",
        "credit": "Satellite image © 2023 Maxar Technologies",
        "licence": "Maxar terms: as licensed",
    }
    assert usual_for("Planet", capture(UNKNOWN))["credit"] == "Image © Planet Labs PBC"


def test_terms_alone_leave_a_credit_that_is_there() -> None:
    assert usual_for("cc by-sa", capture(UNKNOWN, credit="Photo: A"))["credit"] == "Photo: A"
    bare = usual_for("cc by-sa", capture(UNKNOWN, credit=""))
    assert bare == {"credit": "Photo: [author]", "licence": "CC-BY-SA-4.0"}


def test_a_profile_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Google Earth"):
        usual_for("Gogle Earth", capture(UNKNOWN))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.provider)
def test_terms_of_every_known_provider_are_in_the_table(profile: object) -> None:
    assert terms_of(profile.licence) is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["", "  ", "ask Anna", "CC", "CC-BYE", "cc-by-sand", "see contract, not CC0"]
)
def test_terms_that_are_not_known_let_nothing_be_passed_on(text: str) -> None:
    assert terms_of(text) is None
    may = passing(text, "a credit")
    assert may.original == may.derived != ""
    assert text.strip() in may.original
    assert may.terms == ""


def test_free_terms_let_all_be_passed_on() -> None:
    assert passing("CC0-1.0", "").original == passing("CC0-1.0", "").derived == ""


def test_terms_that_ask_for_a_credit_need_one() -> None:
    assert passing("CC-BY-4.0", "Anna").original == ""
    assert passing("CC-BY-4.0", " ").original == "CC BY asks for a credit, and none is known"


def test_no_derivatives_keeps_back_derived_files_alone() -> None:
    may = passing("CC-BY-ND-4.0", "Anna")
    assert may.original == ""
    assert "CC BY-ND" in may.derived


def test_a_condition_goes_with_what_is_passed_on_alone() -> None:
    assert "not for commercial use" in passing("CC-BY-NC-4.0", "Anna").condition
    assert passing("Maxar terms: as licensed", "Maxar").condition == ""
    assert "Maxar" in passing("Maxar terms: as licensed", "Maxar").original


def test_a_withdrawn_capture_is_kept_back_whatever_its_terms() -> None:
    assert passing("CC0-1.0", "", "licence ended").original == "the capture was withdrawn: licence ended"


USUAL = ("CC0", "CC-BY-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "Esri terms", "proprietary")


@given(st.sampled_from(USUAL) | st.text(), st.sampled_from(("", "Anna")), st.sampled_from(("", "ended")))
def test_derived_files_never_go_where_the_original_may_not(licence: str, credit: str, withdrawn: str) -> None:
    may = passing(licence, credit, withdrawn)
    assert not (may.original and not may.derived)


def test_names_of_terms_are_distinct() -> None:
    assert len({one.name for one in TERMS}) == len(TERMS)


@pytest.mark.parametrize("terms", TERMS, ids=lambda one: one.name)
def test_the_page_on_bundles_says_what_the_table_says(terms: Terms) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "bundle.md").read_text("utf-8")
    rows = [re.split(r" *\| *", line)[1:-1] for line in page.splitlines() if line.startswith("|")]
    named = [
        row for row in rows if terms.name.lower().rstrip("s") in re.split(r"s?, ", row[0].lower().rstrip("s"))
    ]
    assert [row[1:3] for row in named] == [[("no", "yes")[terms.original], ("no", "yes")[terms.derived]]]
