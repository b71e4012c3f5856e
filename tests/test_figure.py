"""Laws of the drawing list of a figure; no pixels."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.figure import (
    Box,
    Drawing,
    FigureSpec,
    Hatch,
    HouseStyle,
    Locator,
    Mark,
    Panel,
    PanelImage,
    Polygon,
    Polyline,
    Rect,
    Text,
    lay_out,
)
from workflow.figure.furniture import format_length, round_length
from workflow.figure.house import FURNITURE
from workflow.figure.typeset import Pen, Style, tidy
from workflow.model import (
    Layout,
)

LONG_KOREAN = "조국통일3대헌장기념탑앞평양개성고속도로와평양원산관광도로가만나는교차로남쪽육백오십미터지점"
LONG_ENGLISH = (
    "The junction of the Pyongyang-Kaesong and the Pyongyang-Wonsan Tourist Motorways beside the arch"
)


def measure(text: str, size_px: float, bold: bool) -> float:
    """A face in which Hangul is a size wide and everything else 0.55 of it, a little more in bold."""
    return sum(1.0 if char >= "\u1100" else 0.55 for char in text) * size_px * (1.06 if bold else 1.0)


def panel(**changes: object) -> Panel:
    values: dict[str, object] = {
        "capture": "a" * 16,
        "width": 601,
        "height": 601,
        "date_label": "14 April 2023",
        **changes,
    }
    return Panel(**values)  # type: ignore[arg-type]


def texts(drawing: Drawing) -> list[Text]:
    return [item for item in drawing.items if isinstance(item, Text)]


def words(drawing: Drawing) -> str:
    return " ".join(item.text for item in texts(drawing))


def assert_sound(drawing: Drawing) -> None:
    """Every text has its own room on the page."""
    page = Box(0, 0, drawing.width_px, drawing.height_px)
    for text in texts(drawing):
        assert page.grown(0.01).holds(text.box), text
    for one, other in combinations(texts(drawing), 2):
        assert not one.box.grown(-0.01).meets(other.box), (one.text, other.text)


# -- the layout ----------------------------------------------------------------------------------------------

LABELS = st.text(st.sampled_from("abc 평양-원산관광도로'\"°3"), max_size=60)
MARKS = st.lists(
    st.builds(
        Mark,
        st.sampled_from(["point", "line", "arrow", "area"]),
        st.lists(st.tuples(st.floats(-200, 800), st.floats(-200, 800)), min_size=1, max_size=5).map(tuple),
        LABELS,
    ),
    max_size=6,
).map(tuple)
PANELS = st.lists(
    st.builds(
        Panel,
        st.just("a" * 16),
        st.integers(20, 2000),
        st.integers(20, 2000),
        st.sampled_from(["14 April 2023", "earliest possible 3 May 2022", LONG_ENGLISH, LONG_KOREAN]),
        st.sampled_from(["", "absent", "present"]),
        st.booleans(),
        MARKS,
        st.just(0.5),
        st.none() | st.just((100.0, 100.0, 80.0)),
        st.booleans(),
        st.none() | st.tuples(st.integers(737000, 737900), st.integers(738000, 739000)),
    ),
    min_size=1,
    max_size=8,
).map(tuple)
STYLES = st.sampled_from(
    [
        HouseStyle(),
        HouseStyle(lead_alone=True, furniture=("images", "disclaimer"), disclaimer=LONG_ENGLISH),
        HouseStyle(date_pt=12, caption_pt=6, furniture=FURNITURE),
    ]
)
MAP = Locator(
    (((0.2, 0.1), (0.9, 0.2), (0.5, 0.9)),), (((0.3, 0.3), (0.6, 0.6)),), (0.5, 0.5), "평양 Pyongyang"
)


@settings(max_examples=150, deadline=None)
@given(
    PANELS,
    LABELS,
    st.floats(100, 400),
    st.sampled_from([72, 150, 300]),
    st.booleans(),
    st.sampled_from(Layout),
    STYLES,
)
def test_no_text_leaves_the_page_or_meets_other_text(
    panels: tuple[Panel, ...],
    label: str,
    width_mm: float,
    dpi: int,
    located: bool,
    layout: Layout,
    house: HouseStyle,
) -> None:
    spec = FigureSpec(
        panels,
        caption=f"{LONG_ENGLISH} ({LONG_KOREAN * 2}) {label}",
        credit=f"Source: {LONG_KOREAN}",
        coordinates="39° 1'13\"N 125°44'5\"E (39.0203, 125.7347)" if located else "",
        metres_per_px=0.5 if located else None,
        north_deg=-1.7 if located else None,
        notes=(LONG_ENGLISH,),
        width_mm=width_mm,
        dpi=dpi,
        layout=layout,
        lead="Figure 29.",
        house=house,
        images=(LONG_KOREAN, LONG_ENGLISH),
        locator=MAP if located else None,
    )
    assert_sound(lay_out(spec, measure))


def test_long_korean_labels_of_neighbouring_marks_keep_clear_of_each_other() -> None:
    marks = tuple(Mark("point", ((280 + 12 * n, 300 + 9 * n),), f"{LONG_KOREAN} {n}") for n in range(8))
    drawing = lay_out(FigureSpec((panel(marks=marks, synthetic=True), panel())), measure)
    assert_sound(drawing)
    # a label is drawn beside its mark, or named beneath the panels: none is lost
    for number in range(8):
        assert any(f"{LONG_KOREAN} {number}".startswith(text.text[:6]) for text in texts(drawing))


def test_a_label_without_room_is_named_beneath() -> None:
    filler = tuple(
        Mark("point", ((x, y),), f"p{x} {LONG_ENGLISH}") for x in range(40, 600, 60) for y in (150, 300)
    )
    drawing = lay_out(FigureSpec((panel(marks=filler),), width_mm=100), measure)
    assert_sound(drawing)
    named = words(drawing).split("Marked in the picture: ")[1]
    for key in re.findall(r"(?:^|; )(\d+) p\d+ The junction", named):
        assert key in [text.text for text in texts(drawing)]
    assert re.search(r"\d+ p580 The junction .* arch\.", named)


def test_small_panels_carry_numbers_and_the_labels_stand_beneath() -> None:
    marks = (Mark("point", ((100, 300),), "camera"), Mark("point", ((400, 300),), LONG_KOREAN))
    drawing = lay_out(FigureSpec((panel(),) * 7 + (panel(marks=marks),), layout=Layout.ROW), measure)
    assert_sound(drawing)
    assert f"Marked in (h): 1 camera; 2 {LONG_KOREAN[:8]}" in words(drawing)
    assert {"1", "2"} <= {text.text for text in texts(drawing)}


def test_both_panels_have_one_size_and_stand_side_by_side() -> None:
    drawing = lay_out(FigureSpec((panel(), panel())), measure)
    first, second = (item.box for item in drawing.items if isinstance(item, PanelImage))
    assert (first.width, first.height, first.top) == (second.width, second.height, second.top)
    assert first.width == first.height
    assert first.right < second.left


def boxes(drawing: Drawing) -> list[Box]:
    return [item.box for item in drawing.items if isinstance(item, PanelImage)]


@pytest.mark.parametrize(
    ("layout", "count", "rows"),
    [
        (Layout.AUTO, 3, [3]),
        (Layout.AUTO, 4, [2, 2]),
        (Layout.AUTO, 5, [3, 2]),
        (Layout.AUTO, 8, [4, 4]),
        (Layout.GRID, 2, [2]),
        (Layout.GRID, 7, [4, 3]),
        (Layout.ROW, 8, [8]),
        (Layout.FILMSTRIP, 8, [8]),
    ],
)
def test_panels_stand_in_the_rows_of_their_layout_at_one_scale(
    layout: Layout, count: int, rows: list[int]
) -> None:
    found = boxes(lay_out(FigureSpec(tuple(panel() for _ in range(count)), layout=layout), measure))
    tops = sorted({box.top for box in found})
    assert [sum(box.top == top for box in found) for top in tops] == rows
    assert len({(box.width, box.height) for box in found}) == 1
    assert len({box.left for box in found}) == max(rows)  # rows are set one below the other


def test_a_row_that_would_be_too_narrow_is_broken() -> None:
    found = boxes(
        lay_out(FigureSpec(tuple(panel() for _ in range(8)), layout=Layout.ROW, width_mm=100), measure)
    )
    assert [sum(box.top == top for box in found) for top in sorted({box.top for box in found})] == [4, 4]


def test_small_panels_have_their_words_above_them() -> None:
    panels = tuple(panel(state="present", synthetic=True) for _ in range(8))
    drawing = lay_out(FigureSpec(panels, layout=Layout.ROW), measure)
    assert_sound(drawing)
    pictures = boxes(drawing)
    above = [item for item in texts(drawing) if item.text.startswith("(")]
    assert len(above) == 8
    assert all(item.box.bottom <= pictures[0].top for item in above)
    marks = [item.box for item in texts(drawing) if item.text == "SYNTHETIC"]
    assert all(mark.width < 0.7 * box.width for mark, box in zip(marks, pictures, strict=True))


def test_words_above_small_panels_break_between_date_and_state() -> None:
    told = (("3 November 2021", "absent"), ("19 August 2020", "obscured")) * 4
    panels = tuple(panel(date_label=day, state=state) for day, state in told)

    def said(count: int, width_mm: float) -> list[str]:
        drawing = lay_out(FigureSpec(panels[:count], layout=Layout.FILMSTRIP, width_mm=width_mm), measure)
        return [item.text for item in texts(drawing)]

    assert said(8, 250)[:4] == ["(a) 3 November 2021", "absent", "(b) 19 August 2020", "obscured"]
    assert said(8, 180)[:4] == ["(a) 3 Nov 2021", "absent", "(b) 19 Aug 2020", "obscured"]


def test_a_still_beside_a_map_picture_leaves_the_scale_to_the_map_picture() -> None:
    still = panel(width=1280, height=720, on_map=False)
    drawing = lay_out(FigureSpec((still, panel()), metres_per_px=0.5), measure)
    assert re.search(r"\d+ m in \(b\)", words(drawing))
    alone = lay_out(FigureSpec((still,), metres_per_px=0.5), measure)
    assert not re.search(r"\d m\b", words(alone))


def axis(panels: tuple[Panel, ...], layout: Layout = Layout.FILMSTRIP) -> list[Polyline]:
    drawing = lay_out(FigureSpec(panels, layout=layout), measure)
    bottom = max(box.bottom for box in boxes(drawing))
    return [item for item in drawing.items if isinstance(item, Polyline) and item.points[-1][1] > bottom]


def test_the_line_of_time_is_true_to_the_days() -> None:
    days = (737000, 737100, 738000)
    drawn = axis(tuple(panel(days=(day, day)) for day in days))
    dots = [line.points[0][0] for line in drawn if line.points[0] == line.points[1]]
    assert (dots[1] - dots[0]) / (dots[2] - dots[0]) == pytest.approx(0.1)
    month = axis((panel(days=(737000, 737030)), panel(days=(737300, 737300))))
    assert any(line.points[1][0] - line.points[0][0] > 1 for line in month if line.width_px > 5)


def test_years_that_do_not_fit_beside_each_other_are_left_out() -> None:
    strip = (panel(days=(700000, 700000)), panel(days=(737000, 737000)))
    drawing = lay_out(FigureSpec(strip, layout=Layout.FILMSTRIP), measure)
    assert_sound(drawing)
    assert 1 < len(re.findall(r"\b(?:19|20)\d\d\b", words(drawing))) < 100


def test_a_date_without_end_is_cut_before_it_fills_the_picture() -> None:
    drawing = lay_out(FigureSpec((panel(width=1200, date_label=LONG_ENGLISH * 20),)), measure)
    assert_sound(drawing)
    assert "…" in words(drawing)


@pytest.mark.parametrize(
    ("days", "layout"),
    [
        ((None, (737000, 737000)), Layout.FILMSTRIP),
        (((737000, 737000), (737000, 737000)), Layout.FILMSTRIP),
        (((737000, 737000), (738000, 738000)), Layout.ROW),
    ],
)
def test_there_is_no_line_of_time_where_it_would_say_nothing(
    days: tuple[tuple[int, int] | None, ...], layout: Layout
) -> None:
    assert axis(tuple(panel(days=one) for one in days), layout) == []


def test_the_style_decides_what_stands_beneath() -> None:
    values = {"metres_per_px": 0.5, "north_deg": -1.7, "coordinates": "39°", "images": ("a line",)}
    bare = words(lay_out(FigureSpec((panel(),), house=HouseStyle(furniture=()), **values), measure))  # type: ignore[arg-type]
    assert not re.search(r"\d m\b|north|39°|a line", bare)
    full = HouseStyle(furniture=FURNITURE, disclaimer="No more than that.", accent=(1, 2, 3))
    spec = FigureSpec((panel(marks=(Mark("point", ((300, 300),), "x"),)),), house=full, **values)  # type: ignore[arg-type]
    drawing = lay_out(spec, measure)
    assert re.search(r"\d m N .*north.* 39° a line No more than that\.", words(drawing))
    assert (1, 2, 3) in {item.ink for item in drawing.items if isinstance(item, Polyline)}


def test_the_number_stands_before_the_caption_or_above_it() -> None:
    spec = FigureSpec((panel(),), "A caption.", lead="Figure 29.")
    lead, caption_line = (
        item for item in texts(lay_out(spec, measure)) if item.text in ("Figure 29.", "A caption.")
    )
    assert lead.baseline == caption_line.baseline
    alone = lay_out(replace(spec, house=HouseStyle(lead_alone=True)), measure)
    lead, caption_line = (item for item in texts(alone) if item.text in ("Figure 29.", "A caption."))
    assert (lead.box.left, lead.box.bottom <= caption_line.box.top) == (caption_line.box.left, True)


def test_the_small_map_stands_beneath_at_the_right_and_the_words_keep_clear_of_it() -> None:
    drawing = lay_out(FigureSpec((panel(),), LONG_ENGLISH * 3, locator=MAP), measure)
    assert_sound(drawing)
    (sea,) = (item.box for item in drawing.items if isinstance(item, Rect) and item.fill == (222, 232, 240))
    assert not any(item.box.meets(sea) for item in texts(drawing) if item.text != MAP.name)
    (name,) = (item.box for item in texts(drawing) if item.text == MAP.name)
    assert sea.holds(name)
    short = lay_out(FigureSpec((panel(),), locator=replace(MAP, name=LONG_ENGLISH)), measure)
    assert LONG_ENGLISH not in words(short)
    assert short.height_px > sea.bottom


def test_the_default_figure_is_2000_pixels_wide() -> None:
    assert lay_out(FigureSpec((panel(), panel())), measure).width_px >= 2000


@given(st.integers(20, 4000), st.integers(20, 4000))
def test_a_picture_keeps_its_aspect(width: int, height: int) -> None:
    drawing = lay_out(FigureSpec((panel(width=width, height=height),)), measure)
    (box,) = (item.box for item in drawing.items if isinstance(item, PanelImage))
    scale = box.width / width
    assert abs(box.height - height * scale) <= 1 + height / width


def test_date_labels_are_in_the_same_corner_of_every_panel() -> None:
    panels = (
        panel(date_label="April 2023"),
        panel(date_label="earliest possible 3 May 2022", state="present"),
    )
    drawing = lay_out(FigureSpec(panels), measure)
    pictures = [item.box for item in drawing.items if isinstance(item, PanelImage)]
    labels = [item for item in texts(drawing) if item.text.startswith("(")]
    corners = [
        (label.box.left - box.left, label.box.top - box.top)
        for label, box in zip(labels, pictures, strict=True)
    ]
    assert corners[0] == pytest.approx(corners[1])
    assert [label.text for label in labels] == ["(a) April 2023", "(b) earliest possible 3 May 2022"]


@pytest.mark.parametrize("basis", ["earliest possible", "broadcast"])
def test_a_date_is_never_cut_in_the_smallest_figure(basis: str) -> None:
    label = f"{basis} 30 September 2022"
    panels = tuple(panel(width=2000, date_label=label, state="insufficient", synthetic=True) for _ in "ab")
    drawing = lay_out(FigureSpec(panels, width_mm=100, dpi=300), measure)
    assert_sound(drawing)
    assert words(drawing).count("2022") == 2
    assert "…" not in words(drawing)


def test_one_panel_has_no_letter() -> None:
    assert "(a)" not in words(lay_out(FigureSpec((panel(),)), measure))


def test_a_rendered_scene_says_so_in_its_own_panel() -> None:
    drawing = lay_out(FigureSpec((panel(), panel(synthetic=True))), measure)
    (mark,) = (item for item in texts(drawing) if item.text == "SYNTHETIC")
    pictures = [item.box for item in drawing.items if isinstance(item, PanelImage)]
    assert pictures[1].holds(mark.box)


def test_no_data_is_written_where_it_fits_and_explained_beneath() -> None:
    wide = lay_out(FigureSpec((panel(empty_share=0.5, empty_at=(300.0, 300.0, 200.0)),)), measure)
    narrow = lay_out(FigureSpec((panel(empty_share=0.1, empty_at=(300.0, 300.0, 2.0)),)), measure)
    full = lay_out(FigureSpec((panel(),)), measure)
    assert [words(drawing).count("no data") for drawing in (wide, narrow, full)] == [2, 1, 0]
    assert [sum(isinstance(i, Hatch) for i in one.items) for one in (wide, narrow, full)] == [1, 1, 0]


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    drawing = lay_out(FigureSpec((panel(), panel()), metres_per_px=0.4997), measure)
    picture = next(item.box for item in drawing.items if isinstance(item, PanelImage))
    (said,) = (float(found[1]) for item in texts(drawing) if (found := re.fullmatch(r"(\d+) m", item.text)))
    bars = [item.box for item in drawing.items if isinstance(item, Rect) and item.box.top > picture.bottom]
    bar = max(bars, key=lambda box: box.width)
    assert bar.width == pytest.approx(said / (0.4997 * 601 / picture.width), rel=1e-9)


@given(st.floats(0.01, 1e6))
def test_a_round_length_is_1_2_or_5_and_the_longest(most: float) -> None:
    length = round_length(most)
    assert f"{length:.0e}"[0] in "125"
    assert length <= most * (1 + 1e-9) < 2.5 * length * 1.01


@pytest.mark.parametrize(("metres", "text"), [(200.0, "200 m"), (2000.0, "2 km"), (0.5, "50 cm")])
def test_lengths_are_named_in_the_unit_that_is_read_easily(metres: float, text: str) -> None:
    assert format_length(metres) == text


def test_the_needle_leans_to_true_north() -> None:
    drawing = lay_out(FigureSpec((panel(),), metres_per_px=0.5, north_deg=-30), measure)
    (needle,) = (item for item in drawing.items if isinstance(item, Polygon))
    tip, foot = needle.points[0], needle.points[2]
    assert tip[1] < foot[1]
    assert tip[0] < foot[0]
    assert "true north 30.0° left" in words(drawing)


def test_without_georeference_there_is_neither_bar_nor_needle() -> None:
    drawing = lay_out(FigureSpec((panel(),)), measure)
    assert not [item for item in drawing.items if isinstance(item, Polygon)]
    assert not re.search(r"\d m\b", words(drawing))


def test_marks_are_cut_at_their_picture_and_those_outside_are_left_out() -> None:
    inside, outside = Mark("area", ((590, 10), (700, 10), (700, 60))), Mark("point", ((900, 900),), "gone")
    drawing = lay_out(FigureSpec((panel(marks=(inside, outside)), panel())), measure)
    picture = next(item.box for item in drawing.items if isinstance(item, PanelImage))
    strokes = [item for item in drawing.items if isinstance(item, Polyline) and item.halo_px]
    assert [stroke.clip for stroke in strokes] == [picture]
    assert "gone" not in words(drawing)


def test_strokes_are_two_to_three_pixels_at_300_dpi() -> None:
    drawing = lay_out(FigureSpec((panel(marks=(Mark("point", ((300, 300),)),)),)), measure)
    (stroke,) = (item for item in drawing.items if isinstance(item, Polyline) and item.halo_px)
    assert 2 <= stroke.width_px <= 3
    assert sum(stroke.ink) > 3 * sum(stroke.halo)


def test_the_same_recipe_gives_the_same_list() -> None:
    spec = FigureSpec(
        (panel(marks=(Mark("arrow", ((10, 10), (300, 300)), "camera"),)), panel()), "A caption."
    )
    assert lay_out(spec, measure) == lay_out(spec, measure)


@pytest.mark.parametrize(
    "changes",
    [
        {"width_mm": 10.0},
        {"width_mm": 1e4},
        {"dpi": 10},
        {"dpi": 5000},
        {"panels": ()},
        {"panels": (panel(),) * 9},
    ],
)
def test_a_figure_that_fits_no_page_is_refused(changes: dict[str, object]) -> None:
    values: dict[str, object] = {"panels": (panel(),), **changes}
    with pytest.raises(ValueError, match=r"panel|mm|dpi"):
        FigureSpec(**values)  # type: ignore[arg-type]


# -- lines ---------------------------------------------------------------------------------------------------


@given(st.text(st.sampled_from("ab 평양 -'"), max_size=80).map(tidy), st.floats(30, 400), st.floats(0, 200))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: float, indent: float) -> None:
    pen, style = Pen(measure, 72), Style(10)
    lines = pen.wrap(text, width, style, indent=indent)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(pen.width(line, style) <= width for line in lines)


def test_a_position_never_breaks_within_its_padding() -> None:
    assert tidy("39° 1'13\"N  125°44'5\"E") == "39°\u00a01'13\"N 125°44'5\"E"


def test_text_is_composed_and_without_controls() -> None:
    assert tidy("\u1111\u1167\u11bc\u200b\u202e\n양\x07") == "평 양"
