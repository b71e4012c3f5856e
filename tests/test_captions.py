"""The words on a figure and under it: dates, states, credits, captions, descriptions for who cannot see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from workflow.figure.captions import (
    Form,
    Shown,
    alt_text,
    caption,
    credit_of,
    credits,
    date_label,
    joint_label,
    noun_phrase,
    state_label,
)
from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    ControlModel,
    ControlPoint,
    ControlPoints,
    DateSpan,
    Direction,
    Precision,
    Site,
    Target,
    TargetClass,
)


def day(year: int, month: int, number: int, basis: Basis = Basis.STATED) -> DateSpan:
    stated = date(year, month, number)
    opened = basis in (Basis.BROADCAST, Basis.RELEASED, Basis.PUBLISHED)
    last = None if basis is Basis.EARLIEST_POSSIBLE else stated
    return DateSpan(None if opened else stated, last, Precision.DAY, basis)


APRIL = DateSpan(date(2023, 4, 1), date(2023, 4, 30), Precision.MONTH)
UNKNOWN = DateSpan(None, None, Precision.UNKNOWN, Basis.UNKNOWN)
COPYRIGHT = DateSpan(None, date(2020, 12, 31), Precision.YEAR, Basis.COPYRIGHT_YEAR)


@pytest.mark.parametrize(
    ("span", "label"),
    [
        (day(2023, 4, 14), "14 April 2023"),
        (APRIL, "April 2023"),
        (DateSpan(date(2022, 1, 1), date(2022, 12, 31), Precision.YEAR), "2022"),
        (day(2022, 5, 3, Basis.EARLIEST_POSSIBLE), "earliest possible 3 May 2022"),
        (day(2021, 2, 16, Basis.BROADCAST), "broadcast 16 February 2021"),
        (day(2021, 2, 16, Basis.RELEASED), "released 16 February 2021"),
        (COPYRIGHT, "copyright 2020, date unknown"),
        (DateSpan(date(2019, 5, 3), date(2022, 2, 2), Precision.RANGE), "3 May 2019 to 2 February 2022"),
        (DateSpan(None, date(2022, 2, 2), Precision.DAY), "2 February 2022 or earlier"),
        (UNKNOWN, "date unknown"),
    ],
)
def test_a_date_label_is_as_fine_as_its_source_and_names_its_basis(span: DateSpan, label: str) -> None:
    assert date_label(span) == label


def capture(span: DateSpan, kind: CaptureKind = CaptureKind.SATELLITE, **changes: object) -> Capture:
    values: dict[str, object] = {
        "id": "a" * 16,
        "sha256": "a" * 64,
        "kind": kind,
        "file": "a.tif",
        "original": "",
        "working": "",
        "acquired": span,
        "width_px": 10,
        "height_px": 10,
        "bands": 3,
        **changes,
    }
    return Capture(**values)  # type: ignore[arg-type]


SITE = Site("kaesong", "the junction", name_local="교차로", road="Pyongyang-Kaesong Motorway")
GANTRY = Target("gantry", "", TargetClass.GANTRY, Direction.OUTBOUND)


def test_the_caption_follows_the_house_grammar() -> None:
    pictures = [
        Shown(capture(day(2021, 11, 3)), "absent", "Google Earth"),
        Shown(capture(day(2022, 2, 20)), "present", "Google Earth"),
    ]
    written = caption(
        SITE,
        [GANTRY],
        pictures,
        coordinates="38°58'14\"N 125°43'4\"E",
        interval="late 2021 or early 2022",
        annotated_by="38 North",
    )
    assert written == (
        "An outbound gantry at the junction (교차로), Pyongyang-Kaesong Motorway at 38°58'14\"N 125°43'4\"E, "
        "absent in a satellite image from November 3, 2021 and "
        "seen in a satellite image from February 20, 2022. "
        "It appeared in late 2021 or early 2022. (Source: Google Earth. Annotation by 38 North)"
    )


@pytest.mark.parametrize(
    ("shown", "clause"),
    [
        (capture(APRIL), "seen in a satellite image from April 2023"),
        (capture(APRIL, synthetic=True), "seen in a synthetic satellite image from April 2023"),
        (capture(day(2016, 5, 27), CaptureKind.GROUND), "photographed on May 27, 2016"),
        (
            capture(
                day(2021, 2, 16, Basis.BROADCAST), CaptureKind.BROADCAST, provider="Korean Central Television"
            ),
            "seen on Korean Central Television on February 16, 2021",
        ),
        (
            capture(day(2022, 5, 3, Basis.EARLIEST_POSSIBLE)),
            "seen in a satellite image from May 3, 2022 at the earliest",
        ),
        (
            capture(COPYRIGHT, CaptureKind.AERIAL),
            "seen in an aerial image of unknown date, with the copyright year 2020",
        ),
        (capture(UNKNOWN), "seen in a satellite image of unknown date"),
    ],
)
def test_the_caption_says_no_more_of_a_date_than_is_known(shown: Capture, clause: str) -> None:
    written = caption(SITE, [GANTRY], [Shown(shown, "present", "X")])
    assert f", {clause}. (" in written


def test_the_caption_states_how_far_off_a_picture_lies_that_was_placed_by_hand() -> None:
    points = tuple(ControlPoint(9.0 * n, n * n, n, n) for n in range(5))
    control = ControlPoints("EPSG:32651", ControlModel.AFFINE, points, 80, 60, 0.8, 1.24)
    placed = replace(capture(APRIL), control=control)
    other = Shown(capture(day(2023, 5, 1)), "present", "X")
    written = caption(SITE, [GANTRY], [Shown(placed, "absent", "X"), Shown(placed, "absent", "X"), other])
    said = " was placed by 5 pairs of points (affine), off by about 1.2 m. ("
    assert f" The satellite image from April 2023{said}" in written
    assert written.count("was placed by") == 1


def test_a_house_with_the_day_first_has_it_in_the_interval_too() -> None:
    pictures = [Shown(capture(APRIL), "absent", "X"), Shown(capture(day(2023, 5, 1)), "present", "X")]
    interval = "between 3 May 2019 and 2 February 2022"
    written = caption(SITE, [GANTRY], pictures, interval=interval, form=Form(american=False))
    assert "from 1 May 2023. It appeared between 3 May 2019 and 2 February 2022." in written


def test_pictures_of_one_sort_are_named_once_and_dates_with_commas_set_off() -> None:
    april = [Shown(capture(day(2021, 4, n)), "absent", "X") for n in (1, 2, 3)]
    written = caption(SITE, [GANTRY], [*april, Shown(capture(APRIL), "", "X")])
    assert "absent in satellite images from April 1, 2021; April 2, 2021 and April 3, 2021" in written
    assert "; the place is also shown in a satellite image from April 2023. (" in written
    mixed = [*april[:2], Shown(capture(UNKNOWN), "absent", "X")]
    assert "2, 2021 and in a satellite image of unknown date" in caption(SITE, [GANTRY], mixed)


def test_a_provider_in_the_sentence_is_not_credited_again() -> None:
    globe = capture(APRIL, provider="Google Earth")
    form = Form(name_provider=True)
    written = caption(SITE, [GANTRY], [Shown(globe, "present", "Google Earth")], annotated_by="B", form=form)
    assert written.endswith("seen in a Google Earth satellite image from April 2023. (Annotation by B)")
    other = caption(
        SITE, [GANTRY], [Shown(globe, "present", "Google Earth, Maxar")], annotated_by="B", form=form
    )
    assert other.endswith("(Source: Google Earth, Maxar. Annotation by B)")
    bare = caption(SITE, [GANTRY], [Shown(globe, "present", "Google Earth")], form=form)
    assert bare.endswith("(Source: Google Earth)")


def test_several_targets_are_told_apart_where_they_differ() -> None:
    assert joint_label([("inbound", "absent"), ("outbound", "absent")]) == "absent"
    assert joint_label([("inbound", "absent"), ("outbound", "")]) == "inbound absent; outbound not examined"
    assert joint_label([]) == ""
    inbound = Target("in", "", TargetClass.GANTRY, Direction.INBOUND)
    pictures = [Shown(capture(APRIL), "absent", "X"), Shown(capture(day(2023, 5, 1)), "present", "X")]
    written = caption(SITE, [inbound, GANTRY], pictures, interval="in 2020")
    assert "An inbound gantry and an outbound gantry at" in written
    assert "They appeared in 2020." in written


@pytest.mark.parametrize(
    ("shown", "clause"),
    [
        (capture(DateSpan(date(2019, 5, 3), date(2022, 2, 2), Precision.RANGE)),
         "seen in a satellite image taken between May 3, 2019 and February 2, 2022"),
        (capture(day(2021, 2, 16, Basis.RELEASED)), "seen in a satellite image released on February 16, 2021"),
        (capture(DateSpan(date(2021, 2, 16), None, Precision.DAY)), "from February 16, 2021 or later"),
        (capture(UNKNOWN, CaptureKind.GROUND), "seen in a photograph of unknown date"),
        (capture(DateSpan(None, date(2021, 2, 16), Precision.RANGE)), "taken by February 16, 2021. ("),
    ],
)  # fmt: skip
def test_a_date_is_said_with_its_basis(shown: Capture, clause: str) -> None:
    assert clause in caption(SITE, [GANTRY], [Shown(shown, "present", "X")])


def test_an_interval_in_days_has_the_month_first() -> None:
    pictures = [Shown(capture(APRIL), state, "X") for state in ("absent", "present")]
    written = caption(SITE, [GANTRY], pictures, interval="between 3 May 2019 and 2 February 2022")
    assert "It appeared between May 3, 2019 and February 2, 2022." in written


def test_one_state_in_both_pictures_is_said_once() -> None:
    pictures = [Shown(capture(APRIL), "present", "X"), Shown(capture(day(2023, 5, 1)), "present", "X")]
    said = "seen in satellite images from April 2023 and May 1, 2023."
    assert said in caption(SITE, [GANTRY], pictures)


def test_what_nobody_examined_is_not_called_seen() -> None:
    pictures = [Shown(capture(APRIL), "", "X"), Shown(capture(day(2023, 5, 1)), "", "X")]
    written = caption(SITE, [GANTRY], pictures, interval="in 2020")
    assert "gantry" not in written
    assert "seen" not in written
    assert "appeared" not in written


@pytest.mark.parametrize(
    ("target", "phrase"),
    [
        (GANTRY, "an outbound gantry"),
        (Target("a", "second camera on the pole"), "a second camera on the pole"),
        (Target("a", "two structures"), "two structures"),
        (Target("a", "Checkpoint 12"), "Checkpoint 12"),
        (Target("a", "Structure over the road"), "a structure over the road"),
        (Target("a", "Arch of Reunification"), "Arch of Reunification"),
        (Target("a"), "a structure"),
        (Target("a", "", TargetClass.GUARD_POST), "a guard post"),
    ],
)
def test_a_target_is_called_by_its_name_else_by_its_class(target: Target, phrase: str) -> None:
    assert noun_phrase([target]) == phrase


def test_things_on_one_support_are_counted_where_all_are_seen() -> None:
    site = Site("s", "Stadium", category="road-camera")
    both = [
        Target("a", "Camera on the pole", TargetClass.CAMERA),
        Target("b", "Second camera on the pole", TargetClass.CAMERA),
    ]
    still = Shown(capture(APRIL), "present", "X")
    written = caption(site, both, [still])
    assert written.startswith("A camera pole near Stadium with two cameras mounted on it, seen in")
    absent = caption(site, both, [replace(still, state="absent")])
    assert absent.startswith("A camera on the pole and a second camera on the pole near Stadium, absent in")
    one = caption(site, [both[0], replace(both[1], name="Camera on the roof")], [still])
    assert one.startswith("A camera on the pole and a camera on the roof near Stadium, seen in")
    lamp = caption(site, [both[0], replace(both[1], kind=TargetClass.OTHER)], [still])
    assert "mounted" not in lamp


def test_a_described_place_comes_first_where_its_things_are_seen() -> None:
    site = Site("s", "Modern junction in Pyongyang")
    posts = [Target("a", "Cameras ahead of the junction", TargetClass.CAMERA)]
    still = Shown(capture(APRIL), "present", "X")
    seen = caption(site, posts, [still])
    assert seen.startswith("A modern junction in Pyongyang with cameras ahead of the junction, seen in")
    absent = caption(site, posts, [replace(still, state="absent")])
    assert absent.startswith("Cameras ahead of a modern junction in Pyongyang, absent in")


def test_credits_that_differ_carry_the_letters_of_their_panels() -> None:
    one, two = Shown(capture(APRIL), credit="© 2021 Maxar"), Shown(capture(APRIL), credit="Google Earth")
    assert credits([one, two]) == "Sources: (a) © 2021 Maxar; (b) Google Earth"
    several = [two, two, two, one, two, one, one]
    assert credits(several) == "Sources: (a) to (c), (e) Google Earth; (d), (f), (g) © 2021 Maxar"
    assert credits([one, one]) == "© 2021 Maxar"
    assert credits([two, two]) == "Source: Google Earth"
    assert credits([Shown(capture(APRIL, CaptureKind.BROADCAST), credit="KCTV")]) == "Image: KCTV"


def test_a_creative_commons_licence_stands_behind_the_credit() -> None:
    assert credit_of(capture(APRIL, credit="Mehdistt", licence="cc-by-sa")) == "Mehdistt, cc-by-sa"
    assert credit_of(capture(APRIL), "Somebody.") == "Somebody"
    assert credit_of(capture(APRIL, credit="Stored"), "Given") == "Stored"


def test_a_picture_is_not_called_insufficient() -> None:
    one = Shown(capture(APRIL), "insufficient")
    assert "an outbound gantry is not discernible." in alt_text(SITE, [GANTRY], [one])
    assert state_label("east present; west insufficient") == "east present; west not discernible"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Modern junction in Pyongyang", "A picture of a modern junction in Pyongyang."),
        ("Road north of the Arch", "A picture of the road north of the Arch."),
        ("Kilometre 7", "A picture of Kilometre 7."),
    ],
)
def test_the_alternative_text_names_the_place_as_a_sentence_does(name: str, said: str) -> None:
    site = replace(SITE, name=name, name_local="", road="")
    assert alt_text(site, [GANTRY], [Shown(capture(APRIL))]).startswith(said)


def test_the_alternative_text_says_what_each_side_shows() -> None:
    pictures = [Shown(capture(APRIL), "absent"), Shown(capture(day(2023, 5, 1)), "present", marked=True)]
    assert alt_text(SITE, [GANTRY], pictures) == (
        "Two pictures side by side of the junction (교차로), Pyongyang-Kaesong Motorway. "
        "Left: satellite image, April 2023: an outbound gantry is absent. "
        "Right: satellite image, 1 May 2023: an outbound gantry is present, with marks drawn on it."
    )
