"""Several stills of one clip are one capture with time codes."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from still_sample import CORNERS, SHIFT, SIZE, scenery, take_clip, take_still

from workflow import actions, pictures
from workflow.cli import main
from workflow.errors import InputRefused, UnknownName
from workflow.intake import IntakeOptions, clip_of
from workflow.model import Annotation, Author, CaptureKind, ControlPoint, FileRole
from workflow.pipeline.ingest import ingest
from workflow.readmodels import pages, tables
from workflow.readmodels.custody import verify
from workflow.readmodels.stills import others, still_rows
from workflow.stills import Still, split_name, view_words

ANNA = Author("Anna")
COLOURS = {"near.png": (200, 40, 40), "far.png": (40, 160, 40), "wide.png": (40, 60, 200)}


@pytest.fixture
def files(tmp_path) -> dict:
    found = {name: tmp_path / name for name in COLOURS}
    for name, path in found.items():
        wide, high = (64, 36) if name == "wide.png" else (320, 180)
        pixels = np.full((high, wide, 3), COLOURS[name], "uint8")
        pixels[high // 2 :: 2] = 255  # from black to white, so that it is shown as it is
        pixels[high // 2 + 1 :: 2] = 0
        Image.fromarray(pixels).save(path)
    return found


def colour(project, capture, frame: int) -> tuple[int, ...]:
    tile = pictures.tile(project, "gate", capture.id, 0, 0, 0, frame=frame)
    return tuple(np.asarray(Image.open(io.BytesIO(tile.body)).convert("RGB"))[60, 100].tolist())


def near(one, other) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 12


def test_the_stills_of_a_clip_are_one_capture_by_the_day_of_broadcast(
    watched, files, capsys, monkeypatch
) -> None:
    watched.add_site("gate")
    monkeypatch.chdir(watched.project.root)
    arguments = ["ingest", str(files["far.png"]), str(files["near.png"]), str(files["wide.png"])]
    arguments += ["--clip", "evening news", "--at", "2:40", "--at", "00:01:12", "--at", "3:00.5"]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--kind", "broadcast", "--site", "gate", "--acquired", "12 May 2022", "--json"])
    assert ended.value.code == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["file"], row["earliest"], row["latest"]) == ("evening news", None, "2022-05-12")
    assert [one["at"] for one in row["frames"]] == ["00:01:12", "00:02:40", "00:03:00.500"]
    assert [one["name"] for one in row["parts"]] == ["near.png", "far.png", "wide.png"]
    [capture] = [one for one in watched.project.captures() if one.frames]
    assert (capture.width_px, capture.height_px) == (320, 180)
    assert [(one.width_px, one.height_px) for one in capture.frames][2] == (64, 36)
    roles = [role for role, _, _ in capture.files]
    assert (roles.count(FileRole.ORIGINAL), roles.count(FileRole.WORKING)) == (4, 3)
    assert verify(watched.project)[0]["problems"] == []
    # each frame is shown, in the place of the first
    shown = [colour(watched.project, capture, frame) for frame in range(3)]
    assert all(near(one, COLOURS[name]) for one, name in zip(shown, COLOURS, strict=True))
    with pytest.raises(UnknownName):
        colour(watched.project, capture, 3)
    [card] = pages.compare(watched.project, "gate").stills
    assert card.frames == ("00:01:12", "00:02:40", "00:03:00.500")
    # the same stills again are the same capture
    options = IntakeOptions(acquired="12 May 2022", kind=CaptureKind.BROADCAST, site="gate")
    clip = clip_of("again", [files["near.png"], files["far.png"], files["wide.png"]], ["1", "2", "3"])
    report = ingest(watched.project, ANNA, (), options, clip=clip)
    assert (report.new, report.captures) == (0, (capture,))
    # a working copy of a frame that is gone is told
    (watched.project.root / capture.frames[1].working).unlink()
    assert capture.frames[1].working in str(verify(watched.project)[0]["problems"])


def test_stills_that_do_not_go_together_are_refused_whole(watched, files, tmp_path) -> None:
    watched.add_site("gate")
    Image.new("L", (320, 180), 90).save(tmp_path / "grey.png")
    options = IntakeOptions(acquired="12 May 2022", kind=CaptureKind.BROADCAST, site="gate")
    clip = clip_of("news", [files["near.png"], tmp_path / "grey.png"], ["1", "2"])
    [refused] = ingest(watched.project, ANNA, (), options, clip=clip).refused
    assert str(refused) == "news: has stills of 3 and of 1 bands (grey.png); save them alike."
    assert isinstance(refused, InputRefused)
    (tmp_path / "cut.png").write_bytes(files["far.png"].read_bytes()[:-20])
    clip = clip_of("news", [files["near.png"], tmp_path / "cut.png"], ["1", "2"])
    [refused] = ingest(watched.project, ANNA, (), options, clip=clip).refused
    assert str(refused).startswith("news: its file cut.png: is damaged or cut off (")
    assert watched.project.captures() == ()


@pytest.mark.parametrize("more", [["--at", "1"], ["--clip", "news", "--at", "1"]])
def test_the_options_of_a_clip_go_together(watched, files, capsys, monkeypatch, more) -> None:
    watched.add_site("gate")
    monkeypatch.chdir(watched.project.root)
    with pytest.raises(SystemExit) as ended:
        main(["ingest", str(files["near.png"]), *more])
    assert ended.value.code == 2
    assert "goes with" in capsys.readouterr().err


# -- marks and alignment of a frame ----------------------------------------------------------------------------------


@pytest.fixture
def clip(watched, tmp_path):
    """A still of a site, and a clip whose second frame is of the same view."""
    watched.add_site("gate")
    whole = scenery()
    cut = lambda left, top: whole[:, top : top + SIZE[1], left : left + SIZE[0]]  # noqa: E731
    before = take_still(watched.project, tmp_path / "before.png", cut(0, 0), "16 February 2021", "gate")
    small = whole[:, :120, :160]
    news = take_clip(
        watched.project, tmp_path, "news", [(72, small), (160.5, cut(*SHIFT))], "2023-10-10", "gate"
    )
    return watched.project, before, news


def drawn(key: str, capture: str, corner: tuple[float, float], **more: object) -> dict:
    return {
        "op": f"op-{key}",
        "seq": 1,
        "type": "add",
        "annotation": {"id": key, "site": "gate", "capture": capture, "shape": "point"}
        | {"geometry": {"type": "Point", "coordinates": list(corner)}, **more},
    }


def test_a_mark_belongs_to_the_frame_that_it_is_drawn_on(clip) -> None:
    project, _, news = clip
    log = [
        drawn("near", news.id, (100.0, 50.0)),
        drawn("far", news.id, (600.0, 300.0), at_s=160.5),
        drawn("wide", news.id, (600.0, 300.0), at_s=72.0),  # outside that frame
        drawn("none", news.id, (10.0, 10.0), at_s=3.0),
    ]
    answer = actions.annotate(project, ANNA, log)
    assert answer.acked == ("op-near", "op-far")
    refused = dict(answer.refused)
    assert "outside" in refused["op-wide"]
    assert refused["op-none"].startswith("No frame of news '00:00:03'")
    assert {one.id: one.at_s for one in project.annotations()} == {"near": 72.0, "far": 160.5}
    cards = {card.mark.id: card.frame for card in pages.compare(project, "gate").marks}
    assert cards == {"near": 0, "far": 1}
    moved = {
        "op": "x",
        "seq": 2,
        "type": "edit",
        "annotation": {"id": "far", "at_s": 72.0},
        "base_version": 1,
    }
    [(_, sentence)] = actions.annotate(project, ANNA, [moved]).refused
    assert sentence == "Annotation far: its frame cannot change; draw a new one there."


def test_a_mark_of_a_still_has_no_time_code(clip) -> None:
    project, before, _ = clip
    assert actions.annotate(project, ANNA, [drawn("one", before.id, (10.0, 10.0))]).acked
    assert project.annotations()[0].at_s is None


def test_each_frame_is_laid_by_itself(clip) -> None:
    project, before, news = clip
    key = f"{news.id}@00:02:40.500"
    points = [ControlPoint(column, row, column + SHIFT[0], row + SHIFT[1]) for column, row in CORNERS]
    laid = actions.align_still(project, ANNA, "news@2:40.5", before.id, points)
    assert laid.view is None
    assert laid.frames[1].view is not None
    page = pages.compare(project, "gate")
    assert page.space is not None
    assert set(page.space.aligned) == {before.id, key}
    assert set(page.space.matrices) == {before.id, news.id, key}
    [listed] = [one for one in tables.captures(project) if one["id"] == news.id]
    assert listed["aligned_to"] is None
    assert [one["aligned_to"] for one in listed["frames"]] == [None, before.id]
    assert listed["frames"][1]["aligned_px"] == laid.frames[1].view.error_px
    facts = {one["fact"]: one["value"] for one in tables.capture_facts(laid)}
    assert facts["frames"].startswith(f"00:01:12, 00:02:40.500 ({view_words(laid.frames[1].view)})")
    [row] = still_rows(project, laid)
    assert (row["at"], row["to_file"], row["to_at"]) == ("00:02:40.500", "before.png", "")
    assert "frame at 00:02:40.500" in project.record.history(type(laid), news.id)[-1].reason
    # the other way round is a ring, of that frame alone
    back = [ControlPoint(one.x, one.y, one.col, one.row) for one in points]
    with pytest.raises(
        InputRefused, match=r"Capture \w+@00:02:40\.500 \(news at 00:02:40\.500\): is laid on before"
    ):
        actions.align_still(project, ANNA, before.id, key, back)
    assert [one.key for one in others(project, Still(laid, 1))] == [before.id, news.id]


def test_a_frame_shows_the_same_thing_in_the_same_pixel(clip) -> None:
    project, before, news = clip
    points = [ControlPoint(column, row, column + SHIFT[0], row + SHIFT[1]) for column, row in CORNERS]
    actions.align_still(project, ANNA, f"{news.id}@00:02:40.500", before.id, points)

    def shown(capture, frame) -> np.ndarray:
        body = pictures.tile(project, "gate", capture.id, 1, 0, 0, frame=frame).body
        return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA")).astype(int)

    one, other = shown(news, 1), shown(before, 0)
    both = (one[..., 3] == 255) & (other[..., 3] == 255)
    assert both.mean() > 0.5
    assert np.abs((one - other)[both][:, :3]).mean() < 3


def test_a_frame_is_named_by_its_time_code(clip, watched, tmp_path) -> None:
    project, before, news = clip
    assert project.still("news").number == 0
    assert project.still(f"{news.id[:6]}@160.5").key == f"{news.id}@00:02:40.500"
    assert project.still(before.id).name == "before.png"
    with pytest.raises(UnknownName, match="No frame of news '00:00:09'"):
        project.still("news@9")
    assert split_name("guard@gate") == ("guard@gate", None)
    odd = take_still(project, tmp_path / "odd.png", scenery()[:, :100, :100], "2020", "gate")
    with project.record.write(ANNA, "named oddly") as transaction:
        transaction.put(replace(odd, file="photo@12"), base_version=1)
    assert project.still("photo@12").capture.id == odd.id


def test_marks_from_before_frames_could_be_chosen_are_of_the_first(clip) -> None:
    project, _, news = clip
    old = Annotation(
        "old",
        "gate",
        news.id,
        "point",
        {"type": "Point", "coordinates": [3, 4]},
        in_pixels=True,
        author="Anna",
    )
    with project.record.write(ANNA, "as it was") as transaction:
        transaction.put(old, base_version=0)
    assert [card.frame for card in pages.compare(project, "gate").marks] == [0]
