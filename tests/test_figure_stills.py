"""Stills in figures: aligned ones in one view, others as they came; frames of clips; what makes such a figure stale."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from still_sample import CORNERS, SHIFT, SIZE, pair_of_stills, scenery, take_clip

from workflow import actions
from workflow.errors import InputRefused, UnknownName
from workflow.figure.captions import apart_sentence
from workflow.figure.lint import EXTENT_NOTE
from workflow.fonts import load_fonts
from workflow.model import Author, ControlPoint, FigureOptions, Layout
from workflow.publish import compose, evidence_of, write_figure
from workflow.publish.compose import Figure
from workflow.readmodels.custody import verify_figures
from workflow.readmodels.figures import figures
from workflow.stills import px_words

ANNA = Author("Anna")
APART_NOTE = "The stills are not aligned: each is shown as it came."
PAIR = ("before.png", "after.png")


@pytest.fixture
def stills(watched, tmp_path):
    """A project with the still of 2021 and that of 2023, which nobody has aligned."""
    watched.add_site("gate")
    pair_of_stills(watched.project, tmp_path, "gate")
    return watched.project


def points(miss: float = 0.0) -> list[ControlPoint]:
    steps = (1, -1, 1, -1, 0)
    return [
        ControlPoint(column, row, column + SHIFT[0] + miss * step, row + SHIFT[1])
        for (column, row), step in zip(CORNERS, steps, strict=True)
    ]


def aligned(project, miss: float = 0.0, one: str = "after.png", other: str = "before.png"):
    return actions.align_still(project, ANNA, one, other, points(miss))


def composed(project, *names: str, **more: object) -> Figure:
    options = FigureOptions(captures=names or PAIR, dpi=100, **more)
    return compose(project, "gate", options, load_fonts())


def pixels(figure: Figure, panel: int) -> np.ndarray:
    return figure.sheet.panels[panel].rgb.astype(int)


def mark(project, name: str, place: tuple[float, float], **more: object) -> None:
    capture = project.capture(name)
    stated = {"id": f"m-{name[:3]}-{place[0]:.0f}", "site": "gate", "capture": capture.id, "shape": "point"}
    stated |= {"geometry": {"type": "Point", "coordinates": list(place)}, "label": "pole", **more}
    done = actions.annotate(
        project, ANNA, [{"op": stated["id"], "seq": 1, "type": "add", "annotation": stated}]
    )
    assert done.refused == ()


# -- aligned ---------------------------------------------------------------------------------------------------------


def test_the_second_still_is_warped_into_the_view_of_the_first(stills) -> None:
    aligned(stills)
    made = composed(stills)
    first, second = (made.sheet.spec.panels[number] for number in (0, 1))
    assert (first.width, first.height) == (second.width, second.height) == SIZE
    there = made.sheet.panels[1].valid
    assert not there[: SHIFT[1] - 1].any()
    assert not there[:, : SHIFT[0] - 1].any()
    assert there[SHIFT[1] + 1 :, SHIFT[0] + 1 :].all()
    apart = np.abs(pixels(made, 0) - pixels(made, 1))[:, there]
    assert apart.mean() < 3


def test_a_mark_goes_along_with_its_still(stills) -> None:
    aligned(stills)
    mark(stills, "after.png", (100.0, 80.0))
    made = composed(stills)
    [drawn] = made.sheet.spec.panels[1].marks
    assert drawn.points[0] == pytest.approx((100 + SHIFT[0], 80 + SHIFT[1]), abs=0.01)
    assert made.sheet.spec.panels[0].marks == ()


def test_the_caption_and_the_sidecar_state_the_error(stills) -> None:
    still = aligned(stills, miss=1)
    made = composed(stills)
    words = f"aligned ±{px_words(still.view.error_px)} px"
    assert f"(b) is laid on the view of (a), {words}." in made.caption
    stated = made.sidecar["panels"][1]["aligned"]
    assert stated["to"] == stills.capture("before.png").id
    assert stated["error_px"] == pytest.approx(still.view.error_px, abs=1e-3)
    assert made.sidecar["panels"][0]["aligned"] is None
    assert EXTENT_NOTE not in made.sheet.spec.notes
    assert APART_NOTE not in made.sheet.spec.notes


def test_where_no_caption_says_it_the_figure_does_itself(stills) -> None:
    aligned(stills)
    sentence = "(b) is laid on the view of (a), aligned ±0.1 px."
    assert sentence not in composed(stills).sheet.spec.notes
    assert sentence in composed(stills, draw_caption=False).sheet.spec.notes
    assert sentence in composed(stills, caption="Two stills.").sheet.spec.notes
    four = [replace(one) for one in points()[:4]]
    actions.align_still(stills, ANNA, "after.png", "before.png", four)
    assert "(b) is laid on the view of (a), aligned (error not known)." in composed(stills).caption


def test_the_first_panel_gives_the_view_whichever_was_laid_on_which(stills) -> None:
    aligned(stills, miss=0.2)
    made = composed(stills, *reversed(PAIR))
    there = made.sheet.panels[1].valid
    assert there[: -SHIFT[1] - 1, : -SHIFT[0] - 1].all()
    assert not there[-SHIFT[1] + 1 :].any()
    assert np.abs(pixels(made, 0) - pixels(made, 1))[:, there].mean() < 3
    assert "(b) is laid on the view of (a), aligned ±" in made.caption


def test_a_swipe_takes_aligned_stills_and_refuses_others(stills) -> None:
    with pytest.raises(InputRefused, match="stills that are aligned"):
        composed(stills).content(".html")
    aligned(stills)
    assert b"<html" in composed(stills).content(".html").lower()


def test_stills_that_show_nothing_of_each_other_are_refused(stills) -> None:
    far = [replace(one, x=one.x * 0.1, y=one.y * 0.1) for one in points()]
    actions.align_still(stills, ANNA, "after.png", "before.png", far)
    made = composed(stills)  # small, but there
    assert made.sheet.panels[1].valid.mean() == pytest.approx(0.01, abs=0.005)


# -- not aligned -----------------------------------------------------------------------------------------------------


def test_stills_that_are_not_aligned_stand_side_by_side_as_they_came_and_it_is_said(
    stills, watched, tmp_path
) -> None:
    take_clip(stills, tmp_path, "low", [(3, scenery()[:, :100, :400])], "2022", "gate")
    made = composed(stills, "before.png", "low")
    panels = made.sheet.spec.panels
    assert [(one.width, one.height) for one in panels] == [SIZE, (400, 100)]
    assert {EXTENT_NOTE, APART_NOTE} <= {*made.sheet.spec.notes}
    assert "is laid on" not in made.caption
    # of one size they are not of one view for that
    assert {EXTENT_NOTE, APART_NOTE} <= {*composed(stills).sheet.spec.notes}
    assert APART_NOTE not in composed(stills, "before.png").sheet.spec.notes


def test_what_is_not_aligned_is_named_beside_what_is() -> None:
    assert (
        apart_sentence(["", "k", "k"]) == apart_sentence(["k"]) == apart_sentence(["a", "a", "b", "b"]) == ""
    )
    assert apart_sentence(["a", "a", "", "b"]) == "(d) is not aligned: shown as it came."
    assert apart_sentence(["c", "a", "a", "b"]) == "(a), (d) are not aligned: shown as they came."
    assert apart_sentence(["a", "", "b"]) == APART_NOTE


# -- frames of a clip ------------------------------------------------------------------------------------------------


@pytest.fixture
def clip(stills, tmp_path):
    whole = scenery()
    second = whole[:, SHIFT[1] : SHIFT[1] + SIZE[1], SHIFT[0] : SHIFT[0] + SIZE[0]]
    take_clip(stills, tmp_path, "news", [(72, whole[:, :120, :160]), (160, second)], "2024-01-05", "gate")
    return stills


def test_a_figure_shows_the_frame_that_is_named_with_its_marks(clip) -> None:
    mark(clip, "news", (10.0, 20.0))
    mark(clip, "news", (30.0, 40.0), at_s=160.0)
    news = clip.capture("news")
    made = composed(clip, "news@2:40")
    [panel] = made.sheet.spec.panels
    assert (panel.width, panel.height) == SIZE
    assert [one.points[0] for one in panel.marks] == [(30.0, 40.0)]
    assert made.options.captures == (f"{news.id}@00:02:40",)
    assert made.sidecar["panels"][0]["frame"] == "00:02:40"
    assert "(at 00:02:40 of the clip)" in made.caption
    assert composed(clip, "news").sheet.spec.panels[0].width == 160
    with pytest.raises(UnknownName, match="No frame of news '00:00:05'"):
        composed(clip, "news@5")


def test_two_frames_of_a_clip_are_two_panels_and_one_of_them_twice_is_refused(clip) -> None:
    made = composed(clip, "news@72", "news@160")
    assert [one.width for one in made.sheet.spec.panels] == [160, SIZE[0]]
    with pytest.raises(InputRefused, match="news at 00:02:40: is asked for twice"):
        composed(clip, "news@160", "news@2:40")
    options = FigureOptions(before="news@72", after="news@160", dpi=100, layout=Layout.BEFORE_AFTER)
    assert len(compose(clip, "gate", options, load_fonts()).sheet.spec.panels) == 2
    options = replace(options, before="news@160")
    with pytest.raises(InputRefused, match="before and after"):
        compose(clip, "gate", options, load_fonts())
    one = FigureOptions(after="news@160", dpi=100)
    assert compose(clip, "gate", one, load_fonts()).options.captures[-1].endswith("@00:02:40")
    one = FigureOptions(before="before.png", dpi=100)
    assert compose(clip, "gate", one, load_fonts()).options.captures[0] == clip.capture("before.png").id


def test_a_frame_is_laid_into_the_view_of_a_still(clip) -> None:
    aligned(clip, one="news@160")
    made = composed(clip, "before.png", "news@160")
    there = made.sheet.panels[1].valid
    assert np.abs(pixels(made, 0) - pixels(made, 1))[:, there].mean() < 3
    assert composed(clip, "before.png", "news").sidecar["panels"][1]["aligned"] is None


# -- stale -----------------------------------------------------------------------------------------------------------


def changed(project, name: str = "pair.png") -> list[str]:
    row = next(one for one in figures(project) if one["name"].endswith(name))
    assert row["standing"] == ("stale" if row["changed"] else "current")
    return list(row["changed"])


def written(project, *names: str) -> None:
    options = FigureOptions(captures=names or PAIR, dpi=100)
    write_figure(project, "gate", project.root / "pair.png", options)


def test_a_figure_is_stale_once_its_stills_are_aligned_otherwise(stills) -> None:
    written(stills)
    assert changed(stills) == []
    still = aligned(stills)
    assert changed(stills) == [f"capture {still.id} is aligned now."]
    written(stills)
    assert changed(stills) == []
    aligned(stills, miss=2)
    assert changed(stills) == [f"the alignment of capture {still.id} changed since."]
    row = verify_figures(stills, [stills.root / "pair.png"])[0]
    assert (row["ok"], row["problems"]) == (True, [])


def test_a_recipe_is_stale_as_a_file_is(stills) -> None:
    aligned(stills)
    made = composed(stills)
    actions.save_figure(stills, ANNA, "pair", "gate", made.options, evidence_of(made))
    assert changed(stills, "pair") == []
    aligned(stills, miss=2)
    assert "the alignment of capture" in changed(stills, "pair")[0]


def test_a_figure_is_stale_once_the_standpoint_is_stated_otherwise(stills) -> None:
    before = stills.capture("before.png")
    written(stills)
    where = actions.standpoint("39.0203, 125.7339", 90, 58)
    actions.set_standpoint(stills, ANNA, before.id, where)
    assert changed(stills) == [f"the standpoint of capture {before.id} (before.png) changed since."]
    written(stills)
    assert changed(stills) == []
    assert "39.02" not in (stills.root / "pair.png.json").read_text()  # where the camera stood may be for few
    actions.set_standpoint(stills, ANNA, before.id, None)
    assert len(changed(stills)) == 1


def test_an_older_sidecar_that_says_nothing_of_standpoints_is_not_wrong(stills) -> None:
    where = actions.standpoint("39.0203, 125.7339", 90, 58)
    actions.set_standpoint(stills, ANNA, "before.png", where)
    made = composed(stills)
    evidence = json.loads(json.dumps(evidence_of(made)))
    for panel in evidence["panels"]:
        del panel["standpoint"], panel["frame"], panel["aligned"]
    actions.save_figure(stills, ANNA, "pair", "gate", made.options, evidence)
    assert changed(stills, "pair") == []


def test_a_mark_on_another_frame_leaves_a_figure_as_it_is(clip) -> None:
    written(clip, "news@160")
    mark(clip, "news", (10.0, 20.0))
    assert changed(clip) == []
    mark(clip, "news", (30.0, 40.0), at_s=160.0)
    assert changed(clip) == [f"1 annotations were drawn on capture {clip.capture('news').id} since."]


def test_a_written_figure_has_both_stills_at_one_size(stills) -> None:
    aligned(stills)
    written(stills)
    with Image.open(stills.root / "pair.png") as picture:
        assert picture.width > picture.height
