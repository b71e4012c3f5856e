"""The map of the sites: what people wrote is data in it, to the browser and to the templates that folium is made of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.network_map import file_parts, literal, network_map, view
from workflow.model import LonLat

PLACE = LonLat(125.7, 39.0)
TEMPLATES = (
    "{{ 7*191 }}",
    "{% for x in range(9) %}7{% endfor %}",
    "{# gone #}",
    "{{",
    "{%",
    "{{ ''.__class__.__mro__ }}",
    "{{'a_name'}}",
    "</script><script>alert(1)</script>",
    "${alert(1)} `",
    "\u2028\\",
)


@given(
    st.recursive(st.text() | st.integers(), lambda part: st.lists(part) | st.dictionaries(st.text(), part))
)
def test_a_literal_means_its_value_and_holds_nothing_that_a_template_knows(value: object) -> None:
    text = literal(value)
    assert json.loads(text) == value
    for mark in ("{{", "{%", "{#", "<", ">", "`", "${", "'", "\u2028"):
        assert mark not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_name_is_never_evaluated_as_a_template(name: str) -> None:
    from dashboard.components.map_frame import page_of

    shown = view([("a", "present")], {"present": name}, outlined=[{"ring": [], "dash": "", "text": name}])
    page = page_of(network_map([("a", name, PLACE)], dark=False), "sitetrackShow", "Map")
    assert page.count(literal(name)) == 1
    assert file_parts([("a", name, PLACE)], shown)[1].count(literal(name)) == 3


def test_the_same_places_give_the_same_page_and_another_name_another() -> None:
    from dashboard.components.map_frame import page_of

    first, again, other = (
        page_of(network_map([("a", name, PLACE)], dark=False), "sitetrackShow", "Map")
        for name in ("gate", "gate", "bridge")
    )
    assert first == again != other
