"""How two people's changes fit together: laws of the three-way merge, and what differs in words."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflow.changes import difference, merge
from workflow.errors import FieldConflict

values = st.one_of(
    st.none(), st.integers(0, 3), st.sampled_from(["", "a", "b"]), st.lists(st.integers(0, 2), max_size=2)
)
items = st.lists(st.sampled_from("xyz"), unique=True, max_size=3).flatmap(
    lambda ids: st.tuples(*(st.fixed_dictionaries({"id": st.just(one), "n": values}) for one in ids)).map(
        list
    )
)
objects = st.fixed_dictionaries(
    {
        "name": values,
        "note": values,
        "place": st.fixed_dictionaries({"lon": values, "lat": values}),
        "parts": items,
    }
)


@given(objects, objects)
def test_a_change_of_one_side_alone_is_taken_whole(base: dict[str, Any], changed: dict[str, Any]) -> None:
    for both in (merge(base, changed, base), merge(base, base, changed)):
        assert both.conflicts == ()
        assert as_sets(both.value) == as_sets(changed)


def as_sets(value: dict[str, Any]) -> dict[str, Any]:
    """The object without the order of its parts, which neither side's change settles."""
    return value | {"parts": sorted(value.get("parts") or [], key=lambda one: one["id"])}


@given(objects, objects)
def test_the_same_change_on_both_sides_is_no_conflict(base: dict[str, Any], changed: dict[str, Any]) -> None:
    both = merge(base, changed, changed)
    assert both.conflicts == ()
    assert as_sets(both.value) == as_sets(changed)


@given(objects, objects, objects)
def test_every_change_is_in_the_result_or_in_a_conflict(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    both = merge(base, theirs, mine)
    named = {one.field for one in both.conflicts}
    for field in flat(theirs).keys() | flat(mine).keys() | flat(base).keys():
        old, their, my, now = (flat(one).get(field) for one in (base, theirs, mine, both.value))
        if their != old and my not in (old, their):
            assert field in named
            assert now == their
        else:
            assert field not in named
            assert now == (my if their == old else their)


def flat(value: dict[str, Any]) -> dict[str, Any]:
    """The fields that are changed as one: those of the object, and each of its parts."""
    parts = {f"parts.{one['id']}": one for one in value.get("parts") or []}
    return {name: inner for name, inner in value.items() if name != "parts"} | parts


@given(objects, objects, objects)
def test_both_sides_find_the_same_conflicts_mirrored(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    there, here = merge(base, theirs, mine), merge(base, mine, theirs)
    mirrored = {FieldConflict(one.field, one.base, one.mine, one.theirs).field for one in here.conflicts}
    assert {one.field for one in there.conflicts} == mirrored


def test_a_place_is_changed_as_one() -> None:
    base = {"place": {"lon": 1, "lat": 1}}
    both = merge(base, {"place": {"lon": 2, "lat": 1}}, {"place": {"lon": 1, "lat": 2}})
    assert [one.field for one in both.conflicts] == ["place"]


def test_parts_that_two_people_add_are_both_there() -> None:
    base: dict[str, Any] = {"parts": [{"id": "a"}]}
    both = merge(base, {"parts": [{"id": "a"}, {"id": "b"}]}, {"parts": [{"id": "c"}, {"id": "a"}]})
    assert both.conflicts == ()
    assert {one["id"] for one in both.value["parts"]} == {"a", "b", "c"}


def test_a_part_that_one_took_out_and_the_other_changed_is_a_conflict() -> None:
    base: dict[str, Any] = {"parts": [{"id": "a", "n": 1}]}
    both = merge(base, {"parts": []}, {"parts": [{"id": "a", "n": 2}]})
    assert both.conflicts == (FieldConflict("parts.a", {"id": "a", "n": 1}, None, {"id": "a", "n": 2}),)
    assert both.value == {"parts": []}


def test_a_difference_names_nested_fields_and_parts_by_their_ids() -> None:
    before = {"place": {"lon": 1, "lat": 2}, "parts": [{"id": "a", "n": 1}], "note": "x"}
    after = {"place": {"lon": 1, "lat": 3}, "parts": [{"id": "a", "n": 2}], "note": "x"}
    assert difference(before, after) == [
        {"field": "parts.a.n", "before": 1, "after": 2},
        {"field": "place.lat", "before": 2, "after": 3},
    ]
    assert difference({}, {"note": "x"}) == [{"field": "note", "before": None, "after": "x"}]
