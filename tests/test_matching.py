"""Pairs of points proposed by matching, and pictures that are not matched."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from conftest import ground
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from workflow.cli import main
from workflow.errors import InputRefused
from workflow.georef import (
    Ground,
    Matched,
    Obstacle,
    Unmatched,
    best_model,
    control_words,
    ground_mask,
    levels,
    match,
    unmatched_words,
)
from workflow.georef.matching import _judged, _Settled
from workflow.georef.robust import mapped
from workflow.georef.seeking import ground_for, reduced, sampled
from workflow.intake import IntakeOptions
from workflow.model import Author, CaptureKind, ControlModel, ControlPoint, ControlPoints, Georeference
from workflow.pipeline.georeference import georeference
from workflow.pipeline.ingest import ingest
from workflow.pipeline.matching import propose

ANNA = Author("Anna")
SHAPE = (300, 400)


def grey_ground(seed: int = 1) -> np.ndarray:
    return ground(seed, 800)[0].astype(np.float32) / 255


def grounds(seed: int = 1) -> list[Ground]:
    """An 800 x 800 m ground, the site in its middle."""
    grey = grey_ground(seed)
    made = [reduced(grey, np.ones(grey.shape, np.bool_), by) for by in (1, 2, 4, 8)]
    return [Ground(*one, by, -400.0, -400.0) for one, by in zip(made, (1.0, 2.0, 4.0, 8.0), strict=True)]


def truth_of(turn: float, scale: float) -> np.ndarray:
    """From a picture of SHAPE to metres; the site lies near its middle."""
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    return np.array(
        [[cos, -sin, 20 - cos * 200 + sin * 150], [sin, cos, -15 - sin * 200 - cos * 150], [0, 0, 1]]
    )


def shown(turn: float, scale: float, seed: int = 1) -> np.ndarray:
    ground_m = grounds(seed)[0]
    grey, valid = sampled(ground_m.grey, ground_m.valid, ground_m.from_ground @ truth_of(turn, scale), SHAPE)
    return np.where(valid, grey, 0)


def matched(grey, scales=(0.8, 1.3), there=None, valid=None):
    there = grounds() if there is None else there
    valid = np.ones(grey.shape, np.bool_) if valid is None else valid
    return match(grey, valid, there, lambda *_: there[0], scales)


@pytest.mark.parametrize(("turn", "scale"), [(0.4, 1.0), (-2.6, 0.9), (1.7, 1.2)])
def test_a_turned_and_scaled_picture_is_laid_where_it_was_taken(turn: float, scale: float) -> None:
    told = []
    there = grounds()
    found = match(
        shown(turn, scale), np.ones(SHAPE, np.bool_), there, lambda *_: there[0], (0.8, 1.3), told.append
    )
    assert isinstance(found, Matched)
    assert np.abs(mapped(truth_of(turn, scale), found.places) - found.metres).max() < 0.7 * scale
    assert 8 <= len(found.places) <= 20
    assert found.residual_px < 0.5
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_other_ground_is_not_matched() -> None:
    found = matched(shown(0.4, 1.0, seed=2))
    assert isinstance(found, Unmatched)
    assert found.obstacle in (Obstacle.NOWHERE, Obstacle.SEVERAL)


def test_a_mirrored_picture_is_told_so() -> None:
    assert matched(shown(0.4, 1.0)[:, ::-1].copy()) == Unmatched(Obstacle.MIRRORED)


def test_a_pattern_that_repeats_is_not_matched() -> None:
    tile = grey_ground()[:80, :80]
    pattern = np.tile(tile, (10, 10))
    made = [reduced(pattern, np.ones(pattern.shape, np.bool_), by) for by in (1, 2, 4, 8)]
    there = [Ground(*one, by, -400.0, -400.0) for one, by in zip(made, (1.0, 2.0, 4.0, 8.0), strict=True)]
    found = matched(pattern[250:550, 200:600], there=there)
    assert isinstance(found, Unmatched)
    assert found.obstacle is Obstacle.SEVERAL


@pytest.mark.parametrize(
    ("grey", "valid", "there", "obstacle"),
    [
        (np.zeros((100, 400), np.float32), None, None, Obstacle.SMALL),
        (np.full(SHAPE, 0.5, np.float32), None, None, Obstacle.PLAIN),
        (grey_ground()[:300, :400], np.zeros(SHAPE, np.bool_), None, Obstacle.PLAIN),
        (grey_ground()[:300, :400], None, [], Obstacle.NO_GROUND),
        (
            grey_ground()[:300, :400],
            None,
            [replace(grounds()[0], valid=np.zeros((800, 800), np.bool_))],
            Obstacle.NO_GROUND,
        ),
    ],
)
def test_what_holds_nothing_is_refused_at_once(grey, valid, there, obstacle) -> None:
    found = matched(grey, there=there, valid=valid)
    assert isinstance(found, Unmatched)
    assert found.obstacle is obstacle


def settled(**changed) -> _Settled:
    """Parts all over a picture of SHAPE that agree."""
    x, y = (one.ravel() for one in np.meshgrid(np.linspace(30, 370, 8), np.linspace(30, 270, 6)))
    places = np.column_stack([x, y])
    made = _Settled(np.eye(3), places, places, np.ones(48, np.bool_), places, 0.4, 1.0)
    return replace(made, **changed)


@pytest.mark.parametrize(
    ("changed", "obstacle"),
    [
        ({"agree": np.arange(48) % 5 == 0}, Obstacle.FEW),
        ({"agree": (np.arange(48) % 8 < 4) & (np.arange(48) < 40)}, Obstacle.CORNER),
        ({"residual_px": 2.5}, Obstacle.RESIDUAL),
        ({"matrix": np.diag([3.0, 1.0, 1.0])}, Obstacle.STRETCHED),
        ({"matrix": np.array([[1.0, 0, 0], [0, 1.0, 0], [-0.01, 0, 1.0]])}, Obstacle.STRETCHED),
        ({"matrix": np.diag([0.0, 1.0, 1.0])}, Obstacle.STRETCHED),
    ],
)
def test_a_place_that_misses_a_bar_is_refused(changed, obstacle) -> None:
    assert isinstance(_judged(settled(), SHAPE), Matched)
    found = _judged(settled(**changed), SHAPE)
    assert isinstance(found, Unmatched)
    assert found.obstacle is obstacle


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_every_obstacle_has_its_sentence_in_both_languages(obstacle) -> None:
    english, korean = (unmatched_words(Unmatched(obstacle, 0.25, 0.5), language) for language in ("en", "ko"))
    assert english != korean
    assert "{" not in english + korean


@given(seed=st.integers(0, 99), turn=st.floats(-3, 3), scale=st.floats(0.3, 2))
@settings(max_examples=20, deadline=None)
def test_the_simplest_model_that_foretells_the_pairs_is_chosen(seed, turn, scale) -> None:
    rng = np.random.default_rng(seed)
    # as many as a match has: among a dozen, chance lets a freer model foretell better now and then
    corners = np.stack(np.meshgrid(range(7), range(6)), axis=-1).reshape(-1, 2) * 50
    places = corners + rng.uniform(5, 45, corners.shape)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    metres = places @ np.array([[cos, -sin], [-sin, -cos]]) + rng.normal(0, 0.2, places.shape)
    points = [ControlPoint(*one, *other) for one, other in zip(places.tolist(), metres.tolist(), strict=True)]
    assert best_model(points, (400, 300)) is ControlModel.SIMILARITY
    sheared = [replace(one, x=one.x + one.row * scale / 2) for one in points]
    assert best_model(sheared, (400, 300)) is ControlModel.AFFINE


def test_pairs_that_no_model_takes_have_the_simplest() -> None:
    assert best_model([ControlPoint(1, 1, 1, 1)], (4, 4)) is ControlModel.SIMILARITY


def test_levels_reach_from_the_finest_pixel_to_that_of_the_search() -> None:
    made = levels((1600, 1000), (0.25, 2.5), 0.5)
    pixels = [pixel for pixel, _ in made]
    assert pixels[0] >= 0.5
    assert pixels == [pixels[0] * 2**step for step in range(len(made))]
    assert all(half / pixel < 700 for pixel, half in made)
    assert len(levels((400, 300), (1.0, 1.01), 5.0)) == 1


def test_the_coarsest_ground_that_is_fine_enough_is_taken() -> None:
    known = grounds()
    assert ground_for(known, 5.0).pixel_m == 4.0
    assert ground_for(known, 0.1).pixel_m == 1.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1)])
def test_the_narrowest_picture_can_be_sampled(shape) -> None:
    grey, valid = sampled(np.ones(shape, np.float32), np.ones(shape, np.bool_), np.eye(3), shape)
    assert valid.all()
    assert (grey == 1).all()


# -- what is drawn over a screenshot ----------------------------------------------------------------------------------


@functools.cache
def bare() -> np.ndarray:
    return np.ascontiguousarray(np.moveaxis(ground(3, 600)[:, :400], 0, -1))


def masked(draw) -> np.ndarray:
    image = Image.fromarray(bare())
    draw(ImageDraw.Draw(image, "RGBA"))
    return ground_mask(np.moveaxis(np.asarray(image), -1, 0))


def test_ground_alone_is_kept() -> None:
    assert ground_mask(np.moveaxis(bare(), -1, 0)).mean() > 0.99


@pytest.mark.parametrize(
    ("box", "colour"),
    [
        ((0, 0, 600, 30), (32, 33, 36, 255)),
        ((0, 376, 600, 400), (32, 33, 36, 240)),
        ((0, 0, 40, 400), (245, 245, 245, 255)),
        ((560, 0, 600, 400), (20, 20, 20, 255)),
        ((400, 200, 560, 320), (250, 250, 250, 255)),
        ((300, 100, 320, 118), (250, 220, 0, 255)),
    ],
)
def test_bars_boxes_and_pins_are_left_out_and_little_else(box, colour) -> None:
    left, top, right, bottom = box
    kept = masked(lambda draw: draw.rectangle(box, fill=colour))
    inside = kept[max(top, 0) : bottom, left:right]
    assert inside.mean() < 0.05
    outside = kept.sum() - inside.sum()
    assert outside / (kept.size - inside.size) > 0.9


def test_letters_are_left_out() -> None:
    font = ImageFont.load_default(20)

    def write(draw):
        draw.text(
            (100, 200),
            "10/14/2021 Google Earth",
            font=font,
            fill="white",
            stroke_width=2,
            stroke_fill="black",
        )

    assert masked(write)[202:222, 110:300].mean() < 0.1


def test_a_bar_full_of_letters_is_left_out() -> None:
    def write(draw):
        draw.rectangle((0, 376, 600, 400), fill=(30, 30, 30, 255))
        draw.text(
            (4, 380), "Image © 2023 Maxar Technologies  " * 3, font=ImageFont.load_default(12), fill="white"
        )

    assert masked(write)[377:].mean() < 0.05


def test_a_picture_that_is_quiet_all_over_has_no_bars() -> None:
    quiet = np.random.default_rng(0).integers(100, 107, (3, 200, 200)).astype(np.uint8)
    assert ground_mask(quiet).all()


def coast(straight: bool) -> np.ndarray:
    """Ground beside a black sea with shoals in it, its shore in bays; or beside a panel of the same."""
    rng, land = np.random.default_rng(5), Image.new("L", (600, 400))
    draw = ImageDraw.Draw(land)
    draw.rectangle((160, 0, 600, 400), fill=255)
    if not straight:
        for y in range(0, 400, 40):
            draw.ellipse((120, y, 170, y + 24), fill=255)
            for x in (75, 100):
                draw.ellipse((x, y + rng.integers(0, 20), x + 10, y + 20), fill=255)
    return np.where(np.asarray(land) == 0, np.uint8(0), np.moveaxis(bare(), -1, 0))


def test_even_sea_is_ground() -> None:
    sea = coast(straight=False)
    assert ground_mask(sea)[:, :70].mean() > 0.99
    sea[:, :, :3] = 120  # a thin line along the picture's own side
    assert ground_mask(sea)[:, 10:70].mean() > 0.99


def test_a_wide_panel_full_of_pictures_is_left_out() -> None:
    panel = Image.fromarray(np.ascontiguousarray(np.moveaxis(coast(straight=True), 0, -1)))
    shown = Image.fromarray(bare()).resize((20, 20))
    for number in range(30):
        panel.paste(shown, (12 + 50 * (number % 3), 10 + 40 * (number // 3)))
    kept = ground_mask(np.moveaxis(np.asarray(panel), -1, 0))
    assert kept[:, 45:50].mean() < 0.01


def test_what_is_drawn_over_a_sea_is_left_out() -> None:
    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(coast(straight=False), 0, -1)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 600, 30), fill=(32, 33, 36))
    draw.rectangle((15, 100, 45, 160), fill=(250, 250, 250))
    kept = ground_mask(np.moveaxis(np.asarray(image), -1, 0))
    assert not kept[:30].any()
    assert kept[100:160, 15:45].mean() < 0.05
    assert kept[200:, :70].mean() > 0.99


def test_what_lies_turned_in_a_frame_leaves_the_frame_out() -> None:
    frame = Image.fromarray(bare()).rotate(20, expand=True, fillcolor=(0, 0, 0))
    kept = ground_mask(np.moveaxis(np.asarray(frame), -1, 0))
    outside = ~np.asarray(Image.new("L", (600, 400), 255).rotate(20, expand=True)).astype(bool)
    assert outside.mean() > 0.3
    assert kept[outside].mean() < 0.01


# -- in a project -----------------------------------------------------------------------------------------------------


class Place:
    """A site with a picture of its ground, one of other ground, and a turned screenshot of the first."""

    def __init__(self, watched, folder) -> None:
        self.project = watched.project
        watched.add_site("gate")
        self.known, self.strange = (
            watched.add_capture("2019-05-03"),
            watched.add_capture("2010-05-03", seed=2),
        )
        with rasterio.open(self.project.root / self.known.working) as file:
            pixels, self.west, self.north = file.read(), file.transform.c, file.transform.f
        columns, rows = np.meshgrid(np.arange(480) + 0.5, np.arange(360) + 0.5)
        xs, ys = self.truth(columns, rows)
        shot = pixels[:, ((self.north - ys) / 0.5).astype(int), ((xs - self.west) / 0.5).astype(int)]
        self.file = folder / "screenshot.png"
        Image.fromarray(np.moveaxis(shot, 0, -1)).save(self.file)
        options = IntakeOptions(acquired="April 2019", kind=CaptureKind.SATELLITE, site="gate")
        [self.capture] = ingest(self.project, ANNA, [self.file], options).captures

    def truth(self, column, row):
        x, y = (column - 240) * 0.4, (row - 180) * 0.4
        return self.west + 200 + 0.8 * x + 0.6 * y, self.north - 200 + 0.6 * x - 0.8 * y


@pytest.fixture
def place(watched, tmp_path) -> Place:
    return Place(watched, tmp_path)


def test_a_screenshot_is_matched_saved_and_says_so(place: Place, capsys, tmp_path) -> None:
    where = ["--project", str(place.project.root)]
    with pytest.raises(SystemExit) as end:
        main(["captures", "georeference", place.capture.id, "--match", "--dry-run", "--json", *where])
    assert end.value.code == 0
    out, messages = capsys.readouterr()
    rows = json.loads(out)
    assert len(rows) >= 8
    assert all(row["proposed"] for row in rows)
    assert "parts agree" in messages
    assert place.project.capture(place.capture.id).control is None
    found = propose(place.project, place.capture.id)
    assert (found.capture, found.reference, found.refused) == (place.capture.id, place.known.id, "")
    for point in found.points:
        assert (point.x, point.y) == pytest.approx(place.truth(point.col, point.row), abs=0.4)
    placed = georeference(
        place.project,
        ANNA,
        place.capture.id,
        found.points,
        model=found.model,
        crs=found.crs,
        reference=found.reference,
    )
    assert placed.georeference is Georeference.MATCHED
    assert control_words(placed.control).startswith("placed by matching (")
    moved = (replace(found.points[0], col=found.points[0].col + 1, proposed=False), *found.points[1:])
    again = georeference(place.project, ANNA, place.capture.id, moved, model=found.model)
    assert again.georeference is Georeference.CONTROL_POINTS


def test_a_screenshot_of_elsewhere_is_refused_with_the_reason(place: Place, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        main(["captures", "georeference", "screenshot.png", "--match", place.strange.id,
              "--project", str(place.project.root)])  # fmt: skip
    assert end.value.code == 1
    message = " ".join(capsys.readouterr().err.split())
    assert "could not be matched with scene1.tif" in message
    assert place.project.capture("screenshot.png").control is None


@pytest.mark.parametrize(
    "options", [[], ["--points", "a.points", "--match"], ["--points", "a.points", "--dry-run"]]
)
def test_points_and_matching_exclude_each_other(place: Place, options, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        main(["captures", "georeference", "screenshot.png", *options, "--project", str(place.project.root)])
    assert end.value.code == 2


def test_what_does_not_lie_at_the_site_is_no_reference(place: Place) -> None:
    with pytest.raises(InputRefused, match="does not lie at site gate"):
        propose(place.project, place.capture.id, place.capture.id)


def test_a_site_without_pictures_has_nothing_to_match_with(watched, tmp_path) -> None:
    watched.add_site("gate")
    Image.fromarray(bare()).save(tmp_path / "a.png")
    options = IntakeOptions(acquired="April 2019", kind=CaptureKind.SATELLITE, site="gate")
    [capture] = ingest(watched.project, ANNA, [tmp_path / "a.png"], options).captures
    with pytest.raises(InputRefused, match="no picture with coordinates shows it"):
        propose(watched.project, capture.id)


def test_pairs_count_as_matched_where_all_that_count_were_proposed() -> None:
    one, other = ControlPoint(1, 1, 1, 1, proposed=True), ControlPoint(5, 1, 5, 1)
    control = ControlPoints("EPSG:32651", ControlModel.SIMILARITY, (one, other), 9, 9, 0.1)
    assert not control.is_matched
    assert replace(control, points=(one, replace(other, used=False))).is_matched
