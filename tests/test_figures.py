"""Recipes of figures: kept with versions, made again, and held against the record of today."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from PIL import Image
from test_publish import (
    AUTHOR,
    SITE,
    add_capture,
    box,
    day,
    project,
    published,
    put,
    said,
    series,
    series_template,
    shown,
    watched,
)

from workflow import actions
from workflow.cli.figure import command
from workflow.cli.figures import command as list_command
from workflow.errors import FigureRefused, InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import (
    Allowance,
    Annotation,
    Author,
    Capture,
    CoordinateForm,
    FigureOptions,
    FigureRecipe,
    Layout,
    Role,
    State,
    Stretch,
    Target,
    TargetClass,
)
from workflow.project import Project
from workflow.publish import evidence_of
from workflow.readmodels.custody import verify_figures
from workflow.readmodels.figures import figures, recipe

__all__ = ["project", "series", "series_template", "watched"]


def run(project: Project, *arguments: object) -> Result:
    words = [*map(str, arguments), "--project", str(project.root)]
    return CliRunner().invoke(command, words, catch_exceptions=False)


def saved(project: Project, name: str = "road", **options: object) -> int:
    made = published(project, **options).figure
    return actions.save_figure(project, AUTHOR, name, "motorway", made.options, evidence_of(made))


def row(project: Project, name: str = "road") -> dict[str, object]:
    return next(one for one in figures(project) if one["name"] == name)


# -- which panels --------------------------------------------------------------------------------------------


def test_named_captures_are_the_panels_in_their_order(watched: Project, series: list[Capture]) -> None:
    wanted = [series[number].id for number in (4, 0, 2)]
    made = published(watched, captures=tuple(wanted))
    assert shown(made) == wanted
    assert made.figure.alt_text.startswith("Three pictures of kilometre 7")
    assert "(a): satellite image, 14 April 2023." in made.figure.alt_text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"captures": ("s.tif", "s.tif")}, "is asked for twice; give it once"),
        ({"captures": ("s.tif",), "before": "ss.tif"}, "captures are named twice"),
        ({"captures": tuple("s" * 9)}, "9 captures are asked for; choose 8"),
        ({"captures": ("s.tif",), "layout": Layout.BEFORE_AFTER}, "before and after are two pictures, not 1"),
        ({"extent_m": 1.0}, "an extent of 1 m is too small"),
        (
            {"extent_m": 5000.0},
            "an extent of 5000 m is more than is watched around site [a-z0-9-]+; give 1[0-9]+ or less",
        ),
        ({"extent_m": float("inf")}, "an extent of inf m is more than is watched"),
        ({"extent_m": float("nan")}, "an extent of nan m is more than is watched"),
    ],
)
def test_captures_that_make_no_figure_are_refused(
    watched: Project, series: list[Capture], options: dict[str, object], sentence: str
) -> None:
    if len(options.get("captures", ())) == 9:  # type: ignore[arg-type]
        options = {"captures": (series[0].id,) * 9}
    with pytest.raises(InputRefused, match=sentence):
        published(watched, **options)


def test_a_filmstrip_takes_the_series_by_date(watched: Project, series: list[Capture]) -> None:
    assert shown(published(watched, layout=Layout.FILMSTRIP)) == [one.id for one in series]
    backwards = tuple(one.id for one in series[::-1])
    assert shown(published(watched, layout=Layout.FILMSTRIP, captures=backwards)) == [
        one.id for one in series
    ]


def test_a_long_series_is_thinned_to_eight_with_its_ends_and_witnesses(
    watched: Project, series: list[Capture]
) -> None:
    more = [add_capture(watched, f"{'m' * (n + 10)}.tif", day(2020, 1, n + 1)) for n in range(9)]
    found = shown(published(watched, layout=Layout.GRID))
    assert len(found) == 8
    assert {series[0].id, series[1].id, series[3].id, series[4].id} <= set(found)
    days = {one.id: one.acquired.earliest for one in (*series, *more)}
    assert [days[key] for key in found] == sorted(days[key] for key in found)  # type: ignore[type-var]


def test_a_grid_of_a_site_without_pictures_is_refused(watched: Project) -> None:
    with pytest.raises(InputRefused, match="no picture of its own"):
        published(watched, "nowhere", layout=Layout.GRID)


def test_an_extent_cuts_every_panel_and_moves_the_marks(watched: Project, series: list[Capture]) -> None:
    put(watched, replace(box(series[3]), label=""), base_version=1)

    def pixels(**options: object) -> NDArray[np.int64]:
        with Image.open(published(watched, caption="", **options).file) as picture:
            return np.asarray(picture.convert("RGB")).astype(int)

    def drawn(**options: object) -> NDArray[np.int64]:
        return np.argwhere((pixels(**options) != pixels(marks=False, **options)).any(axis=2))

    whole, cut = drawn(), drawn(extent_m=60.0)
    wide, narrow = (np.ptp(one[:, 1]) for one in (cut, whole))
    assert wide / narrow == pytest.approx(2.0, rel=0.15)  # 120 m were shown


def test_a_mark_of_another_target_is_not_drawn(watched: Project, series: list[Capture]) -> None:
    other = replace(box(series[3]), id="other", target="pole")
    put(watched, replace(other, id="early", capture=series[1].id))

    def marks(target: str) -> list[list[str]]:
        captures = (series[1].id, series[3].id)
        made = published(watched, target=target, captures=captures)
        return [[mark["id"] for mark in panel["annotations"]] for panel in made.figure.sidecar["panels"]]

    ours = f"mark-{series[3].id}"
    assert marks("gantry") == [[], [ours]]  # "absent" stands on the first
    assert marks("pole") == [["early"], [ours]]
    marks("gantry")
    put(watched, other)
    assert row(watched, "figure.png")["standing"] == "current"
    assert marks("gantry,pole") == [["early"], [ours, "other"]]


def test_several_targets_are_spoken_of_together(watched: Project, series: list[Capture]) -> None:
    second = Target("gantry-two", "gantry over the inbound lanes", TargetClass.GANTRY)
    put(watched, replace(SITE, targets=(*SITE.targets, second)), base_version=1)
    put(watched, said(series[3], State.PRESENT, target="gantry-two"))
    made = published(watched, target="gantry,gantry-two", captures=(series[1].id, series[3].id))
    first, last = made.figure.sidecar["panels"]
    assert first["states"] == {"gantry": "absent", "gantry-two": ""}
    assert (first["state"], last["state"]) == ("gantry absent; gantry two not examined", "present")
    assert made.figure.sidecar["targets"] == ["gantry", "gantry-two"]
    assert "It appeared" not in made.figure.caption


# -- words ---------------------------------------------------------------------------------------------------


def test_words_can_be_replaced_and_numbered(watched: Project, series: list[Capture]) -> None:
    made = published(
        watched, number="29", alt="Two pictures.", style="plain", coordinates=CoordinateForm.MGRS
    )
    assert made.figure.sidecar["caption"].startswith("Figure 29. A gantry")
    assert "at 51S YD " in made.figure.caption
    assert "from 3 November 2021" in made.figure.caption
    assert made.figure.alt_text == "Two pictures."
    assert made.figure.sidecar["style"]["name"] == "plain"


@pytest.mark.parametrize(
    ("form", "text"),
    [(CoordinateForm.DECIMAL, " at 39.1078, 125.7392, "), (CoordinateForm.NONE, "Motorway, absent")],
)
def test_a_position_is_printed_as_asked_and_no_finer_than_known(
    watched: Project, series: list[Capture], form: CoordinateForm, text: str
) -> None:
    assert text in published(watched, coordinates=form).figure.caption


def test_the_position_is_printed_once(watched: Project, series: list[Capture]) -> None:
    def beneath(**options: object) -> str:
        return published(watched, **options).figure.sheet.spec.coordinates

    assert beneath() == ""  # the caption has it
    assert beneath(draw_caption=False) == beneath(caption="A gantry.") != ""


def test_the_inset_and_the_lines_on_pictures_are_drawn(watched: Project, series: list[Capture]) -> None:
    plain = published(watched).figure.content(".png")
    assert published(watched, inset=True).figure.content(".png") != plain
    assert published(watched, style="unosat-like").figure.content(".png") != plain


def test_a_word_too_many_blocks_and_passes_with_a_reason(watched: Project, series: list[Capture]) -> None:
    words = "A confirmed gantry."
    with pytest.raises(FigureRefused, match="needs two independent sources"):
        published(watched, caption=words)
    allow = (Allowance("confirmed", "seen from the ground"), Allowance("no-date", "not needed"))
    made = published(watched, caption=words, allow=allow).figure.sidecar
    assert made["allowed"] == [{"code": "confirmed", "reason": "seen from the ground"}]
    assert "confirmed" in [one["code"] for one in made["findings"]]
    with pytest.raises(UnknownName, match="did you mean 'confirmed'"):
        published(watched, allow=(Allowance("confirm", "x"),))
    with pytest.raises(InputRefused, match="has no reason"):
        published(watched, allow=(Allowance("confirmed", " "),))


# -- recipes -------------------------------------------------------------------------------------------------


def test_a_saved_recipe_gives_the_same_picture(
    watched: Project, series: list[Capture], tmp_path: Path
) -> None:
    out = watched.root / "figure.png"
    first = run(watched, "motorway", "--save", "road", "--dpi", "100", "--number", "3.", "-o", out, "--json")
    assert first.exit_code == 0, first.output
    (told,) = json.loads(first.stdout)
    assert (told["recipe"], told["version"]) == ("road", 1)
    picture = out.read_bytes()
    kept, version = recipe(watched, "road")
    assert (version, kept.options.captures) == (1, (series[1].id, series[3].id))
    assert (kept.options.before, kept.options.number) == (None, "3")
    again = run(watched, "--recipe", "road", "-o", out)
    assert again.exit_code == 0, again.output
    assert out.read_bytes() == picture
    assert json.loads(out.with_name("figure.png.json").read_text("utf-8"))["recipe"] == {
        "name": "road",
        "version": 1,
    }


def test_saving_again_is_a_new_version_and_the_old_one_stays(watched: Project, series: list[Capture]) -> None:
    assert saved(watched) == 1
    assert saved(watched, number="2") == 2
    assert recipe(watched, "road")[0].options.number == "2"
    assert recipe(watched, "road", 1)[0].options.number == ""
    with pytest.raises(UnknownName, match="version of figure road"):
        recipe(watched, "road", 3)
    with pytest.raises(UnknownName, match="did you mean 'road'"):
        recipe(watched, "rode")
    actions.undo(watched, AUTHOR, "figure", "road", base_version=2, reason="the first was right")
    assert recipe(watched, "road")[0].options.number == ""


def test_a_recipe_is_refused_to_viewers_under_bad_names_and_over_those_of_others(
    watched: Project, series: list[Capture]
) -> None:
    saved(watched)
    options = FigureOptions()
    with pytest.raises(NotAllowed, match="save figures"):
        actions.save_figure(watched, Author("V", Role.VIEWER), "road", "motorway", options, {})
    with pytest.raises(InputRefused, match="write 'my-road', say"):
        actions.save_figure(watched, AUTHOR, "My road", "motorway", options, {})
    with pytest.raises(InputRefused, match="write one like road-1"):
        actions.save_figure(watched, AUTHOR, "도로", "motorway", options, {})
    with pytest.raises(InputRefused, match="is of site motorway"):
        actions.save_figure(watched, AUTHOR, "road", "stadium", options, {})
    with pytest.raises(StaleWrite):
        actions.save_figure(watched, AUTHOR, "road", "motorway", options, {}, base_version=7)
    with pytest.raises(ValueError, match="lower-case"):
        FigureRecipe("No", "motorway", options)


def test_a_removed_recipe_leaves_the_list_and_stays_in_the_record(
    watched: Project, series: list[Capture]
) -> None:
    saved(watched)
    with pytest.raises(InputRefused, match="say why"):
        actions.remove_figure(watched, AUTHOR, "road", " ")
    arguments = ["--remove", "road", "--reason", "not used", "--project", str(watched.root)]
    assert CliRunner().invoke(list_command, arguments, catch_exceptions=False).exit_code == 0
    assert [one["name"] for one in figures(watched)] == ["figure.png"]
    with pytest.raises(UnknownName):
        recipe(watched, "road")
    assert recipe(watched, "road", 1)[1] == 1
    with pytest.raises(UnknownName):
        actions.remove_figure(watched, AUTHOR, "road", "again")


# -- what moved since ----------------------------------------------------------------------------------------


def test_a_figure_is_current_until_what_it_rests_on_moves(watched: Project, series: list[Capture]) -> None:
    saved(watched)
    assert [(one["name"], one["standing"]) for one in figures(watched)] == [
        ("road", "current"),
        ("figure.png", "current"),
    ]
    put(watched, said(series[0], State.ABSENT))  # widens nothing, shows nothing of the figure
    assert row(watched)["standing"] == "current"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("state", "it says 'present' of capture"),
        ("mark", "annotation mark-"),
        ("drawn", "1 annotations were drawn on capture"),
        ("credit", "credit of capture"),
        ("stretch", "stretch of capture"),
    ],
)
def test_a_figure_that_went_stale_says_what_changed(
    watched: Project, series: list[Capture], change: str, sentence: str
) -> None:
    saved(watched)
    last = series[3]
    match change:
        case "state":
            put(watched, said(last, State.ABSENT, author="Other"))
        case "mark":
            put(watched, box(last, deleted=True), base_version=1)
        case "drawn":
            put(watched, replace(box(last), id="new"))
        case "credit":
            put(watched, replace(last, credit="Somebody"), base_version=1)
        case "stretch":
            put(watched, replace(last, stretch=(Stretch(1, 200),) * 3), base_version=1)
    for name in ("road", "figure.png"):
        found = row(watched, name)
        assert found["standing"] == "stale"
        assert any(str(one).startswith(sentence) or sentence in str(one) for one in found["changed"])  # type: ignore[attr-defined]
    (checked,) = verify_figures(watched, [watched.root / "figure.png"])
    assert checked["ok"]
    assert any("stale" in one for one in checked["warnings"])


def test_the_twin_without_marks_does_not_age_with_marks(watched: Project, series: list[Capture]) -> None:
    out = watched.root / "arch.png"
    done = run(watched, "motorway", "-o", out, "--dpi", "100", "--twin", "--json")
    marked, plain = json.loads(done.stdout)
    assert Path(plain["file"]).name == "arch-plain.png"
    assert marked["caption"].endswith("Annotation by B. Drawer)")
    assert plain["caption"].endswith("(Source: Test Imagery)")
    assert out.read_bytes() != Path(plain["file"]).read_bytes()
    put(watched, replace(box(series[3]), id="new"))
    assert row(watched, "arch.png")["standing"] == "stale"
    assert row(watched, "arch-plain.png")["standing"] == "current"


def test_files_that_are_gone_or_changed_are_told(watched: Project, series: list[Capture]) -> None:
    published(watched)
    out = watched.root / "figure.png"
    out.write_bytes(out.read_bytes() + b"x")
    assert row(watched, "figure.png")["standing"] == "wrong"
    out.unlink()
    assert (row(watched, "figure.png")["standing"], row(watched, "figure.png")["site"]) == ("gone", None)


def test_a_recipe_that_lost_its_evidence_says_to_save_it_anew(watched: Project) -> None:
    put(watched, FigureRecipe("bare", "motorway", FigureOptions()))
    assert row(watched, "bare")["standing"] == "wrong"
    assert "save it anew" in str(row(watched, "bare")["changed"])


def test_figures_are_listed_by_site_and_by_standing(watched: Project, series: list[Capture]) -> None:
    saved(watched)
    put(watched, said(series[3], State.ABSENT, author="Other"))
    where = ["--project", str(watched.root)]
    listed = CliRunner().invoke(
        list_command, [*where, "--stale", "--site", "motorway"], catch_exceptions=False
    )
    assert "road" in listed.stdout
    assert "road: it says 'present'" in listed.stderr
    other = CliRunner().invoke(list_command, [*where, "--site", "stadium", "--json"], catch_exceptions=False)
    assert json.loads(other.stdout) == []
    assert figures(watched, "motorway") == figures(watched)
    with pytest.raises(UnknownName):
        figures(watched, "nowhere-else")


# -- the command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name a SITE"),
        (["motorway"], "name a file with -o FILE"),
        (["motorway", "--save", "x", "--twin"], "--twin goes with -o"),
        (["motorway", "-o", "x.png", "--version", "2"], "--version goes with --recipe"),
        (["motorway", "-o", "x.png", "--recipe", "road"], "SITE does not go with --recipe"),
        (["-o", "x.png", "--recipe", "road", "--dpi", "72"], "--dpi does not go with --recipe"),
        (["motorway", "-o", "x.png", "--allow", "confirmed"], "is not CODE=REASON"),
        (["motorway", "-o", "x.png", "--layout", "heap"], "'heap' is none of auto, row"),
        (["motorway", "-o", "x.png", "--coordinates", "utm"], "'utm' is none of dms"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    watched: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(command, [*arguments, "--project", str(watched.root)])
    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_a_recipe_is_kept_without_a_file(watched: Project, series: list[Capture]) -> None:
    done = run(watched, "motorway", "--save", "road", "--captures", f"{series[0].id},{series[4].id}")
    assert done.exit_code == 0, done.output
    assert "Saved as road, version 1." in done.stdout
    assert row(watched)["captures"] == [series[0].id, series[4].id]
    assert not list(watched.root.glob("*.png"))


def test_marks_are_kept_out_when_asked(watched: Project, series: list[Capture]) -> None:
    assert watched.record.rows(Annotation)
    done = run(watched, "motorway", "-o", watched.root / "a.png", "--no-marks", "--dpi", "100", "--json")
    (told,) = json.loads(done.stdout)
    assert "Annotation by" not in told["caption"]
