"""What a file says of itself becomes proposals, with its basis; nonsense becomes none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.embedded import CAMERA_AZIMUTH, CAMERA_POSITION, embedded
from workflow.model import Basis, LonLat, Precision, Proposal

GPS = {
    "EXIF_GPSLatitude": "(39) (1) (13.23)",
    "EXIF_GPSLatitudeRef": "N",
    "EXIF_GPSLongitude": "(125) (44) (5)",
    "EXIF_GPSLongitudeRef": "E",
}


def said(tags: dict[str, str], attribute: str) -> list[Proposal]:
    return [one for one in embedded("a.jpg", tags) if one.attribute == attribute]


def test_a_camera_s_clock_with_its_zone_is_an_instant() -> None:
    (one,) = said(
        {"EXIF_DateTimeOriginal": "2021:11:14 00:30:00\0", "EXIF_OffsetTimeOriginal": "+09:00"}, "acquired"
    )
    assert one.span is not None
    assert one.span.instant == datetime(2021, 11, 13, 15, 30, tzinfo=UTC)
    assert one.span.basis is Basis.FILE_TAG
    assert (one.source, one.basis) == ("a.jpg: EXIF_DateTimeOriginal", "the camera's own clock")


def test_without_a_zone_it_is_a_day() -> None:
    (one,) = said({"EXIF_DateTimeOriginal": "2021:11:14 00:30:00"}, "acquired")
    assert one.span is not None
    assert (one.span.earliest, one.span.precision, one.span.instant) == (
        date(2021, 11, 14),
        Precision.DAY,
        None,
    )


def test_the_same_day_is_proposed_once_from_the_strongest_source() -> None:
    tags = {
        "EXIF_DateTimeOriginal": "2021:11:14 10:30:00",
        "XMP_xmp:CreateDate": "2021-11-14T10:30:00.12",
        "XMP_photoshop:DateCreated": "2021-11-15",
        "EXIF_GPSDateStamp": "2021:11:14",
        "EXIF_GPSTimeStamp": "(1) (30) (0)",
    }
    found = said(tags, "acquired")
    assert [one.source for one in found] == ["a.jpg: EXIF_GPSTimeStamp", "a.jpg: XMP_photoshop:DateCreated"]
    assert found[0].basis == "the camera's satellite receiver"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000:00:00 00:00:00",
        "2021:13:40 10:00:00",
        "yesterday",
        "    :  :     :  :  ",
        "2021:11:14 99:00:00",
    ],
)
def test_a_clock_that_was_never_set_proposes_nothing(text: str) -> None:
    assert embedded("a.jpg", {"EXIF_DateTimeOriginal": text, "PNG_Creation_Time": text}) == ()


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("2021:11:14", "(25) (0) (0)"),
        ("", "(1) (0) (0)"),
        ("2021:11:14", "(1) (0)"),
        ("2021:02:30", "(1) (0) (0)"),
    ],
)
def test_a_satellite_time_that_there_is_not_is_none(day: str, clock: str) -> None:
    assert embedded("a.jpg", {"EXIF_GPSDateStamp": day, "EXIF_GPSTimeStamp": clock}) == ()


def test_the_place_of_the_camera_is_a_proposal() -> None:
    (one,) = said(GPS, CAMERA_POSITION)
    assert one.place == LonLat(125.7347222, 39.0203417)
    assert one.value == "39.020342, 125.734722"
    (south,) = said({**GPS, "EXIF_GPSLatitudeRef": "S\0", "EXIF_GPSLongitudeRef": "w"}, CAMERA_POSITION)
    assert south.place == LonLat(-125.7347222, -39.0203417)


@pytest.mark.parametrize(
    "change",
    [
        {"EXIF_GPSLatitudeRef": ""},
        {"EXIF_GPSLatitude": "(91) (0) (0)"},
        {"EXIF_GPSLatitude": "(39) (61) (0)"},
        {"EXIF_GPSLatitude": "(-39) (1) (0)"},
        {"EXIF_GPSLatitude": "(nan) (1) (0)"},
        {"EXIF_GPSLongitude": "39"},
        {"EXIF_GPSLatitude": "(0) (0) (0)", "EXIF_GPSLongitude": "(0) (0) (0)"},
    ],
)
def test_a_place_that_there_is_not_is_none(change: dict[str, str]) -> None:
    assert embedded("a.jpg", {**GPS, **change}) == ()


@pytest.mark.parametrize(
    ("angle", "reference", "value", "basis"),
    [
        ("(187.5)", "T", "187.5", "the camera's compass, from true north"),
        ("(360)", "M", "0", "the camera's compass, from magnetic north"),
    ],
)
def test_the_direction_of_the_camera_says_which_north(
    angle: str, reference: str, value: str, basis: str
) -> None:
    (one,) = said({"EXIF_GPSImgDirection": angle, "EXIF_GPSImgDirectionRef": reference}, CAMERA_AZIMUTH)
    assert (one.value, one.basis) == (value, basis)


def test_a_direction_beyond_the_circle_is_none() -> None:
    assert embedded("a.jpg", {"EXIF_GPSImgDirection": "(361)"}) == ()


def test_a_camera_that_repeats_its_maker_is_named_once() -> None:
    assert said({"EXIF_Make": "Canon", "EXIF_Model": "Canon EOS R5"}, "platform")[0].value == "Canon EOS R5"
    assert said({"EXIF_Make": "SONY", "EXIF_Model": "A7"}, "platform")[0].value == "SONY A7"
    assert said({"EXIF_Model": "A7"}, "platform")[0].value == "A7"


def test_credits_and_terms_stay_text_and_are_told_once() -> None:
    tags = {
        "XMP_photoshop:Credit": "<b>Agency</b>",
        "EXIF_Copyright": "<B>agency</B>",
        "EXIF_Artist": "A\0",
        "XMP_dc:rights": "x" * 400,
        "PNG_Author": "bad\x07",
        "XMP_cc:license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert [one.value for one in said(tags, "credit")] == ["<b>Agency</b>", "A"]
    assert said(tags, "licence")[0].source == "a.jpg: XMP_cc:license"


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *GPS,
                "EXIF_DateTimeOriginal",
                "EXIF_OffsetTimeOriginal",
                "EXIF_GPSTimeStamp",
                "EXIF_GPSDateStamp",
                "EXIF_Make",
                "XMP_dc:rights",
                "EXIF_GPSImgDirection",
            ]
        ),
        st.one_of(st.text(), st.from_regex(r"\([0-9]{1,4}\) \([0-9]{1,3}\) \([0-9]{1,3}\)", fullmatch=True)),
    )
)
def test_no_tags_raise(tags: dict[str, str]) -> None:
    for one in embedded("a.jpg", tags):
        assert one.value.isprintable() or one.span is not None
