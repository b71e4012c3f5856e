"""A still is laid on another still of its site: recorded, gone back to, shown in its pixels."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from still_sample import CORNERS, SHIFT, SIZE, pair_of_stills, scenery, take_still

from workflow import actions, pictures
from workflow.cli import main
from workflow.errors import EditConflict, InputRefused, NotAllowed, UnknownName
from workflow.model import Author, Capture, ControlPoint, Role
from workflow.readmodels import pages
from workflow.readmodels.stills import others, still_preview, still_rows
from workflow.stills import Still

ANNA, BEN = Author("Anna"), Author("Ben")


class Pair:
    """A site with a still, and one that a camera 24 pixels to the right and 12 lower took of the same view later."""

    def __init__(self, watched, folder) -> None:
        self.project = watched.project
        watched.add_site("gate")
        self.before, self.after = pair_of_stills(self.project, folder, "gate")

    def take(self, folder, name, pixels, when, site="gate") -> Capture:
        return take_still(self.project, folder / name, pixels, when, site)

    def points(self) -> list[ControlPoint]:
        return [ControlPoint(column, row, column + SHIFT[0], row + SHIFT[1]) for column, row in CORNERS]

    def align(self, author=ANNA, **options) -> Capture:
        points = options.pop("points", None) or self.points()
        return actions.align_still(self.project, author, self.after.id, self.before.id, points, **options)

    def version(self) -> int:
        return self.project.record.get(Capture, self.after.id).version


@pytest.fixture
def pair(watched, tmp_path) -> Pair:
    return Pair(watched, tmp_path)


def shown(project, capture: Capture, z: int = 1) -> np.ndarray:
    body = pictures.tile(project, "gate", capture.id, z, 0, 0).body
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA")).astype(int)


def test_a_broadcast_still_is_dated_by_the_day_by_which_it_was_filmed(pair: Pair) -> None:
    assert pair.before.acquired.earliest is None
    assert str(pair.before.acquired.latest) == "2021-02-16"
    assert pair.before.acquired.basis == "broadcast"


def test_an_aligned_still_shows_the_same_thing_in_the_same_pixel(pair: Pair) -> None:
    apart = shown(pair.project, pair.after) - shown(pair.project, pair.before)
    assert np.abs(apart[..., :3]).mean() > 40
    pair.align()
    one, other = (shown(pair.project, each) for each in (pair.after, pair.before))
    both = (one[..., 3] == 255) & (other[..., 3] == 255)
    assert both.mean() > 0.5
    assert np.abs((one - other)[both][:, :3]).mean() < 3
    assert not one[:12, :, 3].any()  # where only the other still is


def test_what_is_recorded_says_how_far_off_it_is_and_why(pair: Pair) -> None:
    aligned = pair.align(reason="the kerb and the lamps")
    assert aligned.view is not None
    assert (aligned.view.to, aligned.view.rms_px) == (pair.before.id, pytest.approx(0, abs=1e-6))
    assert aligned.working == pair.after.working
    last = pair.project.record.history(Capture, pair.after.id)[-1]
    assert (last.author, last.reason) == ("Anna", "the kerb and the lamps")
    [row] = still_rows(pair.project, aligned)
    assert (row["to_file"], row["points"], row["matched"]) == ("before.png", 5, False)
    assert still_rows(pair.project, pair.before) == []


def test_an_alignment_can_be_taken_back_and_the_same_again_is_no_new_version(pair: Pair) -> None:
    pair.align()
    version = pair.version()
    pair.align()
    assert pair.version() == version
    actions.undo(
        pair.project,
        ANNA,
        "capture",
        pair.after.id,
        base_version=version,
        reason="these were the wrong lamps",
    )
    assert pair.project.capture(pair.after.id).view is None
    page = pages.compare(pair.project, "gate")
    assert page.space is not None
    assert dict(page.space.aligned) == {}


def test_two_people_who_lay_it_otherwise_are_told(pair: Pair) -> None:
    seen = pair.version()
    pair.align()
    moved = [replace(one, x=one.x + 3) for one in pair.points()]
    with pytest.raises(EditConflict):
        pair.align(BEN, points=moved, base_version=seen)


def test_a_viewer_aligns_nothing_and_nobody_an_unknown_still(pair: Pair) -> None:
    with pytest.raises(NotAllowed):
        pair.align(Author("Vera", Role.VIEWER))
    with pytest.raises(UnknownName):
        actions.align_still(pair.project, ANNA, pair.after.id, "none.png", pair.points())


def test_stills_that_cannot_be_laid_on_each_other_are_refused(pair: Pair, watched, tmp_path) -> None:
    watched.add_site("bridge")
    far = pair.take(tmp_path, "far.png", scenery()[:, :300, :500], "2022", "bridge")
    scene = watched.add_capture("2019-05-03")
    for other, sentence in (
        (pair.after.id, "would be laid on itself; name another still."),
        (far.id, "is of site bridge, not of gate; name a still of the same site."),
        (scene.id, "lies on the map; align pictures without coordinates only."),
    ):
        with pytest.raises(InputRefused) as refused:
            actions.align_still(pair.project, ANNA, pair.after.id, other, pair.points())
        assert str(refused.value).endswith(f": {sentence}")
    pair.align()
    with pytest.raises(InputRefused, match=r"is laid on before\.png itself"):
        actions.align_still(pair.project, ANNA, pair.before.id, pair.after.id, pair.points())
    pair.align(points=[replace(one, x=one.x + 1) for one in pair.points()])  # anew, on the same


def test_the_page_has_both_stills_in_one_space_with_the_error_of_the_laid_one(pair: Pair) -> None:
    points = [
        replace(one, x=one.x + step) for one, step in zip(pair.points(), (1, -1, 1, -1, 0), strict=True)
    ]
    aligned = pair.align(points=points)
    page = pages.compare(pair.project, "gate")
    assert page.space is not None
    assert page.space.root == pair.before.id
    cards = {card.id: card.aligned for card in page.stills}
    assert cards[aligned.id].startswith("aligned ±")
    assert cards[pair.before.id] == "not georeferenced"
    assert [one.key for one in others(pair.project, Still(pair.before))] == [aligned.id]


def test_the_preview_tells_the_same_while_pairs_are_set(pair: Pair) -> None:
    upwards = [replace(one, y=-one.y) for one in pair.points()]
    found = still_preview(SIZE, SIZE, upwards)
    assert found["rms"] == pytest.approx(0, abs=1e-6)
    assert found["mesh"][0] == pytest.approx([24, -12], abs=1e-3)
    assert still_preview(SIZE, SIZE, upwards[:2])["problem"].startswith("Pairs of points: 2 pairs count")


def test_a_tile_of_no_such_zoom_is_refused_and_outside_there_is_nothing(pair: Pair) -> None:
    with pytest.raises(UnknownName):
        pictures.tile(pair.project, "gate", pair.after.id, 7, 0, 0)
    assert not np.asarray(
        Image.open(io.BytesIO(pictures.tile(pair.project, "gate", pair.after.id, 0, 5, 5).body)).convert(
            "RGBA"
        )
    )[..., 3].any()
    assert len(pictures.histograms(pair.project, "gate", pair.after.id)) == 3


def test_a_still_of_another_site_has_no_tiles_here(pair: Pair, watched, tmp_path) -> None:
    watched.add_site("bridge")
    far = pair.take(tmp_path, "far.png", scenery()[:, :300, :500], "2022", "bridge")
    with pytest.raises(InputRefused, match="is no still of site gate"):
        pictures.tile(pair.project, "gate", far.id, 0, 0, 0)


def test_the_command_takes_a_file_of_points(pair: Pair, tmp_path, capsys, monkeypatch) -> None:
    rows = [f"{one.x},{-one.y},{one.col},{-one.row},1" for one in pair.points()]
    file = tmp_path / "pairs.points"
    file.write_text("\n".join(["mapX,mapY,pixelX,pixelY,enable", *rows]))
    monkeypatch.chdir(pair.project.root)
    arguments = ["captures", "align-still", "after.png", "--to", "before.png", "--points", str(file)]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--author", "Anna", "--json"])
    assert ended.value.code == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["to_file"], row["points"]) == ("before.png", 5)
    file.write_text("\n".join(["mapX,mapY,pixelX,pixelY,enable", *rows[:3]]))
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--author", "Anna"])
    assert ended.value.code == 1
    assert "3 pairs count, projective needs 4; add some." in capsys.readouterr().err
