"""The address of a figure: what was chosen comes back, what is no choice is left to the record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.figure_address import LONGEST, NAMES, options_of, query_of, said
from workflow.figure.lint import CODES
from workflow.model import Allowance, CoordinateForm, FigureOptions, Layout

STYLES = ("plain", "source-report", "unosat-like")


def texts(longest: int = 200) -> st.SearchStrategy[str]:
    return st.text(max_size=40).map(lambda text: said(text, longest))


NAME = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
OPTIONS = st.builds(
    FigureOptions,
    target=st.none() | st.lists(NAME, min_size=1, max_size=3, unique=True).map(",".join),
    captures=st.lists(NAME, max_size=8, unique=True).map(tuple),
    layout=st.sampled_from(Layout),
    extent_m=st.none() | st.integers(1, 100_000).map(float),
    width_mm=st.integers(100, 400).map(float),
    dpi=st.integers(72, 1200),
    style=st.sampled_from(STYLES),
    caption=st.none() | texts(LONGEST["caption"]).map(lambda text: text or None),
    draw_caption=st.booleans(),
    number=NAME,
    alt=texts(LONGEST["alt"]),
    name_provider=st.booleans(),
    credit=texts(),
    annotated_by=texts(),
    coordinates=st.sampled_from(CoordinateForm),
    inset=st.booleans(),
    marks=st.booleans(),
    one_stretch=st.booleans(),
    allow=st.dictionaries(st.sampled_from(list(CODES)), texts().filter(bool), max_size=3).map(
        lambda found: tuple(Allowance(code, reason) for code, reason in found.items())
    ),
)


@given(OPTIONS)
def test_an_address_opens_the_same_figure(options: FigureOptions) -> None:
    query = query_of(options)
    assert options_of(query, STYLES) == options
    assert set(query) <= set(NAMES)


def test_the_address_of_a_figure_as_the_record_gives_it_is_empty() -> None:
    assert query_of(FigureOptions()) == {}
    assert options_of({}, STYLES) == FigureOptions()


@pytest.mark.parametrize(
    "query",
    [
        {"layout": ["spiral"]},
        {"extent": ["-1"]},
        {"extent": ["nan"]},
        {"extent": ["1e9"]},
        {"width": ["wide"]},
        {"width": ["5000"]},
        {"dpi": ["10"]},
        {"style": ["/etc/house.toml"]},
        {"coordinates": ["utm"]},
        {"allow": ["no-such-code=because"]},
        {"allow": ["no-credit="]},
        {"allow": ["no-credit"]},
        {"marks": ["perhaps"]},
    ],
)
def test_what_is_no_choice_is_left_to_the_record(query: dict[str, list[str]]) -> None:
    assert options_of(query, STYLES) == FigureOptions()


def test_more_than_eight_pictures_are_cut_and_each_is_there_once() -> None:
    found = options_of({"captures": ["a,a, b ,,c,d,e,f,g,h,i,j"]}, STYLES)
    assert found.captures == tuple("abcdefgh")


def test_a_text_is_one_line_and_ends_somewhere() -> None:
    assert said("  a\n b\x85 c ", 3) == "a b"
    assert len(options_of({"caption": ["x" * 9999]}, STYLES).caption or "") == LONGEST["caption"]
