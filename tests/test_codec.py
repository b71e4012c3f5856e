"""Dataclasses to JSON and back, and the one canonical text."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cattrs import BaseValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.codec import canonical_json, decode, encode
from workflow.model import (
    Annotation,
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Event,
    Evidence,
    LonLat,
    Observation,
    Position,
    Precision,
    Review,
    Site,
    State,
    Stretch,
    Target,
    TargetClass,
)

SPAN = DateSpan(
    date(2021, 9, 1),
    None,
    Precision.INSTANT,
    Basis.PRODUCT_METADATA,
    "late 2021",
    datetime(2021, 9, 1, 2, 10, 33, 500, tzinfo=UTC),
)
SITE = Site(
    "gate",
    "Gate",
    name_local="개성",
    aliases=("Kaesŏng", "Gaeseong"),
    position=Position(LonLat(125.7, 39.0), 31.0, "39° 1'13\"N"),
    footprint={"type": "Polygon", "coordinates": [[[0.0, 1.0], [2.0, 3.0], [4, 5], [0.0, 1.0]]]},
    targets=(Target("gantry", kind=TargetClass.GANTRY),),
    evidence=(Evidence("appeared", SPAN, "gantry", Event.APPEARED, page="31"),),
)
CAPTURE = Capture(
    id="a" * 16,
    sha256="a" * 64,
    kind=CaptureKind.BROADCAST,
    file="still.png",
    original="imagery/originals/a.png",
    working="imagery/working/a.tif",
    acquired=SPAN,
    width_px=640,
    height_px=480,
    bands=3,
    footprint=(LonLat(1.0, 2.0), LonLat(3.0, 4.0)),
    stretch=(Stretch(0.0, 255.0),),
    warnings=("no date",),
)
OBSERVATION = Observation("x", "gate", "gantry", "a" * 16, "kim", State.ABSENT, review=Review.APPROVED)
ANNOTATION = Annotation(
    "m", "gate", "a" * 16, "box", {"type": "Point", "coordinates": [1, 2.5]}, in_pixels=True
)


@pytest.mark.parametrize("value", [SPAN, SITE, CAPTURE, OBSERVATION, ANNOTATION])
def test_what_was_encoded_comes_back_the_same_through_json(value: object) -> None:
    text = canonical_json(encode(value))
    assert decode(type(value), json.loads(text)) == value
    assert canonical_json(encode(decode(type(value), json.loads(text)))) == text


def test_days_are_iso_and_instants_are_utc() -> None:
    payload = encode(SPAN)
    assert (payload["earliest"], payload["latest"]) == ("2021-09-01", None)
    assert payload["instant"] == "2021-09-01T02:10:33.000500+00:00"
    assert (payload["precision"], payload["basis"]) == ("instant", "product metadata")


def test_missing_fields_take_their_defaults() -> None:
    assert decode(Site, {"id": "gate", "name": "Gate"}) == Site("gate", "Gate")


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert decode(Site, {"id": "gate", "name": "Gate", "height_m": 7}) == Site("gate", "Gate")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Site, {"name": "Gate"}),
        (Site, {"id": "Not a slug", "name": "Gate"}),
        (DateSpan, {"earliest": "2021-02-31", "latest": None, "precision": "day"}),
        (DateSpan, {"earliest": None, "latest": None, "precision": "fortnight"}),
        (Observation, {}),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(kind: type[Any], payload: dict[str, Any]) -> None:
    with pytest.raises(BaseValidationError):
        decode(kind, payload)


def test_canonical_text_is_sorted_dense_and_keeps_letters() -> None:
    assert (
        canonical_json({"b": [1, 2.5, None, True], "a": '개성 "x"'})
        == '{"a":"개성 \\"x\\"","b":[1,2.5,null,true]}'
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_no_json_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": number})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), values, max_size=5))
def test_the_same_value_in_another_order_has_the_same_text(value: dict[str, Any]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert canonical_json(backwards) == canonical_json(value)
    assert json.loads(canonical_json(value)) == value
