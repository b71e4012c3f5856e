"""Who is told where a site is, and how finely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.coords import distance_m
from workflow.model import LonLat, Position, Site
from workflow.visibility import AUDIENCES, is_told, told_position, told_site

PLACE = LonLat(125.123456, 39.123456)
OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[125.1234567, 39.1], [125.2, 39.1], [125.2, 39.2], [125.1234567, 39.1]]],
}


def site(visibility: str = "public", precision_m: float | None = None, place: LonLat = PLACE) -> Site:
    return Site(
        "s", "s", position=Position(place, precision_m, "39.123456, 125.123456"), visibility=visibility
    )


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("visibility", AUDIENCES)
def test_a_site_is_told_to_those_who_may_see_it(visibility: str, audience: str) -> None:
    may = AUDIENCES.index(visibility) <= AUDIENCES.index(audience)
    one = site(visibility)
    assert is_told(one, audience) is may
    assert (told_position(one, audience) is not None) is may


@pytest.mark.parametrize(
    ("precision_m", "told"),
    [
        (None, (125.1235, 39.1235)),
        (0.5, (125.12346, 39.12346)),
        (1000.0, (125.12, 39.12)),
        (1e6, (125.0, 39.0)),
    ],
)
def test_the_public_is_told_a_place_no_finer_than_it_is_known(
    precision_m: float | None, told: tuple[float, float]
) -> None:
    assert told_position(site(precision_m=precision_m)) == Position(LonLat(*told), precision_m)


def test_the_team_is_told_it_as_it_is_recorded() -> None:
    assert told_position(site(), "team") == site().position
    assert told_site(site("restricted"), "restricted") == site("restricted")


def test_what_has_no_place_stays_without() -> None:
    assert told_position(Site("s", "s")) is None


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(1, 1e5))
def test_a_told_place_is_off_by_no_more_than_what_is_known(
    lon: float, lat: float, precision_m: float
) -> None:
    told = told_position(site(precision_m=precision_m, place=LonLat(lon, lat)))
    assert told is not None
    assert distance_m(LonLat(lon, lat), told.lonlat) <= max(precision_m, 1.0)


def test_an_outline_is_told_to_a_metre_or_not_at_all() -> None:
    from dataclasses import replace

    public = told_site(replace(site(), footprint=OUTLINE))
    assert public.footprint is not None
    assert public.footprint["coordinates"][0][0] == [125.12346, 39.1]  # type: ignore[index]
    assert told_site(replace(site("team"), footprint=OUTLINE)).footprint is None
    assert told_site(replace(site("team"), footprint=OUTLINE), "team").footprint == OUTLINE
