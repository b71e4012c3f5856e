"""Which capture narrows most: the gap it splits, the window to look in, captures of a catalogue in order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from workflow.advice import (
    Gap,
    Offer,
    Open,
    Tile,
    best_window,
    expected_gain,
    gap_of,
    gap_sentence,
    gaps,
    offer_sentence,
    offers,
    worst_left,
)
from workflow.model import Event, Finding, LonLat

DAY = timedelta(days=1)
START = date(2018, 1, 1)
TODAY = date(2024, 1, 1)


def gap(first: date = START, days: int = 100, side: Open = Open.NO, site: str = "arch") -> Gap:
    return Gap(site, "gantry", Event.APPEARED, first, first + (days - 1) * DAY, side)


def finding(after: date | None, by: date | None, **other: Any) -> Finding:
    return Finding("arch", "gantry", Event.APPEARED, after, by, "", **other)


def days_of(one: Gap) -> Iterator[date]:
    for number in range(one.days):
        yield one.first + number * DAY


starts = st.dates(date(1990, 1, 1), date(2030, 1, 1))
lengths = st.integers(2, 400)
sides = st.sampled_from(Open)
any_gaps = st.builds(gap, starts, lengths, sides)
closed = st.builds(gap, starts, lengths)


# -- one gap -------------------------------------------------------------------------------------------------


@given(st.builds(gap, starts, st.integers(2, 60)), st.integers(-5, 65))
def test_the_gain_is_the_mean_over_every_day_on_which_it_may_have_happened(one: Gap, offset: int) -> None:
    shot = one.first + offset * DAY
    left = [
        sum((other <= shot) is (event <= shot) for other in days_of(one)) for event in days_of(one)
    ]  # what the capture shows tells only on which side of it the event lies
    assert expected_gain(one, shot) == pytest.approx(one.days - sum(left) / len(left))


@given(
    st.builds(gap, starts, st.integers(1, 60)),
    st.integers(0, 65),
    st.sampled_from([Open.EARLIER, Open.LATER]),
)
def test_with_an_open_side_the_gain_is_the_mean_over_even_odds(one: Gap, offset: int, side: Open) -> None:
    one = replace(one, open=side)
    shot = min(one.first + (offset - 1) * DAY, one.last)
    # within the gap with even odds, one day as likely as another; else on the open side of it
    outside = one.first - DAY if side is Open.EARLIER else one.last + DAY
    odds = [(event, 0.5 / one.days) for event in days_of(one)] + [(outside, 0.5)]
    left = sum(
        share * sum((other <= shot) is (event <= shot) for other in days_of(one)) for event, share in odds
    )
    assert expected_gain(one, shot) == pytest.approx(one.days - left)


@given(closed)
def test_the_halving_day_is_best_and_takes_half(one: Gap) -> None:
    window = best_window(one)
    best = max(expected_gain(one, day) for day in days_of(one))
    assert window.gain == expected_gain(one, window.best) == pytest.approx(best)
    assert one.split(window.best) == one.days // 2
    assert window.gain <= one.days / 2


@given(any_gaps)
def test_no_window_leaves_the_gap_and_every_day_of_it_helps(one: Gap) -> None:
    window = best_window(one)
    assert one.first <= window.first <= window.best <= window.last <= one.last
    if one.open is Open.NO:
        assert window.last < one.last  # on the last day it is known to have happened
    floor = 0.75 * window.gain if one.open is Open.NO else one.days / 2 - 0.51
    inside = [expected_gain(one, day) for day in days_of(one) if window.first <= day <= window.last]
    assert min(inside) >= floor - 1e-9
    assert min(inside) > 0


@given(any_gaps, st.integers(1, 200), st.booleans())
def test_a_narrower_gap_gives_less(one: Gap, less: int, from_start: bool) -> None:
    less = min(less, one.days - 2)
    moved = {"first": one.first + less * DAY} if from_start else {"last": one.last - less * DAY}
    narrower = replace(one, **moved)
    assert best_window(narrower).gain <= best_window(one).gain
    assert less == 0 or best_window(narrower).gain < best_window(one).gain


@given(any_gaps, st.integers(1, 1000))
def test_a_capture_outside_a_closed_gap_gives_nothing_and_beyond_an_open_end_as_much_as_at_it(
    one: Gap, away: int
) -> None:
    before, after = expected_gain(one, one.first - away * DAY), expected_gain(one, one.last + away * DAY)
    assert before == (pytest.approx(one.days / 2) if one.open is Open.EARLIER else 0)
    assert after == (pytest.approx(one.days / 2) if one.open is Open.LATER else 0)


@given(closed, st.integers(0, 400))
def test_what_is_left_at_worst_is_the_longer_part(one: Gap, offset: int) -> None:
    shot = one.first + offset * DAY
    left = worst_left(one, shot)
    assert left == max(sum(day <= shot for day in days_of(one)), sum(day > shot for day in days_of(one)))
    assert one.days - left <= expected_gain(one, shot) + 1e-9


def test_an_open_gap_has_no_worst() -> None:
    assert worst_left(gap(side=Open.LATER), START) is None


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (finding(date(2020, 1, 1), date(2021, 1, 1)), (date(2020, 1, 2), date(2021, 1, 1), Open.NO)),
        (finding(date(2020, 1, 1), None, seen=False), (date(2020, 1, 2), TODAY, Open.LATER)),
        (
            finding(date(2020, 1, 1), None),
            (date(2020, 1, 2), TODAY, Open.NO),
        ),  # it stands on a picture without end
        (finding(None, date(2021, 1, 1)), (START, date(2021, 1, 1), Open.EARLIER)),
        (finding(TODAY - DAY, None, seen=False), (TODAY, TODAY, Open.LATER)),
        (finding(TODAY, None, seen=False), None),
        (finding(None, START), None),
        (finding(date(2020, 1, 1), date(2020, 1, 2)), None),
        (finding(None, None), None),
        (finding(None, None, seen=False), None),
    ],
)
def test_the_days_that_a_finding_leaves_open(one: Finding, expected: tuple[date, date, Open] | None) -> None:
    found = gap_of(one, TODAY, START)
    assert (None if found is None else (found.first, found.last, found.open)) == expected


def test_without_any_picture_nothing_stands_in_for_an_open_beginning() -> None:
    assert gap_of(finding(None, date(2021, 1, 1)), TODAY, None) is None


def test_a_publication_counts_where_no_picture_says_anything() -> None:
    said = finding(date(2020, 1, 1), date(2020, 6, 1), source="publication")
    seen = finding(date(2020, 1, 1), date(2020, 3, 1))
    whole_place = replace(said, target="")
    assert [one.published for one in gaps([said, whole_place], TODAY, START)] == [True]
    assert [one.last for one in gaps([seen, said], TODAY, START)] == [date(2020, 3, 1)]
    assert gaps([finding(None, None), said], TODAY, START) == ()


SENTENCES = {
    gap(days=365): (
        "Appeared on one of 365 days from 1 January 2018 to 31 December 2018: a capture from 2 April 2018 to "
        "30 September 2018, best on 1 July 2018, leaves about 183 days."
    ),
    replace(gap(days=2), published=True): (
        "Appeared on one of 2 days from 1 January 2018 to 2 January 2018 (a publication's bounds): a capture from "
        "1 January 2018 to 1 January 2018, best on 1 January 2018, settles the day."
    ),
    gap(days=1, side=Open.LATER): (
        "Not seen as of 31 December 2017, 1 day ago: a capture now, or from 1 January 2018 on, tells whether it is "
        "there. Nothing bounds the end; today stands in for it."
    ),
    gap(days=100, side=Open.EARLIER): (
        "There already on 10 April 2018: a capture from 1 January 2018 to 19 February 2018, best on 25 January 2018, "
        "bounds when it came. Nothing bounds the beginning; 1 January 2018, the day of the first picture there is, "
        "stands in for it."
    ),
}


@pytest.mark.parametrize(("one", "sentence"), SENTENCES.items())
def test_a_gap_is_told_in_a_sentence(one: Gap, sentence: str) -> None:
    assert gap_sentence(one) == sentence


# -- a catalogue ---------------------------------------------------------------------------------------------


def tile(capture: str = "A", day: date = date(2018, 2, 1), west: float = 0.0, **other: Any) -> Tile:
    ring = ((west, 0.0), (west + 1, 0.0), (west + 1, 1.0), (west, 1.0))
    return Tile(capture, day, (ring,), **{"gsd_m": 0.5, **other})


PLACES = {"arch": LonLat(0.5, 0.5), "gate": LonLat(1.5, 0.5)}
ANY = {("arch", "gantry"): 0.75, ("gate", "gantry"): 0.75}
BOTH = (gap(), gap(days=60, site="gate"))


def names(made: tuple[Offer, ...]) -> list[str]:
    return [one.capture for one in made]


def test_captures_are_ranked_by_the_days_that_they_take_away_at_all_sites() -> None:
    wide = [tile("wide"), tile("wide", west=1.0)]
    made = offers(
        [tile("middle", date(2018, 2, 19)), *wide, tile("edge", date(2018, 1, 3))], PLACES, BOTH, ANY
    )
    assert names(made) == ["wide", "middle", "edge"]
    assert made[0].sites == ("arch", "gate")
    assert made[0].gain == sum(expected_gain(one, date(2018, 2, 1)) for one in BOTH)


@pytest.mark.parametrize(
    "useless",
    [
        tile(west=5.0),
        tile(day=date(2019, 1, 1)),
        tile(day=date(2018, 4, 10)),  # it stands by that day already
        tile(gsd_m=0.9),
        tile(gsd_m=None),
        tile(cloud_percent=60.0),
        tile("held"),
    ],
)
def test_a_tile_elsewhere_outside_too_coarse_cloudy_or_held_is_no_offer(useless: Tile) -> None:
    assert offers([useless], PLACES, BOTH, ANY, most_cloud_percent=50, held={"held"}) == ()


def test_unknown_pixels_do_for_a_class_without_limit_and_unknown_cloud_for_any_limit() -> None:
    made = offers([tile(gsd_m=None)], PLACES, BOTH, dict.fromkeys(ANY, math.inf), most_cloud_percent=0)
    assert [(one.capture, one.gsd_m, one.cloud_percent) for one in made] == [("A", None, None)]


def test_of_tiles_over_one_place_the_clearest_and_finest_counts() -> None:
    tiles = [
        tile(cloud_percent=30.0, gsd_m=0.3),
        tile(cloud_percent=5.0, gsd_m=0.6),
        tile(cloud_percent=5.0, gsd_m=0.4),
    ]
    made = offers(tiles, PLACES, BOTH, ANY)
    assert [(one.cloud_percent, one.gsd_m, len(one.gaps)) for one in made] == [(5.0, 0.4, 1)]


def test_cloud_makes_a_capture_worth_less_and_at_last_nothing() -> None:
    gains = {}
    for percent in (None, 0.0, 40.0, 99.0, 100.0, 120.0):
        made = offers([tile(cloud_percent=percent)], PLACES, BOTH, ANY, most_cloud_percent=math.inf)
        gains[percent] = made[0].gain if made else None
    whole = expected_gain(BOTH[0], date(2018, 2, 1))
    assert gains[None] == gains[0.0] == whole
    assert (gains[40.0], gains[99.0]) == (pytest.approx(0.6 * whole), pytest.approx(0.01 * whole))
    assert gains[100.0] is gains[120.0] is None


def test_nothing_comes_of_no_tiles_no_gaps_and_places_that_are_not_located() -> None:
    assert offers([], PLACES, BOTH, ANY) == offers([tile()], PLACES, (), ANY) == ()
    assert offers([tile()], {}, BOTH, ANY) == ()


@given(st.permutations([tile("A"), tile("A", west=1.0), tile("B", west=1.0), tile("C", date(2018, 1, 9))]))
def test_the_order_of_tiles_does_not_matter(tiles: list[Tile]) -> None:
    assert offers(tiles, PLACES, BOTH, ANY) == offers(sorted(tiles, key=repr), PLACES, BOTH, ANY)


def test_one_tree_is_built_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    class Counted(shapely.STRtree):
        def __init__(self, *given: Any) -> None:
            calls.append("built")
            super().__init__(*given)

        def query(self, *given: Any, **named: Any) -> Any:
            calls.append("asked")
            return super().query(*given, **named)

    monkeypatch.setattr(shapely, "STRtree", Counted)
    offers([tile(str(number), west=number % 7) for number in range(500)], PLACES, BOTH, ANY)
    assert calls == ["built", "asked"]


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (
            [gap(days=40)],
            "1 site could be dated to within a month by one capture on 20 January 2018: 20 days fewer",
        ),
        (
            [gap(days=160), gap(days=150, site="gate"), gap(days=4000, site="far")],
            "2 sites could be dated to within 6 months by one capture on 20 January 2018, 3 sites narrowed in all: 109",
        ),
        ([gap(days=9000)], "1 site could be narrowed by one capture on 20 January 2018: 40 days fewer"),
        ([gap(side=Open.LATER)], "1 site could be narrowed by one capture on 20 January 2018: 26 days fewer"),
        (  # a site counts with its widest gap
            [gap(days=40), replace(gap(days=160), target="mast")],
            "1 site could be dated to within 6 months by one capture on 20 January 2018: 55 days fewer",
        ),
    ],
)
def test_an_offer_is_told_in_a_sentence(known: list[Gap], sentence: str) -> None:
    said = offer_sentence(Offer("A", date(2018, 1, 20), tuple(known), (1.0,) * len(known), 0.5, None, "", ""))
    assert said.startswith(sentence)
    assert said.endswith("days fewer are to be expected.")
